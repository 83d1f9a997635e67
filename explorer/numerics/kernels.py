"""Kernels over pairs of samples and their sums, in blocks of rows."""

from collections.abc import Iterator, Sequence

import torch

from explorer.device import rows_per_chunk

FEW = 32
"""Labels up to which one matrix product sums the groups faster than a comparison of labels does."""

FLOOR = -700.0
"""Smallest exponent: exp(-700) = 1e-304 adds nothing to a sum of at least 1, and below it exp is slow."""

STEADY = 1e8
"""Largest |t|^2 / 2 width at which |a|^2 + |b|^2 - 2 a.b errs by less than 1e-7."""


def kernel_log_means(
    t: torch.Tensor, labels: Sequence[torch.Tensor], width: float
) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Mean over i of ln mean_j exp(-|t_i - t_j|^2 / 2 width), over all j and over j of i's own label.

    Every pair is computed once. Memory is one block of rows x n, and n numbers a label.

    Args:
        t: (n, d) float64.
        labels: codes from 0, (n,) each.
        width: squared length.

    Returns:
        The mean over all pairs, and one for each labelling.
    """
    groups = [torch.zeros(len(t), dtype=torch.long, device=t.device), *labels]
    sizes = [torch.bincount(codes) for codes in groups]
    sums = _Sums(groups, sizes)
    for start, kernel in upper_blocks(t, width):
        sums.add(start, kernel)
    whole, *within = (
        (total / size[codes]).log().mean() for total, size, codes in zip(sums.own(), sizes, groups, strict=True)
    )
    return whole, within


class _Sums:
    """For every labelling and sample the sum of the kernel over the sample's own group."""

    def __init__(self, groups: Sequence[torch.Tensor], sizes: Sequence[torch.Tensor]):
        self.groups = groups
        self.few = [i for i, size in enumerate(sizes) if len(size) <= FEW]
        self.many = [i for i, size in enumerate(sizes) if len(size) > FEW and int(size.max()) > 1]
        columns = [torch.nn.functional.one_hot(groups[i]).double() for i in self.few]
        self.members = torch.cat(columns, 1)  # (n, labels of all labellings)
        self.by_label = torch.zeros_like(self.members)
        self.by_group = self.members.new_ones(len(groups), len(groups[0]))  # alone in its group a sample sums to 1
        self.by_group[self.many] = 0.0

    def add(self, start: int, kernel: torch.Tensor) -> None:
        """Add the kernel of rows start.. with columns start.., and its mirror image."""
        rows = len(kernel)
        stop, mirrored = start + rows, kernel[:, rows:].T
        self.by_label[start:stop] += kernel @ self.members[start:]
        self.by_label[stop:] += mirrored @ self.members[start:stop]
        for i in self.many:
            codes = self.groups[i]
            same = kernel * (codes[start:stop, None] == codes[start:])
            self.by_group[i, start:stop] += same.sum(1)
            self.by_group[i, stop:] += same[:, rows:].sum(0)

    def own(self) -> torch.Tensor:
        """(labellings, n)."""
        first = 0
        for i in self.few:
            self.by_group[i] = self.by_label.gather(1, self.groups[i][:, None] + first)[:, 0]
            first += int(self.groups[i].max()) + 1
        return self.by_group


def upper_blocks(t: torch.Tensor, width: float) -> Iterator[tuple[int, torch.Tensor]]:
    """Blocks of rows of exp(-|t_i - t_j|^2 / 2 width) from the diagonal rightwards: (start, (rows, n - start))."""
    n, rows = len(t), _rows(t)
    scaled = (t - t.mean(0)) / (2 * width) ** 0.5
    for start in range(0, n, rows):
        block, rest = scaled[start : start + rows], scaled[start:]
        kernel = exponents(block, rest).clamp_(FLOOR, 0.0).exp_()
        kernel.diagonal().fill_(1.0)
        yield start, kernel


def exponents(places: torch.Tensor, centres: torch.Tensor) -> torch.Tensor:
    """-|a - b|^2 for every place a, (m, d), and centre b, (n, d); (m, n), by a matrix product where that is exact."""
    squares, own = centres.square().sum(1), places.square().sum(1, keepdim=True)
    if bool(squares.max() < STEADY) and bool(own.max() < STEADY):
        return torch.addmm(squares, places, centres.T, beta=-1, alpha=2).sub_(own)
    return torch.cdist(places, centres, compute_mode="donot_use_mm_for_euclid_dist").square_().neg_()


def upper_blocks_of_labels(codes: torch.Tensor) -> Iterator[tuple[int, torch.Tensor]]:
    """The same blocks of a kernel that is 1 between equal labels and 0 between others."""
    for start in range(0, len(codes), rows := _rows(codes)):
        yield start, (codes[start : start + rows, None] == codes[start:]).double()


def _rows(samples: torch.Tensor) -> int:
    """Rows in a block: 2 MiB on a CPU stay in its cache from pass to pass."""
    return max(16, rows_per_chunk(128 * len(samples), samples.device))
