"""Reader of .parquet: rows and columns are judged by the footer before a page is unpacked."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.types as kinds

from explorer.sources._columns import check_kind, columns, is_text
from explorer.sources._limits import check_size, readable

suffixes = (".parquet",)
table = True


def read(path: Path) -> dict[str, np.ndarray]:
    """A table of typed columns (.parquet).

    Raises:
        FileError: when it is damaged, too large, has no rows, or holds nested columns.
    """
    with readable(path, "parquet"), path.open("rb") as file:
        schema = _judged(pq.ParquetFile(file), path)
        texts = [field.name for field in schema if is_text(field.type)]
        parsed = pq.ParquetFile(file, read_dictionary=texts, page_checksum_verification=True)
        return columns(parsed.read(), path)


def _judged(file: pq.ParquetFile, path: Path) -> pa.Schema:
    """The schema, once the footer is known to describe a flat table that fits."""
    schema, meta = file.schema_arrow, file.metadata
    for field in schema:
        check_kind(field.type, field.name, path)
    groups = [meta.row_group(place) for place in range(meta.num_row_groups)]
    rows = max(meta.num_rows, sum(group.num_rows for group in groups))
    unpacked = sum(group.total_byte_size for group in groups)
    check_size(path, max(unpacked, rows * sum(width(field.type) for field in schema)))
    return schema


def width(kind: pa.DataType) -> int:
    """Bytes a row of a column; a text counts as the number of its dictionary entry, and is measured once it is read."""
    if kinds.is_null(kind):
        return 8
    return 4 if is_text(kind) or kinds.is_dictionary(kind) else max(1, kind.bit_width // 8)
