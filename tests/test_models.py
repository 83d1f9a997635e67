"""Every form of a saved network gives the network: the same outputs, and its modules by their names."""

import json
import sys
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import trained_networks
from safetensors.torch import save_file
from torch import nn
from trained_networks import NAME, NAMES, images, onnx, saved, small

from explorer.catalogue import models
from explorer.errors import FileError, InputError, MissingExtraError, SettingError, UnknownNameError
from explorer.models._classes import parsed
from explorer.models._select import form_of, load
from explorer.recordings import hooks
from explorer.trained.listing import listed
from explorer.trained.opened import opened
from explorer.trained.recipe import Recipe

X = images()
FORMS = {"safetensors": NAME, "pt": NAME, "pth": NAME, "th": NAME, "ckpt": NAME, "bin": NAME, "pt2": "", "onnx": ""}


def listened(model: nn.Module, x: torch.Tensor = X) -> dict[str, torch.Tensor]:
    """The first tensor that every submodule returns, with #1 and so on for later calls."""
    found: dict[str, torch.Tensor] = {}

    def keep(name: str) -> Callable[..., None]:
        def hook(_module: nn.Module, _inputs: Any, output: Any) -> None:
            calls = sum(one.partition("#")[0] == name for one in found)
            found[f"{name}#{calls}" if calls else name] = next(hooks.tensors(output)).detach().clone()

        return hook

    handles = [module.register_forward_hook(keep(name)) for name, module in hooks.named(model).items()]
    with torch.no_grad():
        model(x)
    for handle in handles:
        handle.remove()
    return found


def test_catalogue_and_forms(tmp_path: Path) -> None:
    assert list(models) == ["exported", "hugging_face", "onnx", "state_dict"]
    for name in models:
        card = models.card(name)
        assert card.summary and all(setting.help for setting in card.settings), name
    assert form_of(str(saved(tmp_path, "pt2"))) == "exported"
    (tmp_path / "config.json").write_text("{}")
    assert form_of(str(tmp_path)) == "hugging_face"


@pytest.mark.parametrize("form", FORMS)
def test_every_form_computes_what_the_network_computes(form: str, tmp_path: Path) -> None:
    path, network = saved(tmp_path, form), FORMS[form]
    loaded = load(str(path), **({"network": network} if network else {}))
    model, truth = loaded.model, small()
    with torch.no_grad():
        assert torch.allclose(model(X), truth(X), atol=1e-6)
    found, known = listened(model), listened(truth)
    names = [name for name in NAMES if form != "onnx" or "conv" not in name]  # ONNX has one operator for both
    assert [name for name in found if name in NAMES] == names
    for name in names:
        assert torch.allclose(found[name], known[name], atol=1e-5), name


def test_onnx_also_names_functions_and_old_exporters_paths(tmp_path: Path) -> None:
    loaded = load(str(saved(tmp_path, "onnx")))
    assert set(listened(loaded.model)) - set(NAMES) == {"blocks.0.add_20", "blocks.1.add_41", "mean"}
    assert loaded.layers == ("act", "blocks.0", "blocks.1")
    old = load(str(onnx(small(), tmp_path / "old.onnx", dynamo=False)))
    found, truth = listened(old.model), listened(small())
    assert list(found) == ["stem", "act", "blocks.0.conv", "blocks.0.Add", "blocks.0", "blocks.1.conv", "blocks.1.Add",
                           "blocks.1", "blocks", "ReduceMean", "out", "act_1"]  # fmt: skip
    assert torch.allclose(found["act_1"], truth["act#1"], atol=1e-6)
    assert torch.allclose(found["blocks.1"], truth["blocks.1"], atol=1e-5)


def test_onnx_with_weights_beside_it_and_a_fixed_number_of_rows(tmp_path: Path) -> None:
    loaded = load(str(onnx(small(), tmp_path / "beside.onnx", fixed=True, external=True)))
    assert (tmp_path / "beside.onnx.data").is_file()
    for n in (1, 4, 7, 8):
        x = images(n)
        with torch.no_grad():
            assert torch.allclose(loaded.model(x), small()(x), atol=1e-6)
        assert torch.allclose(listened(loaded.model, x)["blocks.1"], listened(small(), x)["blocks.1"], atol=1e-5)


