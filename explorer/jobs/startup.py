"""One job service at a time: the lock that says so, and starting it."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from explorer.errors import JobError
from explorer.home import home

LOG_BYTES = 1_000_000
"""Size from which a new service puts the old log aside, as jobs.log.1."""


class Lock:
    """A lock on home()/jobs.lock. The system frees it when its holder dies, so it is never stale."""

    def __init__(self, descriptor: int | None = None):
        self.descriptor = descriptor

    def acquire(self) -> bool:
        """Whether the lock is now held here.

        Raises:
            JobError: on a system without such locks.
        """
        try:
            import fcntl
        except ImportError as error:
            raise JobError("jobs need file locks, which this system lacks; compute with jobs=False") from error
        descriptor = os.open(home() / "jobs.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self.descriptor = descriptor
        return True

    def release(self) -> None:
        """Let others have the lock, also where a child process shares it."""
        import fcntl

        assert self.descriptor is not None
        fcntl.flock(self.descriptor, fcntl.LOCK_UN)
        os.close(self.descriptor)
        self.descriptor = None


def alive() -> bool:
    """Whether a service runs or is starting."""
    lock = Lock()
    if not lock.acquire():
        return True
    lock.release()
    return False


def ensure_service() -> bool:
    """Start the service in a process of its own unless one is there; returns at once, with whether it did.

    The lock is taken here and handed to the new process, so however many callers ask, one starts.
    """
    lock = Lock()
    if not _acquired(lock):
        return False
    assert lock.descriptor is not None
    try:
        _start(lock.descriptor)
    finally:
        os.close(lock.descriptor)
    return True


def _acquired(lock: Lock) -> bool:
    """Try for a moment: `alive` in another process may be holding the lock for an instant."""
    for _ in range(3):
        if lock.acquire():
            return True
        time.sleep(0.001)
    return False


def _start(descriptor: int) -> None:
    log = home() / "jobs.log"
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as words:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "explorer.jobs", "--lock", str(descriptor)],
            pass_fds=(descriptor,),
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            start_new_session=True,
        )
    threading.Thread(target=process.wait, name="job service", daemon=True).start()  # leaves no zombie behind


def _environment() -> dict[str, str]:
    """The caller's environment; a package that is not installed is found where the caller found it."""
    package = Path(__file__).parents[2]
    given = os.environ | {"EXPLORER_HOME": str(home())}
    if package.name in ("site-packages", "dist-packages"):
        return given
    return given | {"PYTHONPATH": os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(package)]))}
