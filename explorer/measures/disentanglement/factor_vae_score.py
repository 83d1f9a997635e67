"""The score of FactorVAE."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch

from explorer.device import rows_per_chunk
from explorer.errors import SampleError
from explorer.factors import Factors
from explorer.measures.base import Reading
from explorer.measures.disentanglement._held_out import classes_of, cut_doubts
from explorer.measures.disentanglement._interventions import Interventions, Levels
from explorer.measures.disentanglement.base import FactorMeasure, alive, dead_doubts, of_living
from explorer.result import Doubt
from explorer.settings import Range

ROUNDING = 1e-12
"""Shares of its variance by which a latent that is as still as another can differ."""


@dataclass(frozen=True)
class FactorVAEScore(FactorMeasure):
    r"""How often the stillest latent tells which factor was held.

    .. math:: \sum_j V'_{j, k(j)} \Big/ \sum_{j,k} V'_{jk}, \qquad k(j) = \arg\max_k V_{jk}

    Each draw holds one factor at the level of a random sample and votes for the latent whose variance in a batch of
    samples of that level is the smallest share of its variance over all. V are votes of one half of the samples, from
    which every latent learns the factor that it votes for, V' those of the other. Interventions are drawn, with
    replacement, from the rows at hand; a level with fewer than two rows in a half cannot be drawn and is counted.
    Factors are held equally often, and latents that tie share a vote, where the published score draws factors at
    random and takes the first. A code that tells nothing reads about 1 / factors.

    Args:
        batch: samples of a level in a draw.
        train: draws that the latents learn from, over all factors.
        test: draws that are scored, over all factors.
        spread: least standard deviation of a latent that may vote; published experiments take 0.05, of latents with a
            standard normal prior.
        bins: cells of equal frequency of a real factor.

    Raises:
        SampleError: when fewer than two factors can be drawn, or no latent may vote.

    References: kim2018; locatello2019.
    """

    view: ClassVar[str] = "latents"
    misses: ClassVar[str] = (
        "It is 1 for two factors turned into one another by 0.5 rad, and though every factor lies in two latents."
    )
    least: ClassVar[int] = 4
    invariant: ClassVar[tuple[str, ...]] = ("permutation", "shift", "stretching", "copies")
    random: ClassVar[bool] = True
    splits: ClassVar[bool] = True
    effort: ClassVar[tuple[float, ...]] = (0.15, 1e-7, 0.0, 0.0)

    batch: Annotated[int, Range(2, 1000)] = 64
    train: Annotated[int, Range(100, 100_000, log=True)] = 10_000
    test: Annotated[int, Range(100, 100_000, log=True)] = 5_000
    spread: Annotated[float, Range(0.0, 1.0)] = 0.0
    bins: Annotated[int, Range(2, 100)] = 10

    def value(self, z: torch.Tensor, v: Factors) -> Reading:
        """The share of right votes; details hold it by factor and, summing to it, by latent, and the votes scored."""
        living = alive(z)
        voting = living & (z.std(0, correction=1) >= self.spread)
        if not voting.any():
            raise SampleError(f"no latent of z has a standard deviation of {self.spread:g} or more")
        drawn = Interventions.of(classes_of(v, self.bins), v.names, self.batch)
        rows = (z[:, voting] / z[:, voting].std(0)).T.contiguous()
        learnt = self._votes(rows, drawn.learn, self.train).argmax(1)
        votes = self._votes(rows, drawn.score, self.test)
        right = votes * torch.nn.functional.one_hot(learnt, len(drawn.factors))
        matrix, shares, mine = (
            z.new_zeros(z.shape[1], len(v.names)),
            z.new_zeros(z.shape[1]),
            learnt.new_zeros(len(z.T)),
        )
        factors = torch.tensor(drawn.factors, device=z.device)
        matrix[voting.nonzero(), factors] = votes / votes.sum()
        shares[voting], mine[voting] = right.sum(1) / votes.sum(), factors[learnt]
        by_factor = dict(zip(drawn.factors, (right.sum(0) / votes.sum(0)).tolist(), strict=True))
        details = {
            "per_unit": of_living(shares, living),
            "per_factor": [by_factor.get(k) for k in range(len(v.names))],
            "best": of_living(mine, voting),
            "matrix": matrix.tolist(),
            "chance": 1 / len(drawn.factors),
            "dead": int((~living).sum()),
        }
        doubts = (*dead_doubts(living), *_still(living, voting, self.spread), *cut_doubts(v, self.bins), *drawn.doubts)
        return Reading(float(right.sum() / votes.sum()), details=details, doubts=doubts)

    def _votes(self, rows: torch.Tensor, factors: tuple[Levels, ...], draws: int) -> torch.Tensor:
        """Votes (latents, factors) of latents (latents, n) of unit variance."""
        each = -(-draws // len(factors))
        found = []
        for levels in factors:
            batches = levels.batches(each, self.batch)
            size = rows_per_chunk(24 * len(rows) * self.batch, rows.device)
            found.append(sum(_stillest(rows[:, part].var(-1)) for part in batches.split(size)))
        return torch.stack(found, 1)  # type: ignore[arg-type]  # at least one part


def _stillest(variances: torch.Tensor) -> torch.Tensor:
    """How many of the columns each row (latents, draws) has the least of; equals share one."""
    least = (variances <= variances.amin(0) + ROUNDING).double()
    return (least / least.sum(0)).sum(1)


def _still(living: torch.Tensor, voting: torch.Tensor, spread: float) -> tuple[Doubt, ...]:
    """A note that says how many latents move too little to vote."""
    still = int((living & ~voting).sum())
    text = f"{still} of {len(living)} latents have a standard deviation below {spread:g} and did not vote."
    return (Doubt("still latents", text, note=True),) if still else ()
