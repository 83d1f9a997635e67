"""Programs of torch.export."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from explorer.models._program import cleaned
from explorer.models.base import Loaded, opening
from explorer.sources._limits import check_size

suffixes = (".pt2",)


def load(path: str) -> Loaded:
    """A program of torch.export (.pt2), unflattened to the modules that it was exported from.

    Its weights are read as numbers and its graph may hold aten operators alone; sample inputs, pickles and compiled
    libraries in the file are never opened. The sizes that it was exported with hold: give `dynamic_shapes` to
    torch.export.export where the number of rows is to be free.

    Raises:
        FileError: for a file that needs more than that, is damaged or too large.
    """
    file = Path(path)
    with opening(file, "a program of torch.export"):
        check_size(file, 2 * file.stat().st_size)
        with _quiet():
            program = torch.export.load(cleaned(file))
            model = torch.export.unflatten(program)
    trained = sorted({node.target for node in program.graph.nodes if _trains(node)}, key=str)
    _tell(model)
    note = f"It was exported in training mode: {', '.join(map(str, trained))} act on the batch or at random."
    return Loaded(model, notes=(note,) if trained else ())


def _tell(model: torch.nn.Module) -> None:
    """Note the class that each module was exported from, else its last operator, and which are nonlinearities."""
    for module in model.modules():
        path = str(vars(module).get("_ty") or "")
        nodes = [node for node in getattr(getattr(module, "graph", None), "nodes", ()) if node.op == "call_function"]
        operator = str(nodes[-1].target).removesuffix(".default") if nodes else ""
        vars(module)["_operator"] = path.rpartition(".")[2] or operator
        vars(module)["is_nonlinear"] = path.startswith(f"{torch.nn.ReLU.__module__}.")


def _trains(node: torch.fx.Node) -> bool:
    """Whether an operator was told, when it was exported, that the network is in training."""
    arguments = getattr(getattr(node.target, "_schema", None), "arguments", ())
    given = dict(zip((one.name for one in arguments), node.args, strict=False)) | dict(node.kwargs)
    return any(given.get(name) is True for name in ("train", "training"))


@contextmanager
def _quiet() -> Iterator[None]:
    """torch logs a failure before it raises it, and warns of its own ways; one sentence is enough."""
    log = logging.getLogger("torch.export")
    before, log.disabled = log.disabled, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            yield
    finally:
        log.disabled = before
