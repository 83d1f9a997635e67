"""Fisher-weighted rank of a linear readout."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch

from explorer.errors import SampleError
from explorer.measures.base import Measure, Reading
from explorer.numerics.kronecker import Kronecker, nearest_kronecker, root, weighted_norm
from explorer.numerics.softmax import Softmax, fitted
from explorer.result import Doubt
from explorer.settings import Range

HELD = 0.5
"""Share of the Fisher information in the Kronecker product below which a doubt says so."""


@dataclass(frozen=True)
class FisherWeightedRank(Measure):
    r"""Fisher-weighted rank: how many directions of the layer a linear readout of the labels needs.

    .. math:: \exp\Big(-\sum_i p_i \ln p_i\Big), \quad p_i = s_i / \sum_j s_j, \qquad
              B^{1/2} W A^{1/2} = U \operatorname{diag}(s) V^\top

    W holds the weights of a softmax readout (classes x columns), and B (x) A is the Kronecker product nearest to its
    empirical Fisher information, the mean of vec(G) vec(G)' over the gradients G of the loss at single samples.
    The readout of rank k with the least loss to second order keeps the first k of these s and loses the sum of s_i^2
    over the others; the details hold that tail by k, and what cutting W itself loses, both as shares of the whole.
    At most the smaller of classes - 1 and d. Noise of the fit adds directions: eight classes of 60 samples whose
    means lie in a plane of 20 columns read about 4.5. The details also hold the share of the Fisher information
    that the product holds, often near one half; a doubt says when it is less.

    The paper compresses the layers of a language model and multiplies by Cholesky factors, of a Fisher information
    mixed with the identity where it is singular. That of a softmax always is, so square roots are taken instead; no
    inverse is needed for the rank and the tails, and nothing is mixed in. z is centred and scaled as a whole to rows
    of mean squared length 1 before the fit. The readout is fitted to these samples: shuffled labels have a rank
    too, above or below that of labels which z tells, and may have the same; classes that need all directions cannot be
    told from them by the rank.

    Args:
        strength: of the penalty, half the sum of squared weights, against the sum of the losses; scikit-learn's 1 / C.

    Raises:
        SampleError: for a constant z, or one class.

    References: chekalina2025; vanloan1993; roy2007.
    """

    unit: ClassVar[str] = "dimensions"
    against: ClassVar[str | None] = "labels"
    limits: ClassVar[tuple[float | None, float | None]] = (1.0, None)
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "rotation", "permutation", "copies")
    sensitive: ClassVar[tuple[str, ...]] = ("stretching", "linear")
    side: ClassVar[str] = "both"
    effort: ClassVar[tuple[float, ...]] = (0.01, 4.6e-07, 0.0, 0.0, 1.2e-09)

    strength: Annotated[float, Range(1e-3, 1e3, log=True)] = 0.1

    def value(self, z: torch.Tensor, y: torch.Tensor) -> Reading:
        """The formula; details hold singular values, tails, the product's share, and the readout's accuracy."""
        classes = int(y.max()) + 1
        if classes < 2:
            raise SampleError(f"all {len(z)} samples have the same label; a readout needs at least two")
        inner = _in_unit(z)
        readout = fitted(inner, y, classes, self.strength)
        log_p, weights = readout.log_probabilities(inner), readout.layers[0][0].T
        slopes = log_p.exp() - torch.nn.functional.one_hot(y, classes)
        product = nearest_kronecker(slopes, inner)
        found = torch.linalg.svdvals(root(product.left) @ weights @ root(product.right))
        rank = torch.special.entr(found / found.sum()).sum().exp()
        details = {
            "spectrum": found.tolist(),
            "tail_weighted": _tails(found),
            "tail_plain": _plain_tails(weights, product),
            "kronecker_share": product.share,
            "accuracy": float((log_p.argmax(1) == y).double().mean()),
        }
        return Reading(float(rank), details=details, doubts=_said(product, readout))


def _in_unit(z: torch.Tensor) -> torch.Tensor:
    """z less its mean, over the root of the mean squared length of its rows."""
    centred = z - z.mean(0)
    scale = centred.abs().max()
    if scale <= 1e-14 * z.abs().max():
        raise SampleError(f"z is constant over its {len(z)} samples; a readout needs rows that differ")
    inner = centred / scale
    return inner / inner.square().sum(1).mean().sqrt()


def _tails(singular: torch.Tensor) -> list[float]:
    """Share of the squares after the first k, for k = 0, 1, ..."""
    squares = singular.square()
    return [1.0, *((squares.flip(0).cumsum(0).flip(0)[1:] / squares.sum()).tolist()), 0.0]


def _plain_tails(weights: torch.Tensor, product: Kronecker) -> list[float]:
    """The same loss where the singular values of the weights themselves are cut."""
    u, s, v = torch.linalg.svd(weights, full_matrices=False)
    losses = [weighted_norm((u[:, k:] * s[k:]) @ v[k:], product) for k in range(len(s) + 1)]
    return [float(loss / losses[0]) for loss in losses]


def _said(product: Kronecker, readout: Softmax) -> tuple[Doubt, ...]:
    unit = Doubt("scaled", "z was centred, and scaled as a whole to rows of mean squared length 1.", note=True)
    short = f"The Kronecker product holds {product.share:.0%} of the Fisher information; the rank is of that part."
    late = "The readout did not arrive at its optimum within the steps it has."
    return (
        unit,
        *((Doubt("kronecker", short),) if product.share < HELD else ()),
        *(() if readout.converged else (Doubt("fit", late),)),
    )
