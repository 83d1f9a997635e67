"""Forged networks: nothing in them is run, little memory is taken, and each is refused in a sentence."""

import argparse
import contextlib
import io
import json
import os
import pickle
import pickletools
import re
import shutil
import struct
import subprocess
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from test_models import bert
from torch import nn
from trained_networks import NAME, images, onnx, saved, small

from explorer.errors import FileError
from explorer.models._program import _is_container, _is_operator, _is_size
from explorer.models._select import load

RAN = "explorer-test-ran"
"""The folder that forged files make when their code is run."""


class Evil:
    """Makes a folder when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (RAN,)


@pytest.fixture(autouse=True)
def nothing_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """No test leaves the folder behind that the forged files would make."""
    monkeypatch.chdir(tmp_path)
    yield
    assert not Path(RAN).exists()


def refused(path: Path | str, network: str = "") -> str:
    """The sentence with which a network is refused; it is one line, and little memory is taken."""
    tracemalloc.start()
    with pytest.raises(FileError) as caught:
        load(str(path), **({"network": network} if network else {}))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100e6 and "\n" not in str(caught.value)
    return str(caught.value)


def rewritten(path: Path, change: Callable[[str, bytes], bytes | None], stored: bool = True) -> Path:
    """The same archive with other contents; an entry of None is left out."""
    made = path.with_name(f"forged-{path.name}")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_STORED if stored else 8) as new:
        for entry in old.infolist():
            content = change(entry.filename.partition("/")[2], old.read(entry))
            if content is not None:
                new.writestr(entry.filename, content)
    return made


# torch files


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "older"])
@pytest.mark.parametrize(
    "content, named",
    [
        (lambda: {"a": torch.ones(2), "b": Evil()}, r"posix\.mkdir"),
        (lambda: small(), r"torch\.nn\.modules\.\w+\.\w+.* and \d+ more"),
        (
            lambda: {"state_dict": small().state_dict(), "hyper_parameters": argparse.Namespace(a=1)},
            "argparse.Namespace",
        ),
        (lambda: {"w": torch.ones(2), "path": Path("a")}, r"pathlib\.PosixPath"),
        (lambda: {"w": torch.ones(2), "best": np.float64(1)}, "numpy"),
        (lambda: {"w": torch.ones(2), "blob": bytearray(9)}, "bytearray"),
    ],
    ids=["code", "module", "namespace", "path", "numpy", "bytearray"],
)
def test_objects_are_named_and_the_sentence_says_how_to_save_instead(
    content: Callable[[], Any], named: str, zipped: bool, tmp_path: Path
) -> None:
    torch.save(content(), tmp_path / "a.ckpt", _use_new_zipfile_serialization=zipped)
    text = refused(tmp_path / "a.ckpt", NAME)
    assert re.search(named, text), text
    assert "can run any program" in text and "torch.save(model.state_dict(), 'weights.pt')" in text


@pytest.mark.filterwarnings("ignore:.*LeafSpec.*:FutureWarning", "ignore:Found 11 module")
def test_a_lightning_checkpoint(tmp_path: Path) -> None:
    import lightning

    class Module(lightning.LightningModule):
        def __init__(self, path: Any):
            super().__init__()
            self.save_hyperparameters()
            self.net = small()

        def training_step(self, batch: Any, _: int) -> torch.Tensor:
            return self.net(batch).sum()

        def configure_optimizers(self) -> Any:
            optimizer = torch.optim.SGD(self.parameters(), 0.0)
            return [optimizer], [torch.optim.lr_scheduler.MultiStepLR(optimizer, [5])]

    def fit(value: Any, name: str) -> str:
        module = Module(value)
        loader = torch.utils.data.DataLoader(images(4), batch_size=4)
        trainer = lightning.Trainer(max_epochs=1, accelerator="cpu", logger=False, enable_checkpointing=False,
                                    enable_progress_bar=False, enable_model_summary=False)  # fmt: skip
        trainer.fit(module, loader)
        trainer.save_checkpoint(tmp_path / name)
        return str(tmp_path / name)

    loaded = load(fit("plain", "plain.ckpt"), network=NAME)  # its schedule holds a Counter
    assert loaded.notes[1] == "'net.' was taken off the names of all weights."
    assert "pathlib.PosixPath" in refused(fit(Path("a"), "path.ckpt"), NAME)


def test_pickles_that_torch_did_not_write(tmp_path: Path) -> None:
    (tmp_path / "plain.pt").write_bytes(pickle.dumps({"a": Evil()}, protocol=4))
    assert "is a pickle that torch.save did not write" in refused(tmp_path / "plain.pt", NAME)
    (tmp_path / "two.pt").write_bytes(pickle.dumps({"a": Evil()}, protocol=2))
    assert "mkdir" in refused(tmp_path / "two.pt", NAME) or "cannot be read" in refused(tmp_path / "two.pt", NAME)
    (tmp_path / "text.pt").write_bytes(b"not a pickle at all")
    assert "cannot be read as a torch file" in refused(tmp_path / "text.pt", NAME)
    (tmp_path / "empty.pt").write_bytes(b"")
    assert "is empty" in refused(tmp_path / "empty.pt", NAME)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_torchscript(tmp_path: Path) -> None:
    torch.jit.trace(small(), images()).save(tmp_path / "a.pt")
    text = refused(tmp_path / "a.pt", NAME)
    assert "is a TorchScript program" in text and "torch.jit.load(FILE).state_dict()" in text


def test_bombs(tmp_path: Path) -> None:
    torch.save({"w": torch.zeros(1).expand(10**9)}, tmp_path / "strides.pt")
    assert "'w' claims shape (1000000000,) from 4 bytes" in refused(tmp_path / "strides.pt", NAME)
    torch.save({"w": torch.eye(3).to_sparse()}, tmp_path / "sparse.pt")
    assert "_rebuild_sparse_tensor" in refused(tmp_path / "sparse.pt", NAME)
    torch.save({"w": torch.zeros(10**6)}, tmp_path / "plain.pt")
    assert "is compressed, as torch.save never does" in refused(
        rewritten(tmp_path / "plain.pt", lambda _, data: data, stored=False), NAME
    )
    torch.save({"w": torch.zeros(4)}, tmp_path / "older.pt", _use_new_zipfile_serialization=False)
    content = (tmp_path / "older.pt").read_bytes()
    assert content.count(b"cpuq\x06K\x04N") == 1
    huge = content.replace(b"cpuq\x06K\x04N", b"cpuq\x06\x8a\x05" + struct.pack("<q", 5 * 10**8)[:5] + b"N")
    (tmp_path / "huge.pt").write_bytes(huge)
    assert "storage has wrong byte size" in refused(tmp_path / "huge.pt", NAME)
    stream = io.BytesIO(huge)
    for _ in range(4):
        list(pickletools.genops(stream))  # up to the list of storages whose numbers follow, which is left empty
    (tmp_path / "unlisted.pt").write_bytes(huge[: stream.tell()] + pickle.dumps([], protocol=2))
    assert "declares 2.0 GB of numbers" in refused(tmp_path / "unlisted.pt", NAME)


def test_a_description_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.save({"w": torch.zeros(4)}, tmp_path / "a.pt")
    long = rewritten(
        tmp_path / "a.pt", lambda name, data: b"\x80\x02" + b"}" * 9_000_000 if name == "data.pkl" else data
    )
    assert "describes its tensors in 9.0 MB" in refused(long, NAME)
    monkeypatch.setenv("EXPLORER_MAX_BYTES", "1000")
    assert "declares" in refused(long, NAME)


@pytest.mark.parametrize("form", ["pt", "older", "pt2", "onnx"])
def test_truncated_at_every_percent(form: str, tmp_path: Path) -> None:
    if form == "older":
        whole = tmp_path / "whole.pt"
        torch.save(small().state_dict(), whole, _use_new_zipfile_serialization=False)
    else:
        whole = saved(tmp_path, form)
    content, network = whole.read_bytes(), NAME if form in ("pt", "older") else ""
    part = tmp_path / f"part{whole.suffix}"
    for percent in range(100):
        part.write_bytes(content[: len(content) * percent // 100])
        refused(part, network)
    part.write_bytes(content)
    model = load(str(part), **({"network": network} if network else {})).model
    assert torch.allclose(model(images()), small()(images()), atol=1e-6)


def test_only_known_opcodes_are_walked() -> None:
    stream = io.BytesIO()
    torch.save(small().state_dict(), stream)
    with zipfile.ZipFile(stream) as archive:
        names = {one[0].name for one in pickletools.genops(archive.read("archive/data.pkl"))}
    assert "GLOBAL" in names and not names & {"STACK_GLOBAL", "INST"}


# programs of torch.export


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program of the small network."""
    return saved(tmp_path_factory.mktemp("program"), "pt2")


