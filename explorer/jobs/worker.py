"""What a worker process does with one job."""

import json
import logging
import traceback
from importlib import import_module
from typing import Any

from explorer.errors import Cancelled, ExplorerError, JobError
from explorer.jobs.board import Board
from explorer.jobs.progress import Progress
from explorer.jobs.specification import Specification, code_version

LESS = "Take fewer rows, layers or steps, or an estimator that does not compare all pairs."


def execute(id: str, url: str) -> None:
    """Carry out a job and write its end on the board; a job that has ended meanwhile is left alone.

    Raises:
        UnknownNameError: when the database at `url` has no such job.
        FileError: when it is out of reach.
    """
    board = Board(url)
    specification = board.read(id).spec
    attempt = board.begin(id, _address())
    if attempt is None:
        return
    with Progress(board, id, attempt) as progress:
        end = _end(specification, progress)
    board.finish(id, attempt=attempt, done=progress.done, total=progress.total, note=progress.note, **end)


def _end(specification: Specification, progress: Progress) -> dict[str, Any]:
    """How the job ended, as values of its row; whatever happens in it arrives here."""
    try:
        return {"state": "done", "result": json.dumps(_called(specification, progress))}
    except Cancelled:
        return {"state": "cancelled"}
    except ExplorerError as error:
        return {"state": "failed", "error": str(error)}
    except (Exception, SystemExit) as error:
        logging.getLogger("explorer.jobs").exception("%s", specification.function)
        return {"state": "failed", **_defect(error)}


def _called(specification: Specification, progress: Progress) -> Any:
    if specification.ours and specification.code != code_version():
        raise JobError(
            f"the job was made by version {specification.code} of the code and the worker runs {code_version()}; "
            "restart what submitted it, and submit it again"
        )
    module, _, name = specification.function.replace(":", ".").rpartition(".")
    return getattr(import_module(module), name)(**specification.arguments, progress=progress)


def _defect(error: BaseException) -> dict[str, str]:
    """An unforeseen error: its type, message and place in one sentence, and what to do."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    text = " ".join(f"{type(error).__name__}: {error}".split())
    memory = isinstance(error, MemoryError) or "OutOfMemory" in type(error).__name__ or "allocate memory" in text
    hint = LESS if memory else "This is a defect of the program; the log of the job service has the whole traceback."
    return {"error": f"{text} ({place.filename}, line {place.lineno}, in {place.name})", "hint": hint}


def _address() -> str:
    """The Dask worker that this is; empty in any other process."""
    from distributed import get_worker

    try:
        return get_worker().address
    except ValueError:
        return ""
