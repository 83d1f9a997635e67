"""Reader of .feather and .arrow, the Arrow file format: packed buffers are judged before one is unpacked."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from explorer.errors import FileError
from explorer.sources._arrow import unpacked
from explorer.sources._columns import check_kind, columns
from explorer.sources._limits import check_size, readable
from explorer.sources.parquet import width

suffixes = (".feather", ".arrow")
table = True

MAGIC = b"ARROW1\0\0"
LEAD = len(MAGIC)


def read(path: Path) -> dict[str, np.ndarray]:
    """A table of typed columns (.feather, .arrow: the Arrow file format).

    Raises:
        FileError: when it is damaged, too large, has no rows, holds nested columns, or is Feather version 1.
    """
    with readable(path, "an Arrow file"):
        _judge(path)
        with pa.OSFile(str(path)) as file:
            file.seek(LEAD)
            found = pa.ipc.open_stream(file).read_all()
        for field in found.schema:
            check_kind(field.type, field.name, path)
        found.validate(full=True)  # offsets and numbers of categories are taken on trust until here
        check_size(path, found.num_rows * sum(width(field.type) for field in found.schema))
        return columns(found, path)


def _judge(path: Path) -> None:
    """Raise unless what the file unpacks to fits in memory.

    The batches are read as the stream that they are; the list of them at the end of the file could name one often.
    """
    with pa.memory_map(str(path)) as file:
        start = bytes(file.read(LEAD))
        if start[:4] == b"FEA1":
            raise FileError(f"{path.name} is Feather version 1; write it with pyarrow.feather.write_feather, version 2")
        if start != MAGIC:
            raise FileError(f"{path.name} is not an Arrow file; write it with pyarrow.feather.write_feather")
        total = batches = 0
        for message in pa.ipc.MessageReader.open_stream(file):
            total += unpacked(message)
            batches += message.type == "record batch"
            check_size(path, total)
        file.seek(0)
        if pa.ipc.open_file(file).num_record_batches != batches:
            raise FileError(f"{path.name} is damaged: its list of batches does not name the {batches} that are there")