def forged(program: Path, folder: Path, change: Callable[[Any], None], entry: str = "models/model.json") -> Path:
    """The program with another graph, or another description of its weights."""

    def edit(name: str, data: bytes) -> bytes:
        if name != entry:
            return data
        plain = json.loads(data)
        change(plain)
        return json.dumps(plain).encode()

    copied = folder / program.name
    shutil.copy(program, copied)
    return rewritten(copied, edit)


def node(graph: Any) -> Any:
    """The first node of a program's graph."""
    return graph["graph_module"]["graph"]["nodes"][0]


def evil() -> bytes:
    """A torch file that makes the folder when it is unpickled."""
    stream = io.BytesIO()
    torch.save(((Evil(),), {}), stream)
    return stream.getvalue()


CODE = f"__import__('os').mkdir('{RAN}')"


def test_sample_inputs_and_guards_are_never_opened(program: Path, tmp_path: Path) -> None:
    shutil.copy(program, tmp_path / "a.pt2")
    inputs = rewritten(tmp_path / "a.pt2", lambda name, data: evil() if name.startswith("data/sample") else data)
    assert torch.equal(load(str(inputs)).model(images()), load(str(program)).model(images()))
    guards = forged(program, tmp_path, lambda graph: graph.update(guards_code=[CODE]))
    assert torch.equal(load(str(guards)).model(images()), load(str(program)).model(images()))


