"""The board of jobs: the app writes wishes on it, the service carries them out, everyone reads it."""

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, case, select, update

from explorer.errors import Cancelled, JobError, UnknownNameError
from explorer.home import home
from explorer.jobs.database import JOBS, insert_new, transaction
from explorer.jobs.specification import Specification
from explorer.jobs.startup import alive, ensure_service

STALE = 10.0
"""Seconds without a heartbeat after which a running job has lost its worker."""

LIVE = ("queued", "running")
STOPPED = ("failed", "cancelled", "lost")
FRESH: dict[str, Any] = dict.fromkeys(
    ("seconds_left", "result", "started", "heartbeat", "finished", "cancel_requested")
) | {"state": "queued", "done": 0, "total": 0, "note": "", "error": "", "hint": "", "worker": ""}


@dataclass(frozen=True)
class Job:
    """A job as it stood when it was read; times are seconds since 1970.

    Attributes:
        state: queued, running, cancelling, done, failed, cancelled or lost.
        seconds_left: by what was foreseen, or at the mean rate so far; None while unknown.
        result: what the function returned.
        error, hint: one sentence each: what went wrong, what to do.
        heartbeat: when the worker last said that it lives.
        attempt: how often a worker has begun it.
    """

    id: str
    title: str
    spec: Specification
    state: str
    done: int
    total: int
    note: str
    seconds_left: float | None
    result: Any
    error: str
    hint: str
    created: float
    started: float | None
    heartbeat: float | None
    finished: float | None
    cancel_requested: float | None
    attempt: int
    worker: str

    @property
    def live(self) -> bool:
        """Whether it waits, runs or is being stopped."""
        return self.state in (*LIVE, "cancelling")

    @property
    def stale(self) -> bool:
        """Whether a worker has begun it and then fallen silent."""
        return self.live and self.heartbeat is not None and time.time() - self.heartbeat > STALE

    @property
    def fraction(self) -> float:
        """The share that is done, 0 to 1."""
        return 1.0 if self.state == "done" else self.done / self.total if self.total else 0.0


