"""Pools: what makes one row a sample of a layer's output, (n, ...) to (n, d), chosen when it is recorded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from explorer.errors import SampleError, SettingError

MASK = "attention_mask"
"""The argument of a network that says which tokens are no padding."""


@dataclass(frozen=True)
class Place:
    """What a pool knows of the samples in a batch.

    Attributes:
        mask: (n, tokens), whether a token is no padding; None where the network is told nothing of it.
        places: (n, 3), a place of a map relative to its sides, each from 0 to 1.
    """

    mask: torch.Tensor | None
    places: torch.Tensor


Pool = Callable[[torch.Tensor, Place], torch.Tensor]


def _mean(values: torch.Tensor, _: Place) -> torch.Tensor:
    return values if values.ndim < 3 else values.flatten(2).mean(2)


def _channels(values: torch.Tensor, at: Place) -> torch.Tensor:
    sides = values.shape[2:]
    if len(sides) > at.places.shape[1]:
        raise SampleError(f"its output has shape {tuple(values.shape)}; pool='channels' takes maps of at most 3 sides")
    index = [(at.places[:, i] * side).long().to(values.device) for i, side in enumerate(sides)]
    rows = torch.arange(len(values), device=values.device)
    return values.movedim(1, -1)[(rows, *index)] if sides else values


def _tokens(values: torch.Tensor, _: Place) -> torch.Tensor:
    return values if values.ndim < 3 else values.mean(1).flatten(1)


def _cls(values: torch.Tensor, _: Place) -> torch.Tensor:
    return values if values.ndim < 3 else values[:, 0].flatten(1)


def _masked_mean(values: torch.Tensor, at: Place) -> torch.Tensor:
    if values.ndim < 3:
        return values
    mask = _mask_of(values, at)
    values = (values if values.dtype == torch.float64 else values.float()).flatten(2)
    return values.masked_fill(~mask[..., None], 0).sum(1) / mask.sum(1)[:, None]  # padding may hold NaN


def _last_token(values: torch.Tensor, at: Place) -> torch.Tensor:
    if values.ndim < 3:
        return values
    mask = _mask_of(values, at)
    last = mask.shape[1] - 1 - mask.flip(1).int().argmax(1)
    return values[torch.arange(len(values), device=values.device), last].flatten(1)


def _each_token(values: torch.Tensor, at: Place) -> torch.Tensor:
    if values.ndim != 3:
        raise SampleError(f"its output has shape {tuple(values.shape)}; pool='each_token' takes (n, tokens, d)")
    return values[_mask_of(values, at)]


POOLS: dict[str, Pool] = {
    "flatten": lambda values, _: values.reshape(len(values), -1),
    "mean": _mean,
    "channels": _channels,
    "tokens": _tokens,
    "cls": _cls,
    "masked_mean": _masked_mean,
    "last_token": _last_token,
    "each_token": _each_token,
}


@dataclass(frozen=True)
class Pooling:
    """The pool of every layer on the samples of one probe.

    Attributes:
        names: a pool for all layers, or {layer: pool}; a layer that is not in it is flattened.
        n: samples that are fed.
        mask: (n, tokens), or None, as in `Place`.
        places: (n, 3), drawn once for a recording, so that a sample keeps its place in all layers at all steps.
    """

    names: str | Mapping[str, str]
    n: int
    mask: torch.Tensor | None
    places: torch.Tensor

    def name(self, layer: str) -> str:
        """The pool of a layer; later calls of a module, `name#1`, have that of the first."""
        return self.names if isinstance(self.names, str) else self.names.get(layer.partition("#")[0], "flatten")

    def __call__(self, layer: str, values: torch.Tensor, start: int) -> torch.Tensor:
        """The rows that are kept of a layer's output for the samples from `start` on."""
        rows = slice(start, start + len(values))
        mask = None if self.mask is None else self.mask[rows].to(values.device)
        return POOLS[self.name(layer)](values, Place(mask, self.places[rows]))

    def first(self, n: int) -> "Pooling":
        """The pools on the first n samples."""
        n = min(n, self.n)
        return Pooling(self.names, n, None if self.mask is None else self.mask[:n], self.places[:n])

    @property
    def used(self) -> set[str]:
        """The pools that are used, but for the default of layers that are not named."""
        return {self.names} if isinstance(self.names, str) else set(self.names.values())

    @property
    def by_token(self) -> bool:
        """Whether every token is a sample."""
        return self.names == "each_token"

    @property
    def rows(self) -> int:
        """Rows of every layer: the tokens where each is a sample, else the samples."""
        return int(self.mask.sum()) if self.by_token and self.mask is not None else self.n


def pooling(pool: Any, x: torch.Tensor | Mapping[str, torch.Tensor], seed: int = 0) -> Pooling:
    """The pool of every layer.

    Args:
        pool: a name of POOLS, or {layer: name}.
        x: what is fed, (n, ...), or {argument: (n, ...)}; its attention_mask tells tokens from padding.
        seed: of the places that "channels" looks at.

    Raises:
        SettingError: for a name that is no pool, and for "each_token" beside another pool.
        SampleError: for a mask that is absent where a pool needs it, or leaves a sample without a token.
    """
    names = dict(pool) if isinstance(pool, Mapping) else pool
    for name in names.values() if isinstance(names, dict) else [names]:
        if not isinstance(name, str) or name not in POOLS:
            raise SettingError(f"pool={name!r} must be one of {', '.join(map(repr, POOLS))}")
    used = set(names.values()) if isinstance(names, dict) else {names}
    if "each_token" in used:
        if len(used) > 1:
            raise SettingError("pool='each_token' makes every token a sample, and so holds for all layers or for none")
        names = "each_token"
    first = next(iter(x.values())) if isinstance(x, Mapping) else x
    places = torch.rand(len(first), 3, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return Pooling(names, len(first), _mask(used, x, first), places)


def _mask(used: set[str], x: Any, first: torch.Tensor) -> torch.Tensor | None:
    """Which tokens are no padding; without an attention_mask each of them where every token is a sample."""
    mask = x.get(MASK) if isinstance(x, Mapping) else None
    need = sorted(used & {"masked_mean", "last_token"})
    if mask is None and need:
        raise SampleError(
            f"pool={need[0]!r} needs an attention_mask; give the probe as "
            "{'input_ids': ids, 'attention_mask': mask}, or take 'tokens', the mean over all of them, or 'cls'"
        )
    if mask is None and "each_token" in used:
        if first.ndim < 2:
            raise SampleError(f"pool='each_token' needs tokens, x of shape (n, tokens, ...); got {tuple(first.shape)}")
        mask = torch.ones(first.shape[:2])
    if mask is None or not used & {"masked_mean", "last_token", "each_token"}:
        return None
    if mask.ndim != 2:
        raise SampleError(f"the attention_mask has shape {tuple(mask.shape)}; (n, tokens) is needed")
    if not bool((mask != 0).any(1).all()):
        raise SampleError(f"sample {int((mask != 0).any(1).int().argmin())} has no token: its attention_mask is 0")
    return mask != 0


def _mask_of(values: torch.Tensor, at: Place) -> torch.Tensor:
    """The mask, once it has the tokens of the values."""
    assert at.mask is not None
    if values.shape[:2] != at.mask.shape:
        shape, rule = tuple(values.shape), f"(n, {at.mask.shape[1]} tokens, ...) is needed"
        raise SampleError(f"its output has shape {shape}; {rule}")
    return at.mask