def test_torch_itself_would_run_what_is_refused_here(program: Path, tmp_path: Path) -> None:
    shutil.copy(program, tmp_path / "a.pt2")
    inputs = rewritten(tmp_path / "a.pt2", lambda name, data: evil() if name.startswith("data/sample") else data)
    with contextlib.suppress(Exception):
        torch.export.load(inputs)
    assert Path(RAN).is_dir()
    Path(RAN).rmdir()


@pytest.mark.parametrize(
    "change, sentence",
    [
        (lambda g: node(g).update(target="torch.os.mkdir"), "the operator 'torch.os.mkdir'"),
        (lambda g: node(g).update(target="torch.ops.aten.from_file.default"), "the operator"),
        (lambda g: node(g).update(target="torch.ops.aten.save.default"), "the operator"),
        (lambda g: node(g).update(target="torch.ops.aten.__class__.mro"), "the operator"),
        (lambda g: node(g).update(target="torch.hub.load"), "the operator"),
        (lambda g: node(g).update(target="#code:x"), "the operator"),
        (lambda g: node(g)["inputs"][0].update(arg={"as_custom_obj": {"name": "a", "class_fqn": "b"}}), "an object"),
        (lambda g: node(g)["inputs"][0].update(arg={"as_operator": "torch.os.mkdir"}), "an object"),
        (lambda g: node(g)["inputs"][0].update(arg={"as_string": f'"); {CODE} #'}), "the name"),
        (lambda g: node(g)["metadata"].update(nn_module_stack=f'a,b",{CODE},c'), "the name"),
        (lambda g: g["graph_module"]["graph"]["tensor_values"].update({'a"b': {}}), "the name"),
        (
            lambda g: g["graph_module"]["graph"]["tensor_values"]["relu"]["sizes"].__setitem__(
                0, {"as_expr": {"expr_str": CODE, "hint": None}}
            ),
            "the size",
        ),
        (
            lambda g: g["graph_module"]["module_call_graph"][0]["signature"].update(
                in_spec='[1, {"type": "builtins.dict", "context": "{\\"__enum__\\": true, \\"fqn\\": \\"this:x\\"}"}]'
            ),
            "the container",
        ),
    ],
)
def test_graphs_that_could_run_something(
    change: Callable[[Any], None], sentence: str, program: Path, tmp_path: Path
) -> None:
    assert sentence in refused(forged(program, tmp_path, change))


