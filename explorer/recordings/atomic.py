"""Files that are there whole or not at all, and one sentence for whatever the system says."""

import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from explorer.errors import FileError


def write_atomically(path: Path, content: bytes) -> None:
    """Write to a temporary name beside `path` and rename, so that no reader sees half a file.

    Raises:
        FileError: when the disk is full or the folder cannot be written.
    """
    with replacing(path) as temporary:
        temporary.write_bytes(content)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A name beside `path` for a file that takes its place at the end; an error before that leaves nothing behind.

    Raises:
        FileError: when the disk is full or the folder cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    with writing(path):
        try:
            yield temporary
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


@contextmanager
def making(folder: Path, overwrite: bool = False) -> Iterator[Path]:
    """An empty folder beside `folder` that takes its place at the end; an error before that leaves nothing behind.

    Its name is one that nothing had. What `folder` holds is put aside, and is deleted when the new one stands there.

    Args:
        overwrite: whether `folder` may hold anything; else it must be empty or not there.

    Raises:
        FileError: when the folder cannot be written, or holds something at the end.
    """
    with writing(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix="tmp-", dir=folder.parent))
    made, old = scratch / "new", scratch / "old"
    try:
        with writing(folder):
            made.mkdir()  # with the rights that are usual here, which a temporary folder has not
        yield made
        with writing(folder):
            if overwrite and folder.exists():
                folder.rename(old)
            _put(made, folder, old)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _put(made: Path, folder: Path, old: Path) -> None:
    """Rename into place, or put the old one back."""
    try:
        made.rename(folder)
    except BaseException:
        if old.exists():
            old.rename(folder)
        raise


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """One sentence for whatever the system says when `path` cannot be written."""
    try:
        yield
    except FileError:
        raise
    except (OSError, ValueError) as error:  # ValueError: a path with a zero byte
        raise FileError(f"{path} cannot be written: {getattr(error, 'strerror', None) or error}") from error
