"""Where and in what precision to compute, how many rows fit in memory, and seeds."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeVar

from explorer.errors import SettingError

if TYPE_CHECKING:
    import torch

T = TypeVar("T")
R = TypeVar("R")

_cores: ContextVar[int] = ContextVar("_cores", default=0)

CHUNK_BYTES = 32 * 2**20
"""Size of a working block: fits a cache-friendly share of a small machine's memory."""


def resolve(device: str = "auto") -> "torch.device":
    """The device to compute on; "auto" takes CUDA when it is there, else the CPU.

    Apple's MPS has no float64, which every estimator here needs, so "auto" never takes it.

    Raises:
        SettingError: for a device this machine does not have.
    """
    import torch

    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if device.partition(":")[0] not in ("cpu", "cuda"):
        raise SettingError(f"device={device!r} must be 'auto', 'cpu' or 'cuda'")
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise SettingError(f"device={device!r} asks for CUDA, which this machine does not have; use 'cpu' or 'auto'")
    return torch.device(device)


def rows_per_chunk(row_bytes: int, device: "torch.device | None" = None) -> int:
    """How many rows of `row_bytes` bytes make one working block, at least one."""
    budget = CHUNK_BYTES if device is None or device.type == "cpu" else 32 * CHUNK_BYTES
    return max(1, budget // max(1, row_bytes))


@contextmanager
def seeded(seed: int, device: "torch.device") -> Iterator[None]:
    """Random numbers of torch from `seed` inside the block; the caller's random state is left as it was.

    Raises:
        SettingError: unless seed is a whole number of at least 0.
    """
    import torch

    if isinstance(seed, bool) or not hasattr(seed, "__index__") or not 0 <= seed < 2**63:
        raise SettingError(f"seed={seed!r} must be a whole number of at least 0")
    with unspent(device):
        torch.manual_seed(int(seed))
        yield


@contextmanager
def unspent(device: "torch.device") -> Iterator[None]:
    """Random numbers that torch draws inside the block are drawn again after it."""
    import torch

    with torch.random.fork_rng([] if device.type == "cpu" else [device]):
        yield


@contextmanager
def half_precision(device: "torch.device") -> Iterator[None]:
    """Products of matrices in bfloat16 inside the block on a GPU, which has units for it; as they are elsewhere."""
    import torch

    with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
        yield


@contextmanager
def one_thread() -> Iterator[None]:
    """torch computes with one thread inside the block, and `on_all_cores` with as many as it had before.

    On small arrays its threads wait for each other longer than they compute, most of all on a busy machine.
    """
    import torch

    before = torch.get_num_threads()
    token = _cores.set(_cores.get() or before)
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
        _cores.reset(token)


def on_all_cores(work: Callable[[T], R], items: Sequence[T], device: "torch.device") -> list[R]:
    """`work` of every item, as many at a time as torch may use threads, one thread each; in turn on a GPU.

    The work must leave the global random state alone; NumPy, SciPy and torch let other threads run meanwhile.
    """
    import torch

    cores = _cores.get() or torch.get_num_threads()
    if device.type != "cpu" or cores == 1:
        return [work(item) for item in items]
    with one_thread(), ThreadPoolExecutor(cores) as pool:
        return list(pool.map(work, items))


def memory_free(device: "torch.device | None" = None) -> int:
    """Bytes of memory that programs can still take without swapping, on the host unless a GPU is named."""
    if device is not None and device.type == "cuda":
        import torch

        return torch.cuda.mem_get_info(device)[0]
    import psutil

    return int(psutil.virtual_memory().available)


def describe() -> str:
    """The hardware in one line, without importing torch unless it is loaded already."""
    from importlib.util import find_spec
    from pathlib import Path

    cores = os.cpu_count() or 1
    gpus = [*Path("/proc/driver/nvidia/gpus").glob("*")] if find_spec("torch") else []
    return f"{len(gpus)} NVIDIA GPU, {cores} CPU cores" if gpus else f"CPU, {cores} cores (no GPU found)"