@pytest.mark.parametrize("folder", ["weights", "constants"])
def test_weights_that_are_no_numbers(folder: str, program: Path, tmp_path: Path) -> None:
    entry = f"data/{folder}/model_{folder}_config.json"
    meta = {"dtype": 7, "sizes": [{"as_int": 4}], "requires_grad": False, "device": {"type": "cpu", "index": None},
            "strides": [{"as_int": 1}], "storage_offset": {"as_int": 0}, "layout": 7}  # fmt: skip
    one = {"path_name": "weight_1", "is_param": False, "use_pickle": False, "tensor_meta": meta}

    def put(**changed: Any) -> Path:
        return forged(program, tmp_path, lambda plain: plain["config"].update(a=one | changed), entry)

    assert "is stored as a pickle or object" in refused(put(use_pickle=True))
    for name in ("custom_obj_0", "opaque_obj_0", "../../weight_1", "weight_1/../x", "/etc/passwd"):
        assert "is stored as a pickle or object" in refused(put(path_name=name))
    assert "which its numbers do not fill" in refused(put(path_name="weight_99"))
    for sides in ([10**9], [10**9, 10**9], [-4]):
        large = meta | {"sizes": [{"as_int": side} for side in sides], "strides": [{"as_int": 0}] * len(sides)}
        assert "claims shape" in refused(put(tensor_meta=large))


def test_compiled_libraries_and_other_archives(program: Path, tmp_path: Path) -> None:
    shutil.copy(program, tmp_path / "a.pt2")
    with zipfile.ZipFile(tmp_path / "a.pt2", "a") as archive:
        archive.writestr("small/data/aotinductor/model/evil.so", b"\x7fELF")
    assert "holds a compiled library" in refused(tmp_path / "a.pt2")
    older = rewritten(program, lambda name, data: None if name == "models/model.json" else data)
    assert "has no models/model.json" in refused(older)
    older.unlink()
    packed = tmp_path / "packed.pt2"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/models/model.json", b" " * 10**7)
    assert "is compressed or there twice" in refused(packed)


def test_what_is_on_the_lists() -> None:
    for text in ("torch.ops.aten.add.Tensor", "torch.ops.aten.__and__.Tensor", "_operator.getitem", "torch.sym_max"):
        assert _is_operator(text), text
    calls = ("torch.load", "_operator.methodcaller", "_operator.attrgetter", "math.factorial", "builtins.exec")
    ops = ("torch.ops.aten.add", "torch.ops.load_library.x.y", "torch.ops.aten.__init__.x", "torch.sym__x")
    for text in (*calls, *ops):
        assert not _is_operator(text), text
    symbol = "Symbol('s77', positive=True, integer=True)"
    for text in (symbol, f"Add(Mul(Integer(2), {symbol}), Integer(1))", f"Pow({symbol}, Integer(2))", "2*s0 + 1",
                 f"FloorDiv({symbol}, Integer(4))"):  # fmt: skip
        assert _is_size(text), text
    for text in ("9**9**9", "().__class__", "Pow(Integer(9), Integer(9))", "lambda: 0", "exec('x')", "Symbol('a b')",
                 f"Pow(Pow({symbol}, Integer(9)), Integer(99))", "s0.x", "open", "s0[0]"):  # fmt: skip
        assert not _is_size(text), text
    assert _is_container('[1, {"type": "builtins.tuple", "context": "null", "children_spec": []}]')
    assert not _is_container('[1, {"type": "collections.defaultdict", "context": "null", "children_spec": []}]')
    assert not _is_container("not json")


# ONNX


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An ONNX model with its weights in a file beside it."""
    folder = tmp_path_factory.mktemp("beside")
    return onnx(small(), folder / "a.onnx", external=True)


def relocated(beside: Path, folder: Path, place: str) -> Path:
    """The model in another folder, with its weights at another place."""
    import onnx as format

    model = format.load(str(beside), load_external_data=False)
    for tensor in model.graph.initializer:
        for entry in tensor.external_data:
            entry.value = place if entry.key == "location" else entry.value
    folder.mkdir(exist_ok=True)
    format.save(model, str(folder / "a.onnx"))
    return folder / "a.onnx"


def test_weights_outside_the_folder_of_the_model(beside: Path, tmp_path: Path) -> None:
    shutil.copy(beside.with_name("a.onnx.data"), tmp_path / "secret")
    for place in ("../secret", str(tmp_path / "secret"), "b/../../secret"):
        assert "outside its folder" in refused(relocated(beside, tmp_path / "model", place))
    (tmp_path / "model" / "link").symlink_to(tmp_path / "secret")
    assert "outside its folder" in refused(relocated(beside, tmp_path / "model", "link"))
    assert "is not beside it" in refused(relocated(beside, tmp_path / "model", "none"))
    shutil.copy(tmp_path / "secret", tmp_path / "model" / "weights")
    inside = relocated(beside, tmp_path / "model", "weights")
    assert torch.allclose(load(str(inside)).model(images()), small()(images()), atol=1e-6)
    (tmp_path / "model" / "weights").write_bytes(b"short")
    assert "is cut short" in refused(inside)


def test_onnx_that_is_none(tmp_path: Path) -> None:
    for name, content in {"text": b"not onnx", "zeros": bytes(100), "empty": b""}.items():
        (tmp_path / f"{name}.onnx").write_bytes(content)
        assert f"{name}.onnx" in refused(tmp_path / f"{name}.onnx")


# folders of Hugging Face


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model."""
    return bert(tmp_path_factory.mktemp("hf") / "bert")


