"""Mutual information of compressed variables."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Literal

import torch

from explorer.catalogue import estimators
from explorer.checks import varying
from explorer.errors import SettingError
from explorer.estimators.base import Estimator, Formula, Reading, Samples
from explorer.estimators.neighbours.ksg import KSG
from explorer.numerics.margins import standard
from explorer.numerics.reduction import Reduced, encoded, principal
from explorer.result import Doubt, Estimate
from explorer.settings import Range

ENOUGH = 0.9
"""Share of a variable's variance that its compression must give back."""


@dataclass(frozen=True)
class Compressed(Estimator):
    r"""Information of compressed variables: few columns in place of many, then nearest neighbours.

    .. math:: I(E_x(X); E_y(Y)) \le I(X; Y)

    Images and wide layers have too many columns for `ksg` but often few degrees of freedom. Each side with
    more than `components` columns is compressed to that many, a side with fewer keeps its own; constant columns are
    left out. The columns that remain are scaled to unit deviation and given to `ksg`, or with labels y to `ross`.

    A map of X alone cannot add information, so the limit is a lower bound, with equality where the compression can be
    undone. It holds for the limit, not for each estimate: compression does not look at the other side and so cannot
    overfit to it, but `ksg` scatters around its own limit, and in more than a few columns far below it.
    What is thrown away need not be noise: the direction that carries Y may have little variance, and the share of
    variance given back is no share of information.

    A deterministic layer T of continuous X has infinite I(X; T). `noise` adds to the samples, before compression,
    independent normal noise of that absolute deviation in every column, which makes the information that of a
    stochastic network; in Butakov et al. the network also computes with this noise, here it is added afterwards. It
    cannot be added to labels.

    Args:
        method: "pca" keeps the first principal components of the columns as they are scaled; "autoencoder" the
            bottleneck of a small network, which also follows curved sets, trained for a few seconds.
        components: columns that are left on each side.
        noise: deviation of the noise in the units of the data; 0 adds none.
        noisy: the side that gets the noise, "x", "y" or "both"; columns of labels get none.
        k: neighbours.

    Raises:
        SettingError: when noise is asked for labels.
        SampleError: with n <= k samples, or more than k coinciding ones.

    References: butakov2024, algorithm 1; goldfeld2019; kraskov2004; ross2014.
    """

    needs: ClassVar[tuple[str, str]] = ("continuous", "any")
    finds: ClassVar[tuple[str, ...]] = ("bivariate_normal",)
    symmetric: ClassVar[bool] = False
    random: ClassVar[bool] = True
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling")

    method: Literal["pca", "autoencoder"] = "pca"
    components: Annotated[int, Range(1, 50)] = 4
    noise: Annotated[float, Range(0.0, 1000.0)] = 0.0
    noisy: Literal["y", "x", "both"] = "y"
    k: Annotated[int, Range(1, 100)] = 5

    def on(self, samples: Samples, seed: int = 0) -> Estimate:
        result = super().on(samples, seed)
        return replace(result, warnings=(*result.warnings, *_lossy(result.details)))

    def nats(self, x: torch.Tensor, y: torch.Tensor) -> Formula:
        labels = not y.is_floating_point()
        if labels and self.noise and self.noisy == "y":
            raise SettingError(f"noise={self.noise:g} is for numbers and y holds labels; set noisy='x' or noise=0")
        first = self._compressed(x, "x")
        second = Reduced(y, 1.0) if labels else self._compressed(y, "y")
        details = {"explained_x": first.explained, "explained_y": second.explained}
        if not first.values.shape[1] or not second.values.numel():
            return Reading(0.0, details=details)
        if labels:
            value = estimators["ross"](k=self.k).nats(standard(first.values), y)
        else:
            value = KSG(k=self.k, margins="standard").nats(first.values, second.values)
        return Reading(float(value), details=details)

    def doubts(self, x: torch.Tensor, y: torch.Tensor | None, value: float) -> tuple[Doubt, ...]:
        if y is None or not y.is_floating_point():
            return ()
        return KSG(k=self.k, margins="standard").doubts(x, y, value)

    def bound_on(self, x: torch.Tensor, y: torch.Tensor | None) -> str:
        wide = [v.is_floating_point() and varying(v).shape[1] > self.components for v in (x, y) if v is not None]
        return "lower" if any(wide) or self.noise else "none"

    def _compressed(self, values: torch.Tensor, name: str) -> Reduced:
        values = varying(values)
        if self.noise and self.noisy in (name, "both"):
            values = values + self.noise * torch.randn_like(values)
        if values.shape[1] <= self.components:
            return Reduced(values, 1.0)
        scaled = values / values.abs().amax()  # squares of the largest values can overflow
        return {"pca": principal, "autoencoder": encoded}[self.method](scaled, self.components)


def _lossy(details: Mapping[str, Any]) -> list[Doubt]:
    shares = {name: details.get(f"explained_{name}", 1.0) for name in ("x", "y")}
    return [
        Doubt("lossy", f"{name} compressed gives back {share:.0%} of its variance; more components lose less.")
        for name, share in shares.items()
        if share < ENOUGH
    ]
