"""Worker processes on this computer: on the loopback address alone, one job each, cores shared out."""

import logging
import os
from pathlib import Path
from typing import Any

import dask
from dask.system import CPU_COUNT
from distributed import Nanny, Scheduler, SpecCluster
from distributed.system import MEMORY_LIMIT

from explorer.errors import SettingError
from explorer.home import home

CONFIG = {
    "distributed.scheduler.allowed-failures": 2,
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
}
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")
LOCAL: dict[str, Any] = {"host": "127.0.0.1", "port": 0, "dashboard": False, "dashboard_address": "127.0.0.1:0"}


def local_cluster() -> SpecCluster:
    """A cluster of `worker_count()` processes; the first declares GPU=1 when the system lists one."""
    dask.config.set(CONFIG)
    count = worker_count()
    share = str(max(1, CPU_COUNT // count))
    options = LOCAL | {
        "nthreads": 1,
        "memory_limit": MEMORY_LIMIT,
        "local_directory": str(home() / "scratch"),
        "preload": ["explorer.jobs.worker"],
        "env": {name: os.environ.get(name, share) for name in THREADS},
        "silence_logs": logging.ERROR,
    }
    resources = [{"GPU": 1} if number == 0 and gpu_listed() else {} for number in range(count)]
    workers = {n: {"cls": Nanny, "options": options | {"resources": has}} for n, has in enumerate(resources)}
    return SpecCluster(workers, {"cls": Scheduler, "options": LOCAL}, silence_logs=logging.ERROR)


def worker_count() -> int:
    """Number of worker processes: `EXPLORER_WORKERS`, or 2, and never more than cores.

    Raises:
        SettingError: when `EXPLORER_WORKERS` is not a whole number from 1 on.
    """
    wanted = os.environ.get("EXPLORER_WORKERS") or "2"
    if not wanted.isdigit() or int(wanted) < 1:
        raise SettingError(f"EXPLORER_WORKERS={wanted!r} must be a whole number from 1 on")
    return min(CPU_COUNT, int(wanted))


def gpu_listed() -> bool:
    """Whether the system lists an NVIDIA GPU; torch is not asked, importing it takes seconds."""
    return any(Path("/proc/driver/nvidia/gpus").glob("*"))
