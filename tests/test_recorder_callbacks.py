"""The recorders of Lightning and of Hugging Face's Trainer: three lines, and the training is as it was without."""

import importlib.util
import logging
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import explorer
from explorer.errors import FileError, MissingExtraError, SettingError
from explorer.recordings.manifest import read_manifest

X = torch.randn(12, 6, generator=torch.Generator().manual_seed(1))
Y = torch.arange(12) % 2
IDS = torch.randint(1, 30, (12, 6), generator=torch.Generator().manual_seed(2))
MASK = torch.ones_like(IDS)
MASK[3:, 4:] = 0


def extra(*packages: str) -> Any:
    lacking = [name for name in packages if importlib.util.find_spec(name) is None]
    return pytest.mark.skipif(bool(lacking), reason=f"{' and '.join(lacking)} is not installed")


needs_lightning = extra("lightning")
needs_trainer = extra("transformers", "accelerate")
# what these libraries say of torch's own changes
quiet = pytest.mark.filterwarnings(
    "ignore:.*isinstance.treespec, LeafSpec.*:FutureWarning", "ignore:.*does not have many workers.*:UserWarning"
)


@pytest.fixture
def lightning() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import lightning.pytorch as library
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    return library


def lit(lightning: Any, fails_at: int = -1) -> Any:
    """A module with dropout, a loss of its own and a logged metric."""

    class Lit(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.net = nn.Sequential(nn.Linear(6, 8), nn.ReLU(inplace=True), nn.Dropout(0.5), nn.Linear(8, 2))
            self.criterion = nn.CrossEntropyLoss()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.net(x)

        def training_step(self, batch: Any, number: int) -> torch.Tensor:
            if self.global_step == fails_at:
                raise ZeroDivisionError
            loss = self.criterion(self(batch[0]), batch[1])
            self.log("loss", loss, on_step=False, on_epoch=True)
            return loss

        def configure_optimizers(self) -> Any:
            return torch.optim.Adam(self.parameters(), 0.01)

    torch.manual_seed(0)
    return Lit()


def fit(lightning: Any, module: Any, *callbacks: Any, epochs: int = 3, **options: Any) -> Any:
    data = torch.utils.data.TensorDataset(X, Y)
    loader = torch.utils.data.DataLoader(data, batch_size=4, shuffle=True)
    options = {"logger": False, "enable_checkpointing": False, "accelerator": "cpu"} | options
    still = {"enable_progress_bar": False, "enable_model_summary": False}
    trainer = lightning.Trainer(max_epochs=epochs, callbacks=[*callbacks], **still, **options)
    torch.manual_seed(1)
    trainer.fit(module, loader)
    return trainer


@needs_lightning
@quiet
def test_lightning_by_epoch(lightning: Any, tmp_path: Path) -> None:
    module, alone = lit(lightning), lit(lightning)
    before = torch.relu(module.net[0](X)).detach()
    recorder = explorer.LightningRecorder(tmp_path, probe=(X, Y), strip_prefix="net")
    trainer = fit(lightning, module, recorder)
    fit(lightning, alone)
    for mine, other in zip(module.parameters(), alone.parameters(), strict=True):
        assert torch.equal(mine, other)  # dropout and shuffling drew the same numbers
    recording = explorer.open(tmp_path)
    assert recording.layers == ("1", "3") and recording.complete and recording.steps == (0, 3, 6, 9)
    assert [line["epoch"] for line in recording.metrics] == [0, 1, 2, 3]
    assert (
        recording.metrics[3]["loss"] == float(trainer.callback_metrics["loss"]) and "loss" not in recording.metrics[0]
    )
    assert np.array_equal(recording.activations(0, "1"), before) and recording.target().tolist() == Y.tolist()
    assert np.array_equal(recording.activations(9, "3"), module.eval()(X).detach())


@needs_lightning
@quiet
def test_lightning_by_step(lightning: Any, tmp_path: Path) -> None:
    recorder = explorer.LightningRecorder(tmp_path, (X, Y), "net.1", every=2, per="step")
    fit(lightning, lit(lightning), recorder, accumulate_grad_batches=2)  # 3 batches, 2 steps an epoch
    recording = explorer.open(tmp_path)
    assert recording.steps == (0, 2, 4, 6) and recording.layers == ("net.1",)
    assert [line["epoch"] for line in recording.metrics] == [0, 1, 2, 3]


@needs_lightning
@quiet
def test_lightning_that_fails_and_goes_on(lightning: Any, tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        fit(lightning, lit(lightning, fails_at=5), explorer.LightningRecorder(tmp_path / "run", (X, Y)))
    recording = explorer.open(tmp_path / "run")
    assert recording.steps == (0, 3) and not recording.complete
    with pytest.raises(FileError, match="holds a recording of 2 steps"):
        fit(lightning, lit(lightning), explorer.LightningRecorder(tmp_path / "run", (X, Y)))
    trainer = fit(
        lightning, lit(lightning), explorer.LightningRecorder(tmp_path / "run", (X, Y), overwrite=True), epochs=1
    )
    trainer.save_checkpoint(tmp_path / "a.ckpt")
    data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(X, Y), batch_size=4)
    more = lightning.Trainer(
        max_epochs=2, callbacks=[explorer.LightningRecorder(tmp_path / "run", (X, Y))], accelerator="cpu",
        logger=False, enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False,
    )  # fmt: skip
    more.fit(lit(lightning), data, ckpt_path=tmp_path / "a.ckpt")
    assert explorer.open(tmp_path / "run").steps == (0, 3, 6) and explorer.open(tmp_path / "run").complete


def bert() -> Any:
    import transformers

    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=30, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=8,
    )  # fmt: skip
    return transformers.BertForSequenceClassification(config)


