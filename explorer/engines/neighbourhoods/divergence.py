r"""One loss for many ways of learning a representation: the mean divergence of two neighbour distributions.

    L = 1/n sum_i KL(p(.|i) || q(.|i))

What p is made of and what q is made of names the method (alshammari2025).
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from explorer.device import one_thread
from explorer.errors import SampleError

Kernel = Callable[[torch.Tensor], torch.Tensor]


def divergences(p: torch.Tensor, log_q: torch.Tensor) -> torch.Tensor:
    """KL(p(.|i) || q(.|i)) of every row in nats, (n,); infinite where q leaves out a neighbour.

    References: alshammari2025.
    """
    crossed = (p * log_q.masked_fill(p == 0, 0)).sum(1)
    return -torch.special.entr(p).sum(1) - crossed


@dataclass(frozen=True)
class Fit:
    """What was learned of the samples.

    Attributes:
        places: (n, k), what the kernel takes.
        log_q: (n, n) at the places.
        divergences: (n,) nats at the places.
        course: mean divergence before every step.
    """

    places: torch.Tensor
    log_q: torch.Tensor
    divergences: torch.Tensor
    course: tuple[float, ...]


def fitted(p: torch.Tensor, kernel: Kernel, start: torch.Tensor, steps: int = 200, rate: float = 0.1) -> Fit:
    """Places (n, k) whose neighbours by `kernel` are those of p, by Adam on the mean divergence; a local minimum.

    Args:
        p: (n, n) from `supervisory`.
        kernel: of `learned`.
        start: places at which to begin, (n, k) float64.

    Raises:
        SampleError: where the divergence stops being finite.

    References: alshammari2025.
    """
    places = start.clone().requires_grad_()
    walk, course = torch.optim.Adam([places], rate), []
    with one_thread():
        for _ in range(steps):
            walk.zero_grad()
            loss = divergences(p, kernel(places)).mean()
            loss.backward()
            walk.step()
            course.append(float(loss.detach()))
    ends = places.detach()
    log_q = kernel(ends)
    found = divergences(p, log_q)
    if not bool(found.isfinite().all()):
        raise SampleError("the divergence is infinite: q leaves out a neighbour, or the steps were too long")
    return Fit(ends, log_q, found, tuple(course))
