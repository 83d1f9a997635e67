"""How much an Arrow file unpacks to, told from its metadata alone: the lengths of its packed buffers.

Arrow unpacks every buffer to the length that stands before it. The metadata are FlatBuffers: tables whose fields lie
where a list of offsets says.

Source: Apache Arrow, "Arrow columnar format: IPC file format", and Message.fbs.
"""

import struct
from typing import Any

import pyarrow as pa

RECORD, DICTIONARY = 3, 2
"""Kinds of message that hold values."""


def unpacked(message: pa.Message) -> int:
    """Bytes that the buffers of a message unpack to.

    Raises:
        struct.error, ValueError: when the metadata are damaged.
    """
    meta, body = memoryview(message.metadata), memoryview(message.body or b"")
    root = _number(meta, 0, "I")
    batch = _batch(meta, root)
    if batch is None:
        return 0
    at = _field(meta, batch, 2)
    start = at + _number(meta, at, "I") if at else 0
    count = _number(meta, start, "I") if at else 0
    packed = _field(meta, batch, 3) is not None
    if 16 * count > len(meta):
        raise ValueError(f"a batch declares {count} buffers")
    total = 0
    for place in range(count):
        offset, length = struct.unpack_from("<qq", meta, start + 4 + 16 * place)
        if min(offset, length) < 0 or offset + length > len(body):
            raise ValueError("a buffer lies outside its batch")
        declared = _number(body, offset, "q") if packed and length >= 8 else -1
        total += length if declared == -1 else abs(declared)
    return total


def _batch(meta: Any, root: int) -> int | None:
    """Where the table of a batch of rows begins, also of the batch inside a dictionary."""
    kind, at = _value(meta, root, 1, "B", 0), _field(meta, root, 2)
    if kind not in (RECORD, DICTIONARY) or at is None:
        return None
    table = at + _number(meta, at, "I")
    if kind == RECORD:
        return table
    at = _field(meta, table, 1)
    return None if at is None else at + _number(meta, at, "I")


def _field(meta: Any, table: int, place: int) -> int | None:
    """Where a field of a table lies; None where it has its default."""
    offsets = table - _number(meta, table, "i")
    if offsets < 0 or 4 + 2 * place >= _number(meta, offsets, "H"):
        return None
    offset = _number(meta, offsets + 4 + 2 * place, "H")
    return table + offset if offset else None


def _value(meta: Any, table: int, place: int, kind: str, default: int) -> int:
    at = _field(meta, table, place)
    return default if at is None else _number(meta, at, kind)


def _number(data: Any, at: int, kind: str) -> int:
    if at < 0:
        raise ValueError("an offset is negative")
    return struct.unpack_from(f"<{kind}", data, at)[0]