class Board:
    """The table of jobs in the database at `url`, this computer's by default."""

    def __init__(self, url: str = ""):
        self.url = url

    def submit(self, specification: Specification, title: str = "") -> Job:
        """Queue a job. One that waits, runs or is done is returned as it is; a stopped one is queued again."""
        row = {"id": specification.id, "title": title or specification.function, "spec": specification.text}
        self._settle()
        with transaction(self.url) as connection:
            insert_new(connection, JOBS, [row | {"state": "queued", "created": time.time()}])
        self._change(specification.id, STOPPED, **FRESH, created=time.time())
        return self.read(specification.id)

    def job(self, id: str) -> Job:
        """The job of that id.

        Raises:
            UnknownNameError: when there is none.
        """
        job = self.read(id)
        return self.read(id) if job.stale and self._settle() else job

    def jobs(self, limit: int = 100) -> list[Job]:
        """The newest jobs first."""
        query = select(JOBS).order_by(JOBS.c.created.desc()).limit(limit)
        found = self._all(query)
        return self._all(query) if any(job.stale for job in found) and self._settle() else found

    def cancel(self, id: str) -> Job:
        """End a job: at once while it waits, at its next report while it runs; what it has computed is kept."""
        self._change(id, ("queued",), state="cancelled", finished=time.time())
        self._change(id, ("running",), JOBS.c.cancel_requested.is_(None), cancel_requested=time.time())
        return self.read(id)

    def resume(self, id: str) -> Job:
        """Queue a stopped job again; when the code has changed since, that is a new job with an id of its own.

        Raises:
            JobError: when it has not stopped.
        """
        job = self.job(id)
        if job.state not in STOPPED:
            raise JobError(f"job {id} is {job.state}; only a failed, cancelled or lost job can be resumed")
        return self.submit(job.spec.current(), job.title)

    def wait(self, id: str, timeout: float | None = None, on_change: Callable[[Job], object] | None = None) -> Job:
        """The job when it is done; the service is started when it is not running.

        Args:
            timeout: seconds to wait, None for as long as it takes; the job goes on after it.
            on_change: called with the job whenever its state or progress changes.

        Raises:
            Cancelled: when it was cancelled.
            JobError: when it failed, was lost, or time is over.
        """
        begun, shown, starts = time.monotonic(), None, 0
        while (job := self.job(id)).live:
            if on_change and shown != (job.state, job.done, job.total, job.note):
                shown = job.state, job.done, job.total, job.note
                on_change(job)
            if timeout is not None and time.monotonic() - begun > timeout:
                raise JobError(f"job {id} is still {job.state} after {timeout:g} s; it goes on")
            starts += ensure_service()
            if starts > 3:
                raise JobError(f"the job service does not stay alive; its last words are in {home() / 'jobs.log'}")
            time.sleep(0.05)
        return _outcome(job)

    def mark_lost(self) -> None:
        """Mark jobs whose worker has fallen silent; one that was to be cancelled is cancelled."""
        lost = case((JOBS.c.cancel_requested.is_(None), "lost"), else_="cancelled")
        query = update(JOBS).where(JOBS.c.state == "running", JOBS.c.heartbeat < time.time() - STALE)
        with transaction(self.url) as connection:
            connection.execute(query.values(state=lost, finished=time.time(), seconds_left=None))

    def read(self, id: str) -> Job:
        """The job of that id as its row says."""
        found = self._all(select(JOBS).where(JOBS.c.id == id))
        if not found:
            known = self._all(select(JOBS).order_by(JOBS.c.created.desc()).limit(100))
            raise UnknownNameError("job", id, (job.id for job in known))
        return found[0]

    def live(self) -> list[Job]:
        """Every job that waits or runs, the oldest first."""
        return self._all(select(JOBS).where(JOBS.c.state.in_(LIVE)).order_by(JOBS.c.created))

    def begin(self, id: str, worker: str) -> int | None:
        """Take a job for a worker: the number of the attempt; None when it has ended or is to end."""
        query = update(JOBS).where(JOBS.c.id == id, JOBS.c.state.in_(LIVE), JOBS.c.cancel_requested.is_(None))
        now = time.time()
        values = {"state": "running", "attempt": JOBS.c.attempt + 1, "started": now, "heartbeat": now, "worker": worker}
        with transaction(self.url) as connection:
            return connection.execute(query.values(values).returning(JOBS.c.attempt)).scalar_one_or_none()

    def report(self, id: str, attempt: int, done: int, total: int, note: str, seconds_left: float | None) -> bool:
        """Note how far the attempt is; False when it should end: cancelled, or another attempt has begun."""
        values = {"done": done, "total": total, "note": note, "seconds_left": seconds_left, "heartbeat": time.time()}
        query = update(JOBS).where(JOBS.c.id == id, JOBS.c.state == "running", JOBS.c.attempt == attempt).values(values)
        with transaction(self.url) as connection:
            row = connection.execute(query.returning(JOBS.c.cancel_requested)).one_or_none()
        return row is not None and row.cancel_requested is None

    def finish(self, id: str, state: str, attempt: int | None = None, **values: Any) -> bool:
        """Bring a live job to its end, or only if `attempt` is the one that runs; whether it was."""
        mine = () if attempt is None else (JOBS.c.attempt == attempt,)
        return self._change(id, LIVE, *mine, state=state, finished=time.time(), seconds_left=None, **values)

    def _settle(self) -> bool:
        """Mark lost jobs unless a service is alive, which then sees to them; whether it did."""
        if alive():
            return False
        self.mark_lost()
        return True

    def _change(self, id: str, states: Iterable[str], *where: ColumnElement[bool], **values: Any) -> bool:
        query = update(JOBS).where(JOBS.c.id == id, JOBS.c.state.in_(states), *where).values(**values)
        with transaction(self.url) as connection:
            return connection.execute(query).rowcount > 0

    def _all(self, query: Any) -> list[Job]:
        with transaction(self.url) as connection:
            return [_job(row) for row in connection.execute(query)]


def submitted(specification: Specification, title: str = "") -> Job:
    """Put a job on the board, and see to a service that carries it out."""
    job = Board().submit(specification, title)
    ensure_service()
    return job


def _job(row: Row[Any]) -> Job:
    values = dict(row._mapping)
    values["spec"] = Specification.from_text(row.spec)
    values["result"] = json.loads(row.result) if row.result else None
    if row.state == "running" and row.cancel_requested is not None:
        values["state"] = "cancelling"
    if row.seconds_left is not None:
        values["seconds_left"] = max(0.0, row.seconds_left - (time.time() - row.heartbeat))
    return Job(**values)


def _outcome(job: Job) -> Job:
    if job.state == "cancelled":
        raise Cancelled(f"job {job.id} ({job.title}) was cancelled; what it had computed is kept")
    if job.state != "done":
        reason = job.error or "its worker is gone; resume it to go on"
        raise JobError(f"job {job.id} ({job.title}) {job.state}: {reason}")
    return job
