"""The app on a free port, and waiting until something answers on one."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_for(url: str, seconds: float = 30.0) -> None:
    """Return when the URL answers.

    Raises:
        TimeoutError: when it has not within `seconds`.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urlopen(url, timeout=1):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise TimeoutError(f"{url} did not answer within {seconds:g} s")


class App:
    """The app as `explorer` starts it, in a home of its own."""

    def __init__(self, home: Path):
        self.home, self.port = home, free_port()
        environment = {**os.environ, "EXPLORER_HOME": str(home), "EXPLORER_JOBS_IDLE": "60", "PYTHONPATH": str(ROOT)}
        self.environment = environment
        command = [sys.executable, "-m", "explorer", "--no-browser", "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, env=environment, cwd=home, start_new_session=True, stdout=subprocess.DEVNULL
        )
        self.url = f"http://127.0.0.1:{self.port}"
        wait_for(f"{self.url}/_stcore/health")

    def explorer(self, *arguments: str) -> str:
        """What a command prints, in the app's home."""
        command = [sys.executable, "-m", "explorer", *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=True).stdout

    def stop(self) -> None:
        """End the app and its job service."""
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(10)
        service = self.home / "jobs.json"
        if service.exists():
            try:
                os.killpg(json.loads(service.read_text())["pid"], signal.SIGKILL)
            except ProcessLookupError:
                return
