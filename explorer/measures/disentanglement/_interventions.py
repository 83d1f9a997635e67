"""Interventions drawn from samples at hand: rows that share a level of one factor."""

from dataclasses import dataclass

import torch

from explorer.errors import SampleError
from explorer.result import Doubt


@dataclass(frozen=True)
class Levels:
    """Rows of the levels of one factor from which two can be drawn.

    Attributes:
        rows: (m,) places of the samples, level by level.
        first, size: (m,) where in `rows` the level of each begins, and how many it has.
        fewest: rows of the smallest level; 0 where there is none.
        lost: levels with a sample here of which two cannot be drawn.
    """

    rows: torch.Tensor
    first: torch.Tensor
    size: torch.Tensor
    fewest: int
    lost: int

    @classmethod
    def of(cls, codes: torch.Tensor, rows: torch.Tensor) -> "Levels":
        """Those of samples `rows` by codes (n,) of all samples."""
        own = codes[rows]
        sizes = torch.bincount(own)
        kept = sizes[own] >= 2
        rows, own = rows[kept], own[kept]
        order = own.argsort(stable=True)
        left = torch.where(sizes >= 2, sizes, 0)
        first = left.cumsum(0) - left
        fewest = int(left[left > 0].min()) if len(own) else 0
        return cls(rows[order], first[own[order]], left[own[order]], fewest, int((sizes == 1).sum()))

    def batches(self, draws: int, batch: int) -> torch.Tensor:
        """Rows (draws, batch) that share a level, which a row drawn at random decides; with replacement."""
        return self._inside(torch.randint(len(self.rows), (draws, 1)), batch)

    def pairs(self, draws: int, batch: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Two rows that differ and share a level, each (draws, batch); the first at random."""
        one = torch.randint(len(self.rows), (draws, batch)).to(self.rows.device)
        first, size = self.first[one], self.size[one]
        other = first + (one - first + 1 + self._place(size - 1)) % size
        return self.rows[one], self.rows[other]

    def _inside(self, one: torch.Tensor, batch: int) -> torch.Tensor:
        one = one.to(self.rows.device).expand(-1, batch)
        return self.rows[self.first[one] + self._place(self.size[one])]

    @staticmethod
    def _place(size: torch.Tensor) -> torch.Tensor:
        """A whole number from 0 to below each size."""
        return (torch.rand(size.shape, dtype=torch.float64).to(size.device) * size).long()


@dataclass(frozen=True)
class Interventions:
    """What can be drawn of the factors: from one half of the samples to learn on, from the other to score.

    Attributes:
        factors: places of the factors with a level in both halves.
        learn, score: levels of each of those.
        doubts: what could not be drawn.
    """

    factors: tuple[int, ...]
    learn: tuple[Levels, ...]
    score: tuple[Levels, ...]
    doubts: tuple[Doubt, ...]

    @classmethod
    def of(cls, classes: torch.Tensor, names: tuple[str, ...], batch: int) -> "Interventions":
        """Those of classes (n, K) by halves at random.

        Raises:
            SampleError: for fewer than two factors of which rows can be drawn.
        """
        order = torch.randperm(len(classes)).to(classes.device)
        halves = order[: len(order) // 2], order[len(order) // 2 :]
        learn, score = ([Levels.of(codes, half.sort().values) for codes in classes.T] for half in halves)
        factors = tuple(k for k in range(len(names)) if learn[k].fewest and score[k].fewest)
        if len(factors) < 2:
            rule = "rows that share a level are drawn from two halves of the samples, and two factors are told apart"
            raise SampleError(f"{len(factors)} of {len(names)} factors can be drawn; {rule}")
        pairs = tuple((learn[k], score[k]) for k in range(len(names)))
        return cls(
            factors, tuple(learn[k] for k in factors), tuple(score[k] for k in factors), _doubts(pairs, names, batch)
        )


def _doubts(pairs: tuple[tuple[Levels, Levels], ...], names: tuple[str, ...], batch: int) -> tuple[Doubt, ...]:
    out = [name for name, pair in zip(names, pairs, strict=True) if not all(one.fewest for one in pair)]
    lost = [
        f"{sum(one.lost for one in pair)} of {name}"
        for name, pair in zip(names, pairs, strict=True)
        if any(one.lost for one in pair)
    ]
    fewest = min((one.fewest for pair in pairs for one in pair if one.fewest), default=0)
    doubts = []
    if out:
        doubts.append(Doubt("no interventions", f"{', '.join(out)} has no level of two samples and was left out."))
    if lost:
        text = f"Levels with one sample in a half of the data cannot be drawn: {', '.join(lost)}."
        doubts.append(Doubt("levels left out", text))
    if fewest < batch:
        text = f"Batches of {batch} are drawn from as few as {fewest} samples that share a level."
        doubts.append(Doubt("few samples a level", text, note=True))
    return tuple(doubts)
