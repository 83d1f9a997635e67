"""The bound of Barber and Agakov."""

from dataclasses import dataclass
from typing import Literal

import torch

from explorer.critics import bounds
from explorer.estimators.critic._density import ByDensity
from explorer.estimators.critic.base import columns
from explorer.estimators.discrete.plug_in import PlugIn
from explorer.estimators.neighbours.kozachenko_leonenko import KozachenkoLeonenko


@dataclass(frozen=True)
class BarberAgakov(ByDensity):
    r"""H(Y) less the code length of y by a model that knows x.

    .. math:: \hat I = H(Y) + E_p[\ln q(y | x)] \le I(X; Y)

    A lower bound for any q and the true H(Y). H(Y) is the plug-in entropy of labels, which is a little low, or that of
    nearest neighbours in the margins that the model sees, whose bias in many columns is not small: for real y no side
    is claimed. What the best classifier loses of H(Y) is the bound for labels.

    Args:
        margins: as of the other critics, but without normal scores: they lie on a grid, on which distances to
            neighbours do not tell a density.

    References: barber2003.
    """

    margins: Literal["standard", "none"] = "standard"

    def read(self, scores: torch.Tensor) -> torch.Tensor:
        """The mean log likelihood."""
        return bounds.pairs(scores).mean(-1)

    def beside(self, y: torch.Tensor) -> float:
        """H(Y) of labels or, of real columns, in the margins that the model sees."""
        if not y.is_floating_point():
            return float(PlugIn().entropy(y))
        return float(KozachenkoLeonenko().entropy(columns(y, self.margins).double()))

    def bound_on(self, x: torch.Tensor, y: torch.Tensor | None) -> str:
        """A lower bound of labels."""
        return "none" if y is None or y.is_floating_point() else "lower"
