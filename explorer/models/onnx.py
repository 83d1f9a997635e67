"""ONNX models, run by onnxruntime."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from explorer.errors import FileError, MissingExtraError, SampleError
from explorer.models._graph import Values, values
from explorer.models.base import Loaded, opening
from explorer.sources._limits import check_size

suffixes = (".onnx",)


def load(path: str) -> Loaded:
    """An ONNX model (.onnx) whose intermediate values are recorded under the names of torch's modules, where noted.

    onnxruntime computes what is recorded and what the model returns. Weights in a file of their own are read from the
    model's folder only. A model of a fixed number of rows is given that many at a time, the last ones filled up.

    Raises:
        FileError: for a file that is damaged or too large, or whose weights lie outside its folder.
        MissingExtraError: without onnx and onnxruntime.
    """
    file = Path(path)
    onnx = _package("onnx")
    with opening(file, "an ONNX model"):
        check_size(file, 3 * file.stat().st_size)
        model = onnx.load(str(file), load_external_data=False)
        _external(onnx, model, file)
        model = onnx.shape_inference.infer_shapes(model)
        network = Network(model, file.parent)
        network.session(())
    return Loaded(network, layers=network.usual())


class Network(nn.Module):
    """An ONNX graph as a module: its submodules are handed the values that they are named after.

    It computes where it is sent, as far as onnxruntime can; values come to the CPU. Beyond the output only those values
    are computed to which a hook listens.

    Args:
        model: with inferred types.
        folder: of its weights.
    """

    def __init__(self, model: Any, folder: Path):
        super().__init__()
        self._model, self._folder = model, folder
        self._found: Values = values(model.graph)
        weights = {one.name for one in model.graph.initializer}
        self._inputs = {one.name: one.type.tensor_type for one in model.graph.input if one.name not in weights}
        self._outputs = [one.name for one in model.graph.output]
        self.register_buffer("_at", torch.empty(0), persistent=False)  # it goes where the network is sent
        self._sessions: dict[tuple[str, ...], Any] = {}
        self._places = [(value, _place(self, name)) for value, names in self._found.names.items() for name in names]
        for value, place in self._places:
            vars(place).setdefault("_operator", self._found.operators[value])

    def usual(self) -> tuple[str, ...]:
        """What nonlinearities return and the last output; every value where there is no nonlinearity."""
        chosen = self._found.nonlinear or list(self._found.names)
        names = [self._found.names[value][0] for value in (*chosen, *self._outputs) if value in self._found.names]
        return tuple(dict.fromkeys(names))

    def forward(self, *inputs: torch.Tensor, **named: torch.Tensor) -> Any:
        """What the model returns: a tensor, or several as a tuple.

        Raises:
            SampleError: for inputs that the model does not take.
        """
        given = dict(zip(self._inputs, inputs, strict=False)) | named
        feeds = {name: self._fed(name, given) for name in self._inputs}
        listening = [(value, place) for value, place in self._places if place._forward_hooks]
        found = self._computed(feeds, tuple(dict.fromkeys(value for value, _ in listening)))
        for value, place in listening:
            place(found[value])
        results = tuple(found[name] for name in self._outputs)
        return results[0] if len(results) == 1 else results

    def session(self, extra: tuple[str, ...]) -> Any:
        """A session that also returns these values."""
        if extra not in self._sessions:
            onnx, runtime = _package("onnx"), _package("onnxruntime")
            types = {one.name: one for one in self._model.graph.value_info}
            model = onnx.ModelProto()
            model.CopyFrom(self._model)
            model.graph.output.extend(types.get(name) or onnx.ValueInfoProto(name=name) for name in extra)
            options = runtime.SessionOptions()
            options.intra_op_num_threads, options.log_severity_level = torch.get_num_threads(), 4
            options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(self._folder))
            available = runtime.get_available_providers()
            fast = [one for one in available if one.startswith("CUDA")] if self._at.is_cuda else []
            providers = [*fast, "CPUExecutionProvider"]
            session = runtime.InferenceSession(model.SerializeToString(), options, providers=providers)
            self._sessions = {extra: session}
        return self._sessions[extra]

    def _computed(self, feeds: Mapping[str, np.ndarray], extra: tuple[str, ...]) -> dict[str, torch.Tensor]:
        """The outputs and the values called `extra`, by name.

        A model of a fixed number of rows is run on that many at a time; what the last of them lack is their last row
        again, and is cut off after.
        """
        rows = next(len(one) for one in feeds.values())
        fixed = next((_sides(kind)[0] for kind in self._inputs.values() if _sides(kind)), 0) or rows
        names = [*self._outputs, *(name for name in extra if name not in self._outputs)]
        session = self.session(tuple(names[len(self._outputs) :]))
        parts = [
            session.run(names, {name: _filled(one[start : start + fixed], fixed) for name, one in feeds.items()})
            for start in range(0, rows, fixed)
        ]
        whole = [_joined([np.asarray(part) for part in one], fixed, rows) for one in zip(*parts, strict=True)]
        return {name: torch.from_numpy(one) for name, one in zip(names, whole, strict=True)}

    def _fed(self, name: str, given: Mapping[str, torch.Tensor]) -> np.ndarray:
        """An input in the type that the model declares.

        Raises:
            SampleError: for one that is missing or has values that the type does not hold.
        """
        if name not in given:
            raise SampleError(f"the model takes {', '.join(self._inputs)}; {name!r} is missing")
        array = given[name].detach().cpu().numpy()
        dtype = _package("onnx").helper.tensor_dtype_to_np_dtype(self._inputs[name].elem_type)
        cast = array.astype(dtype)
        if cast.dtype.kind in "iub" and not np.array_equal(cast, array):
            raise SampleError(f"the model's input {name!r} takes {dtype}; the data hold other numbers")
        return cast


def _filled(part: np.ndarray, rows: int) -> np.ndarray:
    """The rows, and the last of them again until they are so many."""
    return part if len(part) == rows else np.concatenate([part, np.repeat(part[-1:], rows - len(part), 0)])


def _joined(parts: list[np.ndarray], fixed: int, rows: int) -> np.ndarray:
    """What the parts returned, one below the other without what was filled in; of what gives no rows, the first."""
    return np.concatenate(parts)[:rows] if parts[0].shape[:1] == (fixed,) else parts[0]


def _place(root: nn.Module, path: str) -> nn.Module:
    """The module of that path, made with all above it."""
    for part in path.split("."):
        inner = root._modules.get(part)
        root._modules[part] = inner = inner or nn.Identity()  # add_module refuses names such as "type"
        root = inner
    return root


def _sides(kind: Any) -> list[int]:
    """The sides of an input; 0 for one that is free."""
    return [side.dim_value for side in kind.shape.dim]


def _external(onnx: Any, model: Any, file: Path) -> None:
    """Raise unless all weights outside of the file lie in its folder, whole."""
    for tensor in onnx.external_data_helper._get_all_tensors(model):
        if onnx.external_data_helper.uses_external_data(tensor):
            about = {one.key: one.value for one in tensor.external_data}
            place = file.parent / about.get("location", "")
            if Path(about.get("location", "")).is_absolute() or not _inside(place, file.parent):
                raise FileError(f"{file.name} keeps weights in {about.get('location', '')[:80]!r}, outside its folder")
            if not place.is_file():
                raise FileError(f"{file.name} keeps weights in {place.name[:80]!r}, which is not beside it")
            check_size(place, place.stat().st_size)
            if int(about.get("offset", 0)) + int(about.get("length", 0)) > place.stat().st_size:
                raise FileError(f"{place.name} is cut short: {tensor.name[:80]!r} ends behind its end")


def _inside(place: Path, folder: Path) -> bool:
    return place.resolve().is_relative_to(folder.resolve())


def _package(name: str) -> Any:
    from importlib import import_module

    try:
        module = import_module(name)
        if name == "onnx":
            import_module("onnx.external_data_helper")
            import_module("onnx.shape_inference")
        return module
    except ImportError as error:
        raise MissingExtraError(name, "onnx") from error
