"""Denoisers: one predictor of noise for all ways to diffuse some variables, know others and leave out the rest.

Variables are blocks of columns of a table (n, D), `widths` columns each. A `Mask` says of every variable whether it is
DIFFUSED (1), known exactly (CONDITIONED, 0) or left out (MARGINALISED, -1). A `Predictor` is called as

    predict(values, time, mask) -> noise, (n, D), 0 in every column that is not diffused

    values: (n, D); s x + r e for diffused columns, x for conditioned ones, 0 for marginalised ones
    time: (n,), in (0, 1): 0 is no noise, 1 nothing but noise; `Schedule.scales(time)` gives s and r, s^2 + r^2 = 1
    mask: (N,) or (n, N) of 1, 0, -1, one entry a variable

and gives E[e | values]. `network.Denoiser` learns it.

    schedule.Schedule, schedule.variance_preserving(beta_low, beta_high, least): levels of noise; `span` is the
        normaliser of importance sampling, int beta / r^2 dt
    network.Denoiser(widths, hidden, seed): a network for all masks
    training.Plan, training.fitted(denoiser, x, masks, plan, seed) -> Trained: held-out rows, curves, why it ended
    descent: how any network here is trained; bridges: bridges of noise between two distributions, and their ratio
    gaps.gaps(predict, x, widths, comparisons, schedule, levels, seed) -> {name: Gap}: half the squared distance of two
        predictions ("distance"), or of the difference of their squared errors ("difference"), summed over all noise:
        `nats`, at each `log_snr`, of each row and of each column

Each side of a comparison says for every variable that is compared what predicts its noise: a mask under which
that variable is diffused, or "normal" for what standard normal columns would give:

    I(X;Y), MINDE-c     {0: (1, -1)} and {0: (1, 0)}
    I(X;Y), MINDE-j     {0: (1, 1), 1: (1, 1)} and {0: (1, 0), 1: (0, 1)}
    total correlation   {i: 1 at i, else -1} and {i: all 1}; dual total correlation: {i: all 1} and {i: 1 at i, else 0}
    I(X_i; the others)  {i: 1 at i, else -1} and {i: 1 at i, else 0}

The columns of x have mean 0 and deviation 1. A network gives no more than it has learnt: a distance of two learned
predictions is positive also where the truth is 0, and too small where training was too short.
"""

from typing import Literal, Protocol

import torch

DIFFUSED, CONDITIONED, MARGINALISED = 1, 0, -1
Mask = tuple[int, ...]
Side = dict[int, Mask | Literal["normal"]]


class Predictor(Protocol):
    """E[noise | values], as the docstring of this module says."""

    def __call__(self, values: torch.Tensor, time: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """(n, D), (n,) and (N,) or (n, N) to (n, D)."""