def train(model: Any, folder: Path, *callbacks: Any, **options: Any) -> None:
    import transformers

    rows = zip(IDS, MASK, Y, strict=True)
    data = [{"input_ids": ids, "attention_mask": mask, "labels": label} for ids, mask, label in rows]
    arguments = transformers.TrainingArguments(
        str(folder / "out"), num_train_epochs=2, per_device_train_batch_size=4, save_strategy="no", report_to=[],
        use_cpu=True, logging_steps=2, disable_tqdm=True, **options,
    )  # fmt: skip
    trainer = transformers.Trainer(model, arguments, train_dataset=data, callbacks=[*callbacks])
    trainer.remove_callback(transformers.PrinterCallback)
    trainer.train()


@needs_trainer
def test_hugging_face_by_epoch(tmp_path: Path) -> None:
    model, alone = bert(), bert()
    probe = {"input_ids": IDS, "attention_mask": MASK}
    with torch.no_grad():
        states = model.eval()(**probe, output_hidden_states=True).hidden_states
    train(model, tmp_path, explorer.HFRecorder(tmp_path / "run", (probe, Y), strip_prefix="bert"))
    train(alone, tmp_path)
    for mine, other in zip(model.parameters(), alone.parameters(), strict=True):
        assert torch.equal(mine, other)
    recording = explorer.open(tmp_path / "run")
    assert recording.layers == ("embeddings", "encoder.layer.0", "encoder.layer.1", "pooler", "classifier")
    assert recording.complete and recording.steps == (0, 3, 6)
    assert {line["step"]: line["epoch"] for line in recording.metrics}[6] == 2.0
    assert [line["step"] for line in recording.metrics if "loss" in line] == [2, 4, 6]
    for layer, values in zip(recording.layers, states, strict=False):
        truth = np.stack([row[mask != 0].mean(0) for row, mask in zip(values.numpy(), MASK.numpy(), strict=True)])
        assert np.allclose(recording.activations(0, layer), truth, atol=1e-6)
    assert {entry.pool for entry in read_manifest(tmp_path / "run").layers.values()} == {"masked_mean"}
    assert np.array_equal(recording.x, IDS)


@needs_trainer
def test_hugging_face_by_step_and_token(tmp_path: Path) -> None:
    probe = {"input_ids": IDS, "attention_mask": MASK}
    layers = ["bert.encoder.layer.1"]
    recorder = explorer.HFRecorder(tmp_path / "run", probe, layers, every=3, per="step", pool="each_token")
    train(bert(), tmp_path, recorder)
    recording = explorer.open(tmp_path / "run")
    assert recording.steps == (0, 3, 6) and len(recording) == int(MASK.sum())
    assert recording.shapes[layers[0]] == (54, 16) and np.array_equal(recording.factors["token"], IDS[MASK != 0])


@needs_trainer
@pytest.mark.parametrize(
    "name, options, output", [("GPT2LMHeadModel", {"n_embd": 8, "n_layer": 2, "n_head": 2}, "lm_head")]
)
def test_a_number_for_each_word_is_no_layer(name: str, options: dict[str, int], output: str, tmp_path: Path) -> None:
    import transformers

    kind = getattr(transformers, name)
    model = kind(kind.config_class(vocab_size=30, n_positions=8, **options))
    with explorer.Recorder(tmp_path, model, {"input_ids": IDS, "attention_mask": MASK}, pool="last_token") as recorder:
        recorder.step(0)
    layers = explorer.open(tmp_path).layers
    assert {"transformer.wte", "transformer.h.0", "transformer.h.1", "transformer.ln_f"} <= {*layers}
    assert output not in layers and not [layer for layer in layers if "drop" in layer]


@pytest.mark.parametrize("name, package", [("LightningRecorder", "lightning"), ("HFRecorder", "transformers")])
def test_arguments_are_checked_at_once(name: str, package: str, tmp_path: Path) -> None:
    pytest.importorskip(package, reason=f"{package} is not installed")
    make = getattr(explorer, name)
    for options, sentence in (
        ({"per": "batch"}, "per='batch' must be 'epoch' or 'step'"),
        ({"every": 0}, "every=0 must be"),
        ({"pols": "mean"}, "there is no argument 'pols'; a recorder takes factors, pool, dtype"),
    ):
        with pytest.raises(SettingError, match=sentence):
            make(tmp_path, X, **options)


@pytest.mark.parametrize(
    "name, package, command",
    [
        ("LightningRecorder", "lightning", "lightning is not installed; pip install 'information-explorer[lightning]'"),
        ("HFRecorder", "transformers", "transformers is not installed; pip install 'information-explorer[text]'"),
    ],
)
def test_without_the_extra_the_command_is_named(
    name: str, package: str, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in [one for one in sys.modules if one.partition(".")[0] == package or one.endswith("_recorder")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError) as caught:
        getattr(explorer, name)
    assert str(caught.value) == command
    assert name in dir(explorer) and name not in explorer.__all__


def test_nothing_of_them_is_imported_before() -> None:
    code = (
        "import sys, explorer; explorer.Recorder; explorer.open; print({'lightning', 'transformers'} & {*sys.modules})"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "set()"
