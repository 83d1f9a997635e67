"""The lines that the document on recording shows are run as they stand."""

import importlib.util
import logging
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import explorer
from explorer.recordings.pools import POOLS

TEXT = (Path(__file__).parents[1] / "assets" / "docs" / "recording.md").read_text()
X = torch.randn(30, 6, generator=torch.Generator().manual_seed(1))
Y = torch.arange(30) % 2


def block(heading: str) -> str:
    section = TEXT.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"```python\n(.*?)```", section, flags=re.S)[0]


def needs(*packages: str) -> Any:
    lacking = [name for name in packages if importlib.util.find_spec(name) is None]
    return pytest.mark.skipif(bool(lacking), reason=f"{' and '.join(lacking)} is not installed")


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.chdir(tmp_path)
    model = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 2))
    return {"explorer": explorer, "model": model, "x_val": X, "y_val": Y, "epochs": 3}


def test_a_loop_of_ones_own(names: dict[str, Any]) -> None:
    exec(block("A loop of your own"), {**names, "train_one_epoch": lambda model: 0.5})
    assert explorer.open("runs/a").steps == (0, 1, 2, 3)


@needs("lightning")
@pytest.mark.filterwarnings(
    "ignore:.*isinstance.treespec, LeafSpec.*:FutureWarning", "ignore:.*does not have many workers.*:UserWarning"
)
def test_lightning(names: dict[str, Any]) -> None:
    import lightning.pytorch as lightning

    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)

    class Module(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.net = names["model"]

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.net(x)

        def training_step(self, batch: Any, number: int) -> torch.Tensor:
            return nn.functional.cross_entropy(self(batch[0]), batch[1])

        def configure_optimizers(self) -> Any:
            return torch.optim.Adam(self.parameters())

    def trainer(**options: Any) -> Any:
        still = dict.fromkeys(("logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary"), False)
        return lightning.Trainer(**options, **still, accelerator="cpu")

    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(X, Y), batch_size=10)
    exec(block("Lightning"), {**names, "Trainer": trainer, "module": Module(), "loader": loader})
    assert explorer.open("runs/b").steps == (0, 3, 6) and explorer.open("runs/b").layers == ("1", "2")


@needs("transformers", "accelerate")
def test_hugging_face(names: dict[str, Any]) -> None:
    import transformers

    config = transformers.BertConfig(
        vocab_size=30, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8
    )
    ids = torch.randint(1, 30, (30, 5), generator=torch.Generator().manual_seed(2))
    batch = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}

    def trainer(*given: Any, **options: Any) -> Any:
        made = transformers.Trainer(*given, **options)
        made.remove_callback(transformers.PrinterCallback)
        return made

    given = {
        "tokenizer": lambda texts, **_: transformers.BatchEncoding(batch),
        "texts": [""] * 30,
        "labels": Y,
        "model": transformers.BertForSequenceClassification(config),
        "arguments": transformers.TrainingArguments(
            "out", num_train_epochs=1, save_strategy="no", report_to=[], use_cpu=True, disable_tqdm=True
        ),
        "data": [{"input_ids": row, "labels": label} for row, label in zip(ids, Y, strict=True)],
        "Trainer": trainer,
    }
    exec(block("Hugging Face"), {**names, **given})
    recording = explorer.open("runs/c")
    assert recording.steps == (0, 4) and "bert.encoder.layer.0" in recording.layers


def test_every_pool_has_its_row() -> None:
    assert re.findall(r'^\| `"(\w+)"` \|', TEXT, flags=re.M) == list(POOLS)
