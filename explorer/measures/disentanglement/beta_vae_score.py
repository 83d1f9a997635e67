"""The score of beta-VAE."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch

from explorer.device import rows_per_chunk
from explorer.factors import Factors
from explorer.measures.base import Reading
from explorer.measures.disentanglement._held_out import classes_of, cut_doubts
from explorer.measures.disentanglement._interventions import Interventions, Levels
from explorer.measures.disentanglement.base import FactorMeasure, alive, dead_doubts
from explorer.measures.probes._probe import STANDARD, Probe
from explorer.result import Doubt
from explorer.settings import Range


@dataclass(frozen=True)
class BetaVAEScore(FactorMeasure):
    r"""How often a linear classifier tells from differences of codes which factor was held.

    .. math:: \frac1T \sum_t 1\Big[ k_t = \arg\max_k \big( w_k^\top \overline{|z - z'|}_t + b_k \big) \Big]

    Each draw holds one factor: the mean of \|z - z'\| over pairs of samples that share a level of it, every pair one
    of its own. The classifier, multinomial and logistic, learns from pairs of one half of the samples and is scored on
    pairs of the other. Pairs are two different rows of those at hand; a level with fewer than two rows in a half
    cannot be drawn and is counted. Factors are held equally often. The differences are standardised, where the
    published score leaves them and so depends on the unit of a latent. A code that tells nothing reads 1 / factors.

    Args:
        batch: pairs in a draw.
        train: draws that the classifier learns from, over all factors.
        test: draws that are scored, over all factors.
        regularization: half the factor of the squared weights in the summed loss: 1 / C of scikit-learn.
        bins: cells of equal frequency of a real factor.

    Raises:
        SampleError: when fewer than two factors can be drawn, or every latent is constant.

    References: higgins2017; locatello2019.
    """

    view: ClassVar[str] = "factors"
    misses: ClassVar[str] = (
        "It is 1 for two factors turned by 0.5 rad, for two that share a latent, and for a code that lacks a factor."
    )
    least: ClassVar[int] = 4
    invariant: ClassVar[tuple[str, ...]] = ("permutation", "shift", "stretching")
    random: ClassVar[bool] = True
    splits: ClassVar[bool] = True
    effort: ClassVar[tuple[float, ...]] = (0.3, 1e-7, 0.0, 0.0)

    batch: Annotated[int, Range(1, 1000)] = 64
    train: Annotated[int, Range(100, 100_000, log=True)] = 10_000
    test: Annotated[int, Range(100, 100_000, log=True)] = 5_000
    regularization: Annotated[float, Range(1e-3, 1e4, log=True)] = 1.0
    bins: Annotated[int, Range(2, 100)] = 10

    def value(self, z: torch.Tensor, v: Factors) -> Reading:
        """The share of draws told right; details hold it by factor, and on the draws that were learnt from."""
        living = alive(z)
        drawn = Interventions.of(classes_of(v, self.bins), v.names, self.batch)
        x, held = self._differences(z[:, living], drawn.learn, self.train)
        scale, classifier = Probe(self.regularization).fitted(x, held, len(drawn.factors))
        fitted = classifier.log_probabilities(scale(x)).argmax(1) == held
        x, held = self._differences(z[:, living], drawn.score, self.test)
        right = classifier.log_probabilities(scale(x)).argmax(1) == held
        by_factor = {k: float(right[held == i].double().mean()) for i, k in enumerate(drawn.factors)}
        details = {
            "per_factor": [by_factor.get(k) for k in range(len(v.names))],
            "fitted": float(fitted.double().mean()),
            "chance": 1 / len(drawn.factors),
            "dead": int((~living).sum()),
        }
        doubts = (*dead_doubts(living), *cut_doubts(v, self.bins), *drawn.doubts, STANDARD)
        if not classifier.converged:
            doubts += (Doubt("unconverged", "The fit of the classifier ended before it arrived."),)
        return Reading(float(right.double().mean()), details=details, doubts=doubts)

    def _differences(
        self, z: torch.Tensor, factors: tuple[Levels, ...], draws: int
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean absolute differences (draws, d) of pairs, and which of the factors was held."""
        each = -(-draws // len(factors))
        size = rows_per_chunk(24 * z.shape[1] * self.batch, z.device)
        found = []
        for levels in factors:
            one, other = (rows.split(size) for rows in levels.pairs(each, self.batch))
            found += [(z[a] - z[b]).abs().mean(1) for a, b in zip(one, other, strict=True)]
        held = torch.arange(len(factors), device=z.device).repeat_interleave(each)
        return torch.cat(found), held
