"""How long and how fast critics learn, and which samples they do not learn from."""

from dataclasses import dataclass

import torch

from explorer.errors import SampleError


@dataclass(frozen=True)
class Plan:
    """How long and how fast critics learn.

    Attributes:
        steps: updates at most.
        batch: samples of an update.
        rate: of AdamW.
        decay: of its weights.
        every: updates between two looks at the samples that are held out.
        patience: looks without a gain after which a member rests.
        held_out: share of the samples that is not learnt from; a bound of K pairs tells more the more they are.
        clip: largest norm of the gradient of a member.
        stretches: of rows that are steps of time, into so many stretches they are cut, and what is held out is whole
            stretches; 0 takes rows at random.
    """

    steps: int = 600
    batch: int = 512
    rate: float = 3e-3
    decay: float = 1e-2
    every: int = 25
    patience: int = 6
    held_out: float = 0.4
    clip: float = 1.0
    stretches: int = 0


def split(n: int, plan: Plan, seed: int) -> tuple[torch.Tensor, tuple[torch.Tensor, torch.Tensor]]:
    """Rows to learn from, and the two halves that are held out.

    Raises:
        SampleError: for fewer than 8 samples in a half or 16 to learn from.
    """
    half = int(plan.held_out * n / 2)
    if half < 8 or n - 2 * half < 16:
        rule = "a critic needs at least 8 samples in each half that is held out, and 16 to learn from"
        raise SampleError(f"{rule}; {n} samples leave {half} and {n - 2 * half}")
    rng = torch.Generator().manual_seed(seed)
    if plan.stretches:
        cut = torch.arange(n).tensor_split(min(n, plan.stretches))
        order = torch.cat([cut[i] for i in torch.randperm(len(cut), generator=rng).tolist()])
    else:
        order = torch.randperm(n, generator=rng)
    return order[2 * half :], (order[:half], order[half : 2 * half])
