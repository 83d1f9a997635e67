"""What is done to a batch on its way into a network; the recording keeps the data as they were."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from explorer.errors import SampleError


@dataclass(frozen=True)
class Preparation:
    """From samples as they are stored to what a network takes: (x / divide - mean) / std, each channel its own.

    Attributes:
        layout: "as_is"; "channels_last" moves the last axis behind the samples, (n, h, w, c) to (n, c, h, w);
            "one_channel" puts an axis there, (n, h, w) to (n, 1, h, w); "flat" makes (n, d).
        divide: 255 for pixels from 0 to 255.
        mean: of each channel after the division, or one for all; none leaves them.
        std: of each channel, as mean.
        dtype: of what is fed; None leaves it.
        tokens: whole numbers stay whole, as an embedding takes them.
    """

    layout: str = "as_is"
    divide: float = 1.0
    mean: Sequence[float] = ()
    std: Sequence[float] = ()
    dtype: torch.dtype | None = None
    tokens: bool = False

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """The batch as the network takes it.

        Raises:
            SampleError: when the layout, or a mean or std for each channel, does not fit its shape.
        """
        x = self._laid_out(x)
        if self.divide != 1 or self.mean or self.std:
            x = x.to(torch.promote_types(x.dtype, torch.float32)) / self.divide
            x = x - self._channels("mean", self.mean, x) if self.mean else x
            x = x / self._channels("std", self.std, x) if self.std else x
        if self.tokens and not x.is_floating_point():
            return x.long()
        return x if self.dtype is None else x.to(self.dtype)

    def text(self) -> str:
        """What it does, as one reads it; "" when it does nothing."""
        laid = {
            "channels_last": "last axis moved behind the samples",
            "one_channel": "one channel added",
            "flat": "flat",
        }
        scaled = [f"divided by {self.divide:g}"] if self.divide != 1 else []
        scaled += [f"mean {_numbers(self.mean)} taken off"] if self.mean else []
        scaled += [f"divided by std {_numbers(self.std)}"] if self.std else []
        return "; ".join([laid.get(self.layout, "made flat")] * (self.layout != "as_is") + scaled)

    def attach(self, model: nn.Module) -> nn.Module:
        """The same network, which now prepares what it is called with, where that is one array."""
        model.register_forward_pre_hook(self._first)
        return model

    def _first(self, _module: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        return (self(inputs[0]), *inputs[1:]) if inputs else inputs

    def _laid_out(self, x: torch.Tensor) -> torch.Tensor:
        if self.layout == "channels_last" and x.ndim < 3:
            raise SampleError(f"layout='channels_last' needs samples with channels; x has shape {tuple(x.shape)}")
        turned = {"channels_last": lambda: x.movedim(-1, 1), "one_channel": lambda: x[:, None]}
        return turned.get(self.layout, lambda: x.flatten(1) if self.layout == "flat" else x)()

    def _channels(self, name: str, values: Sequence[float], x: torch.Tensor) -> torch.Tensor:
        if x.ndim < 2 or len(values) not in (1, x.shape[1]):
            raise SampleError(
                f"{name} has {len(values)} numbers; x of shape {tuple(x.shape)} needs one a channel, or one"
            )
        return torch.tensor(values, dtype=x.dtype, device=x.device).reshape(-1, *(1,) * (x.ndim - 2))


def _numbers(values: Sequence[float]) -> str:
    return ", ".join(f"{one:g}" for one in values)


def has_embedding(model: nn.Module) -> bool:
    """Whether a network looks numbers of tokens up."""
    return any(isinstance(module, nn.Embedding | nn.EmbeddingBag) for module in model.modules())


def floating_type(model: nn.Module) -> torch.dtype | None:
    """The type of a network's parameters; None without any."""
    return next((one.dtype for one in model.parameters() if one.is_floating_point()), None)
