"""Means of samples that share a label."""

import torch


def group_means(values: torch.Tensor, codes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Means (groups, d) of (n, d) values over equal codes from 0, and how many samples each has."""
    sizes = torch.bincount(codes)
    sums = values.new_zeros(len(sizes), values.shape[1]).index_add_(0, codes, values)
    return sums / sizes[:, None], sizes
