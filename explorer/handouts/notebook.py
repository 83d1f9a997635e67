"""Notebooks (format 4.5) from cells of words and of code."""

import json
from collections.abc import Sequence
from typing import Any, Literal

Cell = tuple[Literal["markdown", "code"], str]
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def notebook(cells: Sequence[Cell]) -> str:
    """The notebook as JSON."""
    found = [_cell(kind, text, f"cell-{place}") for place, (kind, text) in enumerate(cells)]
    return json.dumps({"cells": found, "metadata": KERNEL, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def _cell(kind: str, text: str, id: str) -> dict[str, Any]:
    more: dict[str, Any] = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "id": id, "metadata": {}, "source": text, **more}
