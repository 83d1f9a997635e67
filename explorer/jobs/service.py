"""The job service: owns the Dask workers, takes jobs from the board, stops when idle.

The app, the command line and notebooks never talk to Dask: a page can be reloaded, the app restarted
and a worker killed, and nothing is lost. One service serves one database.
"""

import itertools
import json
import os
import signal
import threading
import time
from collections import Counter
from contextlib import ExitStack
from typing import Any

from distributed import Client, Future, KilledWorker

from explorer.home import database_url, home
from explorer.jobs.board import Board, Job
from explorer.jobs.cluster import local_cluster
from explorer.jobs.specification import source_version
from explorer.jobs.startup import Lock
from explorer.jobs.worker import LESS, execute

POLL = 0.1
FORCE_AFTER = 5.0
"""Seconds that a running job has to end by itself when it is cancelled."""
SENDS = 3
"""How often a job is given to Dask before it counts as lost."""


def serve(lock: Lock, scheduler: str, idle: float) -> None:
    """Serve until no job has been live for `idle` seconds, or until SIGTERM."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with ExitStack() as stack:
        cluster = scheduler or stack.enter_context(local_cluster())
        client = stack.enter_context(Client(cluster, set_as_default=False))
        address = home() / "jobs.json"
        _write(address, {"pid": os.getpid(), "address": client.scheduler.address, "started": time.time()})
        stack.callback(address.unlink, missing_ok=True)
        Service(client, Board(database_url())).run(lock, idle, stop)


class Service:
    """The loop between the board and Dask."""

    def __init__(self, client: Client, board: Board):
        self.client, self.board = client, board
        self.futures: dict[str, Future] = {}
        self.sends: Counter[str] = Counter()
        self.numbers = itertools.count()
        self.code = source_version()

    def run(self, lock: Lock, idle: float, stop: threading.Event) -> None:
        """Look at the board until it has been empty for `idle` seconds."""
        busy = time.monotonic()
        while not stop.wait(POLL):
            if self.step():
                busy = time.monotonic()
            elif time.monotonic() - busy > idle and self._retired(lock):
                return

    def step(self) -> bool:
        """Attend to every live job; whether there is one."""
        live = self.board.live()
        for id in self.futures.keys() - {job.id for job in live}:
            self._forget(id)
        for job in live:
            self._attend(job)
        return bool(live)

    def _attend(self, job: Job) -> None:
        future = self.futures.get(job.id)
        if job.cancel_requested and time.time() - job.cancel_requested > FORCE_AFTER:
            self._end_by_force(job)
        elif future is None:
            self._take(job)
        elif future.done():
            self._check(job, future)

    def _take(self, job: Job) -> None:
        """A job that this service has not seen: send it, or mark it lost when it is a dead service's."""
        if job.state == "queued" and self._current(job):
            self._send(job)
        elif job.stale:
            self.board.mark_lost()

    def _check(self, job: Job, future: Future) -> None:
        """Dask is done with a job that the board had as live: believe the board as it is now."""
        now = self.board.read(job.id)
        if future.status == "error":
            self.board.finish(job.id, "failed", **_reason(future.exception()))
        elif now.state == "queued" or now.stale:
            self._send(job)

    def _send(self, job: Job) -> None:
        self.sends[job.id] += 1
        if self.sends[job.id] > SENDS:
            error = f"its worker vanished {SENDS} times without a word"
            self.board.finish(job.id, "lost", error=error, hint="Resume it to go on with what it has computed.")
            return
        key = f"execute-{job.id}-{next(self.numbers)}"
        gpu = {"GPU": 1} if self._needs_gpu(job) else None
        self.futures[job.id] = self.client.submit(
            execute, job.id, self.board.url, key=key, pure=False, retries=SENDS - 1, resources=gpu
        )

    def _needs_gpu(self, job: Job) -> bool:
        """Whether a job that may use a GPU must go to a worker that declares one."""
        workers = self.client.scheduler_info(n_workers=-1)["workers"].values()
        return job.spec.arguments.get("device", "cpu") != "cpu" and any("GPU" in one["resources"] for one in workers)

    def _current(self, job: Job) -> bool:
        """Whether the workers run the code on the disk; idle ones are restarted when it has changed."""
        theirs = not job.spec.ours or self.client.cluster is None
        if theirs or job.spec.code == self.code or source_version() == self.code:
            return True
        if self.futures:
            return False
        self.client.restart()
        self.code = source_version()
        return True

    def _end_by_force(self, job: Job) -> None:
        """End a job that does not listen together with its worker, which Dask replaces."""
        self.board.finish(job.id, "cancelled")
        self._forget(job.id)
        if job.worker in self.client.scheduler_info(n_workers=-1)["workers"]:
            threading.Thread(target=self._restart, args=(job.worker,), name=f"restart {job.worker}").start()

    def _restart(self, worker: str) -> None:
        self.client.restart_workers([worker], timeout=30, raise_for_error=False)

    def _forget(self, id: str) -> None:
        future = self.futures.pop(id, None)
        self.sends.pop(id, None)
        if future is not None:
            future.cancel(force=True)

    def _retired(self, lock: Lock) -> bool:
        """Give the lock back, then look once more: whoever writes a job in between sees the free lock."""
        lock.release()
        return not (self.board.live() and lock.acquire())


def _reason(error: BaseException | None) -> dict[str, Any]:
    if isinstance(error, KilledWorker):
        return {"error": "its worker was killed again and again, most often for lack of memory", "hint": LESS}
    return {"error": " ".join(f"{error}".split()) or type(error).__name__, "hint": "See the log of the job service."}


def _write(path: Any, values: dict[str, Any]) -> None:
    scratch = path.with_suffix(".tmp")
    scratch.write_text(json.dumps(values))
    scratch.replace(path)