def test_onnx_refuses_numbers_that_its_input_does_not_hold(tmp_path: Path) -> None:
    import onnx as format

    node = format.helper.make_node("Cast", ["ids"], ["y"], to=1)
    ids = format.helper.make_tensor_value_info("ids", format.TensorProto.INT64, ["n", 2])
    y = format.helper.make_tensor_value_info("y", format.TensorProto.FLOAT, ["n", 2])
    graph = format.helper.make_graph([node], "g", [ids], [y])
    format.save(format.helper.make_model(graph, opset_imports=[format.helper.make_opsetid("", 17)], ir_version=8),
                str(tmp_path / "ids.onnx"))  # fmt: skip
    model = load(str(tmp_path / "ids.onnx")).model
    assert model(torch.tensor([[1.0, 2.0]])).tolist() == [[1.0, 2.0]] == model(ids=torch.tensor([[1, 2]])).tolist()
    with pytest.raises(InputError, match="input 'ids' takes int64; the data hold other numbers"):
        model(torch.tensor([[0.5, 2.0]]))
    with pytest.raises(InputError, match="takes ids; 'ids' is missing"):
        model(x=torch.tensor([[1, 2]]))


def test_the_older_format_of_torch(tmp_path: Path) -> None:
    torch.save(small().state_dict(), tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    model = load(str(tmp_path / "old.pth"), network=NAME).model
    assert torch.equal(model(X), small()(X))


@pytest.mark.parametrize(
    "prefix, given, note",
    [
        ("module.", "", "'module.' was taken off the names of all weights."),
        ("_orig_mod.module.", "", "'_orig_mod.module.' was taken off the names of all weights."),
        ("net.", "net.", "'net.' was taken off the names of 18 weights."),
    ],
)
def test_wrappers_put_a_prefix_before_names(prefix: str, given: str, note: str, tmp_path: Path) -> None:
    weights = OrderedDict((f"{prefix}{name}", one) for name, one in small().state_dict().items())
    torch.save({"state_dict": weights, "epoch": 3}, tmp_path / "a.ckpt")
    loaded = load(str(tmp_path / "a.ckpt"), network=NAME, prefix=given)
    assert loaded.notes == ("The weights are the entry 'state_dict' of the file.", note)
    assert torch.equal(loaded.model(X), small()(X))


def test_weights_that_the_network_does_not_use(tmp_path: Path) -> None:
    weights = {f"net.{name}": one for name, one in small().state_dict().items()} | {"loss.weight": torch.ones(5)}
    torch.save(weights, tmp_path / "a.pt")
    with pytest.raises(FileError, match=r"do not fit Small: the file lacks stem.weight, .*; the network has no net\."):
        load(str(tmp_path / "a.pt"), network=NAME)
    loaded = load(str(tmp_path / "a.pt"), network=NAME, prefix="net.")
    assert loaded.notes[0].endswith("1 others, such as 'loss.weight', were left out.")
    with pytest.raises(UnknownNameError, match=r"begin with 'nat.'; did you mean 'net.'"):
        load(str(tmp_path / "a.pt"), network=NAME, prefix="nat.")


def test_entries_of_a_checkpoint(tmp_path: Path) -> None:
    weights = small().state_dict()
    torch.save({"model": weights, "ema": weights, "step": 1, "best": torch.tensor(0.5)}, tmp_path / "two.pt")
    with pytest.raises(SettingError, match="holds weights under model, ema; choose one with entry"):
        load(str(tmp_path / "two.pt"), network=NAME)
    assert torch.equal(load(str(tmp_path / "two.pt"), network=NAME, entry="ema").model(X), small()(X))
    with pytest.raises(UnknownNameError, match="called 'emma'; did you mean 'ema'"):
        load(str(tmp_path / "two.pt"), network=NAME, entry="emma")
    torch.save({"epoch": 1}, tmp_path / "none.pt")
    with pytest.raises(FileError, match=r"none.pt holds no tensors by name; it has epoch"):
        load(str(tmp_path / "none.pt"), network=NAME)


def test_arguments_of_the_class_and_shapes(tmp_path: Path) -> None:
    torch.save(trained_networks.Small(classes=3).state_dict(), tmp_path / "a.pt")
    assert load(str(tmp_path / "a.pt"), network=NAME, arguments="classes=3").model(X).shape == (7, 3)
    with pytest.raises(FileError, match=r"out.weight is \(3, 4\) in the file and \(5, 4\) in the network"):
        load(str(tmp_path / "a.pt"), network=NAME)
    with pytest.raises(InputError, match=r"raised TypeError: .*unexpected keyword argument 'depth'"):
        load(str(tmp_path / "a.pt"), network=NAME, arguments="depth=3")
    assert parsed("a=1, b=(2, 3), c='x', d=None") == {"a": 1, "b": (2, 3), "c": "x", "d": None}
    for text in ("3", "a=f()", "a=1)+f(", "**{}", "a=", "a=1; b", "a=1)(b=2"):
        with pytest.raises(SettingError, match="must read like depth=20"):
            parsed(text)


def test_a_function_that_takes_the_weights(tmp_path: Path) -> None:
    weights = {name.replace("blocks.", "layers."): one for name, one in small().state_dict().items()}
    save_file(weights, tmp_path / "a.safetensors")
    function = NAME.replace(":Small", ":renamed")
    assert torch.equal(load(str(tmp_path / "a.safetensors"), network=function).model(X), small()(X))
    module = "trained_networks:renamed"
    assert torch.equal(load(str(tmp_path / "a.safetensors"), network=module).model(X), small()(X))


def test_the_class_is_named_or_the_sentence_says_how(tmp_path: Path) -> None:
    path = str(saved(tmp_path, "pt"))
    (tmp_path / "broken.py").write_text("import nothing_of_that_name\n")
    (tmp_path / "beside.py").write_text("from neighbour import Net\n")
    (tmp_path / "neighbour.py").write_text("from trained_networks import Small as Net\n")
    for network, sentence in {
        "": "holds weights alone; name their class with network='FILE.py:Class'",
        "Small": "must read FILE.py:Class or package.module:Class",
        f"{tmp_path}/none.py:Small": "none.py is not there",
        f"{tmp_path}/broken.py:Net": "raised ModuleNotFoundError: No module named 'nothing_of_that_name'",
        f"{trained_networks.__file__}:Smal": "no class in .* called 'Smal'; did you mean 'Small'",
        f"{trained_networks.__file__}:rows": "gave Tensor; a torch.nn.Module is needed",
    }.items():
        with pytest.raises((InputError, SettingError, FileError, UnknownNameError), match=sentence):
            load(path, network=network)
    assert torch.equal(load(path, network=f"{tmp_path}/beside.py:Net").model(X), small()(X))
    (tmp_path / "neighbour.py").write_text("from trained_networks import Block as Net\n")
    with pytest.raises(InputError, match="missing 1 required positional argument: 'channels'"):
        load(path, network=f"{tmp_path}/beside.py:Net")


@pytest.mark.parametrize(
    "network, arguments",
    [
        ("os:system", "command='touch {ran}'"),
        ("subprocess:run", "args=('touch', '{ran}')"),
        ("shutil:copyfile", "src='{own}', dst='{ran}'"),
        ("pathlib:Path", ""),
        ("builtins:open", "file='{ran}', mode='w'"),
        ("trained_networks:Path", ""),
        ("trained_networks:small", ""),
        ("{own}:save_file", "tensors={{}}, filename='{ran}'"),
        ("{own}:Path", ""),
        ("{own}:system", "command='touch {ran}'"),
        ("{own}:partial", "command='touch {ran}'"),
    ],
)
def test_only_what_makes_networks_is_called(network: str, arguments: str, tmp_path: Path) -> None:
    text = "import functools, os\n" + Path(trained_networks.__file__).read_text() + "\nfrom os import system\n"
    (tmp_path / "own.py").write_text(f"{text}partial = functools.partial(os.system)\n")
    places = {"own": tmp_path / "own.py", "ran": tmp_path / "ran"}
    given = arguments.format(**places)
    with pytest.raises(SettingError, match=r"is not called: a class that derives from torch\.nn\.Module is needed"):
        load(str(saved(tmp_path, "pt")), network=network.format(**places), arguments=given)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "name, sentence",
    [
        ("net.h5", "is of Keras: export it to ONNX with tf2onnx"),
        ("net.pkl", "net.pkl is a pickle, and opening one can run any program"),
        ("net.gguf", "is of llama.cpp"),
        ("net.txt", r"has the suffix '.txt'; networks are read from .bin, .ckpt, .onnx"),
    ],
)
def test_other_files(name: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(FileError, match=sentence):
        load(str(tmp_path / name))
    with pytest.raises(FileError, match="does not exist"):
        load(str(tmp_path / "none.pt"))
    with pytest.raises(FileError, match=r"is a folder without config\.json"):
        load(str(tmp_path))
    with pytest.raises(SettingError, match=r"small\.pt2 holds the network itself, with its weights"):
        load(str(saved(tmp_path, "pt2")), network=NAME)


def test_a_program_that_was_exported_in_training_says_so(tmp_path: Path) -> None:
    net = nn.Sequential(nn.Linear(3, 2), nn.Dropout()).train()
    torch.export.save(torch.export.export(net, (torch.ones(2, 3),)), tmp_path / "net.pt2")
    (note,) = load(str(tmp_path / "net.pt2")).notes
    assert note.startswith("It was exported in training mode: aten.dropout.default act")
    assert load(str(saved(tmp_path, "pt2"))).notes == ()


def bert(folder: Path, **config: Any) -> Path:
    """A tiny BERT with a tokeniser of its own, as save_pretrained writes it."""
    import transformers

    torch.manual_seed(0)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *["a", "good", "bad", "film", "was", "it", "the", "very"]]
    sizes = {"hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 16}
    settings = transformers.BertConfig(vocab_size=len(words), **sizes, **config)
    transformers.BertModel(settings).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(words))
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer"}))
    return folder


