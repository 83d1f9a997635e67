"""A small network in every form in which networks are saved, and the class as a user has it."""

import warnings
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn


class Block(nn.Module):
    """A convolution beside a shortcut, with a function that is no module."""

    def __init__(self, channels: int):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(channels, channels, 3, padding=1), nn.BatchNorm2d(channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.norm(self.conv(x)) + x)


class Small(nn.Module):
    """Two blocks between a stem and a classifier; `act` is called twice. (n, 3, 8, 8) to (n, classes)."""

    def __init__(self, classes: int = 5, channels: int = 4):
        super().__init__()
        self.stem, self.act = nn.Conv2d(3, channels, 3), nn.ReLU()
        self.blocks = nn.Sequential(Block(channels), Block(channels))
        self.out = nn.Linear(channels, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.act(self.out(self.blocks(self.act(self.stem(x))).mean((2, 3))))


def renamed(weights: dict[str, torch.Tensor], classes: int = 5) -> Small:
    """The network of weights under other names."""
    model = Small(classes)
    model.load_state_dict({name.replace("layers.", "blocks."): one for name, one in weights.items()})
    return model


NAME = f"{Path(__file__)}:Small"
NAMES = ("stem", "act", "blocks.0.conv", "blocks.0.norm", "blocks.0", "blocks.1.conv", "blocks.1.norm", "blocks.1",
         "blocks", "out", "act#1")  # fmt: skip
"""What a forward pass calls, in its order."""


def small() -> Small:
    """The network with fixed weights whose normalisation has seen some data."""
    torch.manual_seed(0)
    model = Small()
    model(torch.randn(64, 3, 8, 8))
    return model.eval()


def images(n: int = 7, seed: int = 1) -> torch.Tensor:
    """n images, (n, 3, 8, 8)."""
    return torch.randn(n, 3, 8, 8, generator=torch.Generator().manual_seed(seed))


def rows(seed: int = 2) -> torch.Tensor:
    """Images that no test records, for the exporters."""
    return images(4, seed)


def saved(folder: Path, form: str) -> Path:
    """The network in a file of that form."""
    folder.mkdir(parents=True, exist_ok=True)
    model, path = small(), folder / f"small.{form}"
    if form == "safetensors":
        save_file(model.state_dict(), path)
    elif form == "pt2":
        batch = torch.export.Dim("batch")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.export.save(torch.export.export(model, (rows(),), dynamic_shapes={"x": {0: batch}}), path)
    elif form == "onnx":
        onnx(model, path)
    else:
        torch.save(model.state_dict(), path)
    return path


def onnx(model: nn.Module, path: Path, dynamo: bool = True, fixed: bool = False, external: bool = False) -> Path:
    """The network as ONNX by torch's newer exporter or its older one."""
    free = {} if fixed else {"dynamic_shapes": {"x": {0: torch.export.Dim("batch")}}}
    if not dynamo:
        free = {"dynamic_axes": {"x": {0: "batch"}}, "input_names": ["x"]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model, (rows(),), str(path), dynamo=dynamo, verbose=False, **free,
            **({"external_data": external} if dynamo else {}),
        )  # fmt: skip
    return path
