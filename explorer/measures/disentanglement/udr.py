"""Whether the latents of two models tell the same, one for one."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch

from explorer.errors import SampleError
from explorer.measures.base import Reading
from explorer.measures.disentanglement.base import FactorMeasure
from explorer.numerics.lasso import lasso
from explorer.result import Doubt
from explorer.settings import Range

UNFINISHED = Doubt("not converged", "The Lasso did not come to its end: latents nearly determine each other.")


@dataclass(frozen=True)
class UDR(FactorMeasure):
    r"""How nearly each latent of one model is one latent of another: unsupervised disentanglement ranking.

    .. math:: \frac12 \Big[ \frac{1}{d_y} \sum_b \frac{\max_a R_{ab}^2}{\sum_a R_{ab}}
        + \frac{1}{d_z} \sum_a \frac{\max_b R_{ab}^2}{\sum_b R_{ab}} \Big]

    of two models on the same inputs, with R_ab >= 0 how strongly latent a of z tells of latent b of y: the absolute
    Spearman correlation, or the absolute slope of a Lasso of standardised latents. The Lasso of y on z is not that of
    z on y: the value is the mean over both, which published code gives as two. A latent that no other tells of counts
    0. Models that are disentangled agree up to the order, sign and scale of their latents; others agree in no such
    way, so that the median of a model's values over its peers ranks models without any factor. Slopes shrink: with
    alpha = 0.1 equal codes of independent latents read 0.9.

    Published code leaves out latents with a KL from the prior below 0.01 nats. Arrays of means have no KL: latents
    whose variance is a small share of the largest are left out, since a latent that carries nothing has means that
    hardly move.

    Args:
        correlation: Lasso, or Spearman.
        alpha: penalty of the Lasso, in standard deviations.
        share: of the largest variance of a latent below which a latent is left out; 0 leaves out constants alone.

    Raises:
        SampleError: when no latent of a side changes.

    References: duan2020; tibshirani1996; spearman1904.
    """

    against: ClassVar[str | None] = "representation"
    unit: ClassVar[str] = ""
    limits: ClassVar[tuple[float | None, float | None]] = (0.0, None)
    symmetric: ClassVar[bool] = True
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "permutation")
    sensitive: ClassVar[tuple[str, ...]] = ("rotation", "copies")
    view: ClassVar[str] = "both"
    misses: ClassVar[str] = (
        "It is high for models that fail alike: that two agree does not say that their latents are factors."
    )
    effort: ClassVar[tuple[float, ...]] = (0.004, 1e-7, 0.0, 0.0, 1e-8)

    correlation: Literal["lasso", "spearman"] = "lasso"
    alpha: Annotated[float, Range(0.001, 1.0, log=True)] = 0.1
    share: Annotated[float, Range(0.0, 1.0)] = 0.01

    def value(self, z: torch.Tensor, y: torch.Tensor) -> Reading:
        """The score of the pair; details hold |R|, and which latents were left out."""
        (a, kept_a), (b, kept_b) = (_standard(*pair, self.share) for pair in ((z, "z"), (y, "y")))
        doubts = (*_left_out(kept_a, "z"), *_left_out(kept_b, "y"))
        if self.correlation == "spearman":
            there = back = (_ranked(a).T @ _ranked(b) / len(a)).abs()
        else:
            (there, done), (back, back_done) = _slopes(a, b, self.alpha), _slopes(b, a, self.alpha)
            back = back.T
            doubts += () if done and back_done else (UNFINISHED,)
        forward, backward = _relative_strength(there), _relative_strength(back)
        details = {
            "matrix": there.tolist(),
            "matrix_backward": back.tolist(),
            "forward": forward,
            "backward": backward,
            "latents_z": kept_a.nonzero().ravel().tolist(),
            "latents_y": kept_b.nonzero().ravel().tolist(),
        }
        return Reading((forward + backward) / 2, details=details, doubts=doubts)


def _standard(values: torch.Tensor, name: str, share: float) -> tuple[torch.Tensor, torch.Tensor]:
    """The latents that change enough, with mean 0 and variance 1, and which they are."""
    variance = values.var(0, correction=0)
    kept = (values != values[:1]).any(0)
    if not kept.any():
        raise SampleError(f"{name} never changes: every latent is constant, and none can be told")
    kept &= variance >= share * variance[kept].max()
    found = values[:, kept]
    return (found - found.mean(0)) / variance[kept].sqrt(), kept


def _left_out(kept: torch.Tensor, name: str) -> tuple[Doubt, ...]:
    """A note that says which latents were left out."""
    left = (~kept).nonzero().ravel().tolist()
    text = f"{len(left)} of {len(kept)} latents of {name} hardly change and were left out."
    return (Doubt("dead latents", text, note=True),) if left else ()


def _slopes(a: torch.Tensor, b: torch.Tensor, alpha: float) -> tuple[torch.Tensor, bool]:
    """Absolute slopes of every latent of b on those of a, (d_a, d_b), and whether they were found."""
    found, end = lasso(a.T @ a / len(a), a.T @ b / len(a), alpha)
    return found.abs(), end


def _ranked(values: torch.Tensor) -> torch.Tensor:
    """Ranks of each column with mean 0 and variance 1; equal values share their mean rank."""
    columns = []
    for column in values.T:
        _, codes, counts = column.unique(return_inverse=True, return_counts=True)
        last = counts.cumsum(0).double()
        columns.append((last - (counts - 1) / 2)[codes])
    ranks = torch.stack(columns, 1)
    centred = ranks - ranks.mean(0)
    return centred / centred.square().mean(0).sqrt()


def _relative_strength(matrix: torch.Tensor) -> float:
    """Mean over columns and over rows of the largest squared over the sum; 0 where all are 0."""
    parts = []
    for axis in (0, 1):
        total, top = matrix.sum(axis), matrix.amax(axis)
        parts.append(torch.where(total > 0, top.square() / total.clamp(min=1e-300), 0.0).mean())
    return float(parts[0] + parts[1]) / 2