def test_hugging_face(tmp_path: Path) -> None:
    import transformers

    loaded = load(str(bert(tmp_path / "bert")))
    assert loaded.layers == ("embeddings", "encoder.layer.0", "encoder.layer.1", "pooler")
    assert loaded.pool == "masked_mean" and loaded.notes == () and loaded.encode is not None
    fed, notes = loaded.encode(["a very good film", "it was bad"], 5)
    assert fed["attention_mask"].tolist() == [[1, 1, 1, 1, 1], [1, 1, 1, 1, 1]]
    assert notes[1] == "1 of 2 texts are longer, up to 6 tokens, and were cut."
    fed, notes = loaded.encode(["a very good film", "it was bad"], 128)
    assert fed["attention_mask"].sum(1).tolist() == [6, 5] and len(notes) == 1
    truth = transformers.BertModel.from_pretrained(tmp_path / "bert")
    tensors = {name: torch.from_numpy(one) for name, one in fed.items()}
    with torch.no_grad():
        assert torch.allclose(loaded.model(**tensors)[0], truth(**tensors)[0], atol=1e-6)


def test_weights_that_are_not_there_are_said(tmp_path: Path) -> None:
    import transformers

    folder = bert(tmp_path / "bert")
    model = transformers.BertForMaskedLM.from_pretrained(folder)
    model.save_pretrained(folder)
    body = load(str(folder))
    assert body.layers == ("embeddings", "encoder.layer.0", "encoder.layer.1")
    assert body.notes[0] == "2 weights, such as pooler.dense.bias, are not in the file and were drawn at random."
    assert body.notes[1].endswith("belong to a head that was left out.")
    assert type(load(str(folder), head=True).model).__name__ == "BertForMaskedLM"


