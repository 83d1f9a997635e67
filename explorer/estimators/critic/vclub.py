"""The contrastive log-ratio upper bound with a learnt density."""

from dataclasses import dataclass
from typing import ClassVar

import torch

from explorer.critics import bounds
from explorer.estimators.critic._density import ByDensity


@dataclass(frozen=True)
class VCLUB(ByDensity):
    r"""vCLUB: how much likelier y is given its own x than given another's; far above I where I is high.

    .. math:: \hat I = E_p[\ln q(y | x)] - E_{p p}[\ln q(y | x)]

    An upper bound where q = p(y | x), and then rho^2 / (1 - rho^2) a pair of normal columns: 4.26 for .83 nats. With a
    learnt q it is one only where q is nearer to the joint distribution than to the margins' product, which no sample
    can tell; so no side is claimed. The second term takes all pairs of different samples, where published code keeps
    the own ones, and the log variance has no cap, where published code ends in a tanh. IFUB's formula is not public:
    this is the bound that it refines, and that voices are pulled apart with.

    References: cheng2020; li2024; liang2024eadvc.
    """

    finds: ClassVar[tuple[str, ...] | None] = ()

    def read(self, scores: torch.Tensor) -> torch.Tensor:
        """The difference of the two means."""
        return bounds.club(scores)
