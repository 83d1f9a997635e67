"""Reader of TensorBoard's embedding projector: tensors.tsv, and metadata.tsv beside it.

Source: the projector plugin of TensorBoard, on its file format.
"""

from pathlib import Path

import numpy as np

from explorer.errors import FileError
from explorer.sources._limits import readable
from explorer.sources.csv import parsed

suffixes = ("tensors.tsv", "vectors.tsv")


def read(path: Path) -> dict[str, np.ndarray]:
    """An embedding of the TensorBoard projector (tensors.tsv or vectors.tsv), with the columns of metadata.tsv.

    The embedding, (n, d), is called "tensors". Metadata of one column have no header and are called "label"; those of
    several have one. All points are read: the projector itself shows the first 100 000.

    Raises:
        FileError: when one is damaged, too large, leads out of the folder, or the two have different numbers of rows.
    """
    with readable(path, "a table"):
        table = parsed(path, "\t", header=False)
    if text := [name for name, column in table.items() if column.dtype.kind not in "biuf"]:
        raise FileError(f"{path.name} holds text in column {text[0]}; tensors are numbers, without a header")
    tensors = np.column_stack([*table.values()])
    beside = path.with_name(path.name.lower().replace("tensors", "metadata").replace("vectors", "metadata"))
    return {"tensors": tensors} | (_metadata(beside, path, len(tensors)) if beside.is_file() else {})


def _metadata(path: Path, tensors: Path, rows: int) -> dict[str, np.ndarray]:
    if path.resolve().parent != tensors.resolve().parent:
        raise FileError(f"{path.name} is a link to another folder; copy it beside {tensors.name}")
    with readable(path, "a table"):
        with path.open("rb") as file:
            single = b"\t" not in file.readline(2**20)
        table = parsed(path, "\t", header=not single, names=["label"] if single else None)
    columns = {("label tensors" if name == "tensors" else name): column for name, column in table.items()}
    if len(next(iter(columns.values()))) != rows:
        raise FileError(
            f"{path.name} has {len(next(iter(columns.values())))} rows and {tensors.name} has {rows}; "
            "they must be paired row by row"
        )
    return columns
