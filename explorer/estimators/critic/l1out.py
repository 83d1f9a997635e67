"""The leave-one-out upper bound."""

from dataclasses import dataclass

import torch

from explorer.critics import bounds
from explorer.estimators.critic._density import ByDensity


@dataclass(frozen=True)
class L1Out(ByDensity):
    r"""L1Out: the likelihood of y given its x against its mean given all other x.

    .. math:: \hat I = E\left[\ln \frac{q(y_i | x_i)}{\frac1{K-1} \sum_{j \ne i} q(y_i | x_j)}\right]

    An upper bound where q = p(y | x), and near I as K grows, up to about ln K, from where on the mean over others falls
    short and the value lies far above. With a learnt q no side is claimed.

    References: poole2019.
    """

    def read(self, scores: torch.Tensor) -> torch.Tensor:
        """The mean log ratio."""
        return bounds.leave_one_out(scores)
