"""Demonstrations: one job trains and records, others fill in what is computed of the recording meanwhile."""

from pathlib import Path
from typing import Any

from explorer import jobs
from explorer.catalogue import training
from explorer.home import home
from explorer.settings import checked_settings


def submit_demo(run: str = "twelve_bit", **settings: Any) -> tuple[Path, Any]:
    """Start a training run and what is computed of its recording; the recording's folder and the training job.

    Raises:
        UnknownNameError: for a training run that is not there.
        SettingError: for a setting that does not exist or is out of its range.
        FileError: for a data file that is not there.
    """
    card = training.card(run)
    given = checked_settings(card.settings, settings, run)
    choices = {setting.name for setting in card.settings if setting.choices}
    if given.get("data") and "data" not in choices:
        given["data"] = _existing(given["data"])
    full = {setting.name: setting.default for setting in card.settings} | given
    told = ("data", "objective") if full.get("objective") else ("labels", "activation")
    kind = "-".join(str(full[name]) for name in told if full.get(name)) or "run"
    folder = _fresh(home() / "recordings", f"{run}-{kind}-seed{given.get('seed', 0)}")
    folder.mkdir(parents=True)
    arguments = {"path": str(folder), **given}
    spec = jobs.Specification(f"{card.module}:{card.attribute}", arguments, "generated", given.get("seed", 0))
    job = jobs.submit(spec, f"Training {folder.name}")
    for plan in card.constants["PLANS"]:
        what = plan.get("measure", "plane")
        spec = jobs.Specification("explorer.following:run", {"path": str(folder), "plan": plan}, f"open:{folder.name}")
        jobs.submit(spec, f"{what[0].upper()}{what[1:].replace('_', ' ')} of {folder.name}")
    jobs.ensure_service()
    return folder, job


def _fresh(parent: Path, name: str) -> Path:
    """A folder of that name that is not there yet, numbered from the second on."""
    taken = sum(1 for _ in parent.glob(f"{name}*")) if parent.is_dir() else 0
    while (folder := parent / (f"{name}-{taken + 1}" if taken else name)).exists():
        taken += 1
    return folder


def _existing(data: str) -> str:
    from explorer.errors import FileError

    if not Path(data).is_file():
        raise FileError(f"data={data!r} does not exist")
    return str(Path(data).resolve())