@pytest.mark.parametrize("name, form, extra", [("onnx", "onnx", "onnx"), ("onnxruntime", "onnx", "onnx")])
def test_a_missing_extra_names_its_command(
    name: str, form: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path, form)
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError, match=rf"information-explorer\[{extra}\]"):
        load(str(path))


def test_without_transformers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = bert(tmp_path / "bert")
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(MissingExtraError, match=r"information-explorer\[text\]"):
        load(str(folder))


@pytest.mark.parametrize("form", ["pt2", "onnx"])
def test_an_exported_graph_names_classes_or_operators_and_its_nonlinearities(form: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", x=images(2).numpy())
    path, tail = tmp_path / f"net.{form}", [torch.nn.ReLU(), torch.nn.Linear(3, 2), torch.nn.Tanh()]
    net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(192, 3), *tail, torch.nn.Linear(2, 2)).eval()
    if form == "pt2":
        torch.export.save(torch.export.export(net, (images(2),)), path)
    else:
        onnx(net, path, fixed=True)
    found = {one.name: one for one in listed(opened(Recipe(str(path), f"{tmp_path}/x.npz:x"), "cpu"))}
    names = (
        ("Linear", "ReLU", "Linear", "Tanh", "Linear") if form == "pt2" else ("Gemm", "Relu", "Gemm", "Tanh", "Gemm")
    )
    assert tuple(found[str(place)].kind for place in range(1, 6)) == names
    assert [name for name, one in found.items() if one.chosen] == ["2", "4", "5"]
