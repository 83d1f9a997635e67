"""How far a matrix of informations can be trusted: what shuffled rows read, and intervals over samples."""

from dataclasses import dataclass

import numpy as np
import torch
from scipy.stats import t as student

from explorer.numerics.tables import information_matrix
from explorer.reliability.interval import LEVEL
from explorer.reliability.scores import PERMUTATIONS, RESAMPLES


@dataclass(frozen=True)
class Trusted:
    """Ends of the intervals, and the mean and largest of what shuffled rows read, all (d, K) nats."""

    low: np.ndarray
    high: np.ndarray
    null: np.ndarray
    null_high: np.ndarray


def trusted(codes: torch.Tensor, cells: torch.Tensor, seed: int = 0) -> Trusted:
    """Of the plug-in informations of all columns of codes (n, d) and cells (n, K).

    The interval is the one of scores against factors, `reliability.scores.scored`; its low end is never below 0.
    """
    rng, n = np.random.default_rng(seed), len(codes)
    value = information_matrix(codes, cells)
    shuffled = [information_matrix(codes, cells[_rows(rng.permutation(n), codes)]) for _ in range(PERMUTATIONS)]
    drawn = [_rows(rng.integers(0, n, n), codes) for _ in range(RESAMPLES)]
    again = torch.stack([information_matrix(codes[rows], cells[rows]) for rows in drawn])
    reach = float(student.ppf((1 + LEVEL) / 2, RESAMPLES - 1)) * again.std(0)
    null = torch.stack(shuffled)
    found = ((value - reach).clamp(min=0), value + reach, null.mean(0), null.amax(0))
    return Trusted(*(one.cpu().numpy() for one in found))


def _rows(order: np.ndarray, like: torch.Tensor) -> torch.Tensor:
    return torch.as_tensor(order, device=like.device)
