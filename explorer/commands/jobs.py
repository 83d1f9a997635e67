"""The commands `explorer jobs ...`."""

import json
from collections.abc import Mapping
from typing import Any

import typer

from explorer.commands.options import Json
from explorer.result import to_json

jobs_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Jobs: list, show, cancel, resume.")


@jobs_app.command("list")
def jobs_list(json_: Json = False) -> None:
    """All jobs, newest first."""
    from explorer import jobs

    rows = jobs.jobs()
    if json_:
        print(to_json([_job(job) for job in rows]))
    elif not rows:
        print("No job has run yet.")
    for job in () if json_ else rows:
        print(f"{job.id}  {job.state:10} {job.fraction:4.0%}  {job.title}")


@jobs_app.command("show")
def jobs_show(job: str) -> None:
    """One job as JSON."""
    from explorer import jobs

    print(json.dumps(_job(jobs.job(job)), indent=1, default=str))


@jobs_app.command("cancel")
def jobs_cancel(job: str) -> None:
    """Ask a job to stop; what it has computed is kept."""
    from explorer import jobs

    print(jobs.cancel(job).state)


@jobs_app.command("resume")
def jobs_resume(job: str) -> None:
    """Queue a failed, cancelled or lost job again; what it had computed is reused."""
    from explorer import jobs

    resumed = jobs.resume(job)
    jobs.ensure_service()
    print(resumed.state)


def _job(job: Any) -> Mapping[str, Any]:
    from dataclasses import asdict

    return asdict(job)
