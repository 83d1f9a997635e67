"""Differential entropy from distances to nearest neighbours."""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch

from explorer.checks import varying
from explorer.errors import SampleError
from explorer.estimators.base import Formula, Reading
from explorer.estimators.neighbours.base import NearestNeighbours, uneven
from explorer.numerics.nearest import nearest
from explorer.numerics.orders import NoWeights, bias_cancelling
from explorer.result import Doubt
from explorer.settings import Range

COLUMNS = 4
"""Joint columns above which the three entropies no longer make an information."""


@dataclass(frozen=True)
class KozachenkoLeonenko(NearestNeighbours):
    r"""Kozachenko-Leonenko estimate of the entropy h(X), and of I(X; Y) = h(X) + h(Y) - h(X, Y).

    .. math:: \hat h = \psi(n) - \psi(k) + \ln c_d + \frac dn \sum_i \ln \rho_{k,i}

    rho_k is the distance to the k-th neighbour and c_d the volume of the unit ball in d columns. Adding s to
    X leaves it as it is, and h(aX) = h(X) + d ln|a| exactly. With `weighted` it is the sum of these over j <= k
    with weights that sum to 1 and cancel the bias of the orders (k/n)^{2l/d}, l = 1 .. d/4; below four
    columns there is nothing to cancel. With n = 1000 in six columns they take a bias of 0.9 at the edges of a cube
    to 0.3 and leave normal samples as they are, at twice the deviation; from 12 columns on they would magnify
    noise over a hundredfold, and are refused. The paper writes ln(n - 1) for psi(n), less than 1/n apart.

    In I(X; Y) the errors of the three entropies do not cancel, as they largely do in `ksg`, which is better in more
    than two columns. With n = 1000, independent normal vectors of 5 columns each read -0.4 and of 25 columns -5,
    which no information can be; from five joint columns on a doubt says so. Values that coincide more
    than k times have no density: the estimate is refused. Constant columns are left out of I.

    Args:
        k: neighbours, or with `weighted` the largest order of neighbour.
        norm: of the distance: "max" or "euclidean".
        weighted: cancel the leading bias in four and more columns, at the price of variance.

    Raises:
        SampleError: with n <= k samples, more than k coinciding ones, a constant column in h(X), or more columns
            than `weighted` or k allow.

    References: kozachenko1987; kraskov2004, equation 20; berrett2019, equation 2.
    """

    needs: ClassVar[tuple[str, str]] = ("continuous", "continuous")
    finds: ClassVar[tuple[str, ...]] = ("bivariate_normal",)
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling")

    k: Annotated[int, Range(1, 100)] = 5
    norm: Literal["max", "euclidean"] = "max"
    weighted: bool = False

    def nats(self, x: torch.Tensor, y: torch.Tensor) -> Formula:
        x, y = varying(x), varying(y)
        if not x.shape[1] or not y.shape[1]:
            return 0.0
        named = {"x": x, "y": y, "(x, y)": torch.cat([x, y], 1)}
        h = {name: self._entropy(values, name) for name, values in named.items()}
        return Reading(h["x"] + h["y"] - h["(x, y)"], details={"entropies": h})

    def entropy(self, x: torch.Tensor) -> Formula:
        if varying(x).shape[1] < x.shape[1]:
            raise SampleError("x has a column that never changes: its differential entropy is minus infinity")
        return self._entropy(x, "x")

    def doubts(self, x: torch.Tensor, y: torch.Tensor | None, value: float) -> tuple[Doubt, ...]:
        d = varying(x).shape[1] + (varying(y).shape[1] if y is not None else 0)
        found = uneven((x, y))
        if y is not None and d > COLUMNS:
            text = f"h(X,Y) in {d} columns is far off, and h(X) + h(Y) does not make up for it; ksg loses less."
            found.append(Doubt("dimension", text))
        if self.weighted and d >= 8:
            _, weights = self._orders(d, "the data")
            text = f"The weights of {d} columns magnify noise {float(weights.abs().sum()):.0f}-fold."
            found.append(Doubt("weights", text))
        return tuple(found)

    def _entropy(self, values: torch.Tensor, name: str) -> float:
        n, d = values.shape
        if n <= self.k:
            raise SampleError(f"{self.name} needs more than k={self.k} samples; got {n}")
        orders, weights = self._orders(d, name)
        distance = nearest(values, values, self.k + 1, self._p)[0][:, orders]  # column 0 is the sample itself
        if not bool((distance > 0).all()):
            alike, k = int((distance == 0).any(1).sum()), int(orders[0])
            rule = f"{alike} of {n} coincide with at least {k} others in {name}"
            raise SampleError(f"{self.name} needs distinct samples: {rule}")
        psi = torch.digamma(torch.tensor(float(n), dtype=torch.float64)) - torch.digamma(orders.double())
        return float(weights @ (psi + d * distance.log().mean(0).cpu())) + self._log_ball(d)

    def _orders(self, d: int, name: str) -> tuple[torch.Tensor, torch.Tensor]:
        """Which neighbours are looked at, and the weight of each."""
        if not self.weighted:
            return torch.tensor([self.k]), torch.ones(1, dtype=torch.float64)
        try:
            return bias_cancelling(self.k, d)
        except NoWeights as error:
            raise SampleError(f"weighted=True cannot take the {d} columns of {name}: {error}") from error

    @property
    def _p(self) -> float:
        return math.inf if self.norm == "max" else 2.0

    def _log_ball(self, d: int) -> float:
        """ln of the volume of the ball of radius 1."""
        return d * math.log(2) if self.norm == "max" else d / 2 * math.log(math.pi) - math.lgamma(d / 2 + 1)