@pytest.mark.parametrize(
    "change, sentence",
    [
        ({"auto_map": {"AutoModel": "modeling.Net"}}, "asks for code of its own (auto_map)"),
        ({"quantization_config": {"quant_method": "gptq"}}, "asks for quantised weights"),
        ({"attn_implementation": "evil/kernels"}, "attn_implementation='evil/kernels'"),
        ({"text_config": {"_attn_implementation": "evil/kernels"}}, "_attn_implementation='evil/kernels'"),
        ({"num_hidden_layers": 10**9}, "num_hidden_layers=1000000000; at most 10000"),
        ({"hidden_size": 4 * 10**5, "intermediate_size": 4 * 10**6}, "and .* is free for data"),
        ({"model_type": "none_such"}, "cannot be read as a model of Hugging Face"),
        ({"model_type": None}, "names no model_type"),
        ({"vocab_size": 4000}, "cannot be read as a model of Hugging Face"),
    ],
)
def test_configurations(change: dict[str, Any], sentence: str, folder: Path, tmp_path: Path) -> None:
    made = tmp_path / "bert"
    shutil.copytree(folder, made)
    (made / "modeling.py").write_text(CODE)
    config = json.loads((made / "config.json").read_text()) | change
    (made / "config.json").write_text(json.dumps(config))
    assert re.search(sentence, text := refused(made)) or sentence in text, text


def test_weights_of_a_folder(folder: Path, tmp_path: Path) -> None:
    made = tmp_path / "bert"
    shutil.copytree(folder, made)
    weights = (made / "model.safetensors").read_bytes()
    (made / "model.safetensors").write_bytes(weights[: len(weights) // 2])
    assert "cannot be read" in refused(made)
    (made / "model.safetensors").unlink()
    torch.save({"a": Evil()}, made / "pytorch_model.bin")
    assert "has pytorch_model.bin and no model.safetensors" in refused(made)
    (made / "model.safetensors").write_bytes(weights)
    (made / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": "../../secret.safetensors"}}))
    assert "names the file '../../secret.safetensors'" in refused(made)
    (made / "model.safetensors.index.json").unlink()
    (made / "adapter_config.json").write_text("{}")
    assert "holds an adapter" in refused(made)
    assert isinstance(load(str(folder)).model, nn.Module)


def test_what_to_do_with_a_refused_file_fits_what_it_holds(tmp_path: Path) -> None:
    net, path = torch.nn.Sequential(torch.nn.Linear(2, 2)), tmp_path / "a.pt"
    torch.save(net, path)
    assert "weights_only=False).state_dict(), 'weights.pt')" in refused(path, "a:B")
    torch.save({"state_dict": net.state_dict(), "best": np.float64(1)}, path)
    assert "weights_only=False)['state_dict'], 'weights.pt'), or whichever entry" in refused(path, "a:B")
    for acts in (os.system, eval, torch.load, subprocess.Popen, np.load):
        torch.save({"state_dict": net.state_dict(), "net": net, "more": acts}, path)
        told = refused(path, "a:B")
        assert "weights_only=False" not in told and "do not load the file otherwise" in told


@pytest.mark.parametrize("ending", ["pt", "pt2"])
def test_half_an_archive_is_called_so(ending: str, tmp_path: Path) -> None:
    net, path = torch.nn.Linear(9, 9), tmp_path / f"a.{ending}"
    if ending == "pt":
        torch.save(net.state_dict(), path)
    else:
        torch.export.save(torch.export.export(net, (torch.zeros(2, 9),)), path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert refused(path, "a:B" if ending == "pt" else "").endswith("it is cut short or damaged")
