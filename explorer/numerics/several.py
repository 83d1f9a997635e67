"""Entropies of sets of variables: of normal ones, by nearest neighbours, and of counted labels."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch

from explorer.numerics.cells import entropy, row_codes
from explorer.numerics.covariance import Correlation, log_det_bias
from explorer.numerics.neighbours import count_inside, kth_distance
from explorer.numerics.totals import Informations, information

Groups = Sequence[Sequence[int]]
"""The columns of every variable."""

FEW = 2
"""Samples for each column below which correlations are shrunk."""


@dataclass
class NormalEntropies:
    """Half the log determinants of the correlations of normal variables: entropies without the columns' scales.

    Each determinant is less its exact bias for normal samples, unless fewer than two samples a column made it
    necessary to shrink the correlations. `singular` tells that columns determine others; then there are none.

    Attributes:
        values: (n, d), no constant column.
        groups: columns of the variables.
    """

    values: torch.Tensor
    groups: Groups
    known: dict[tuple[int, ...], float] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        n, d = self.values.shape
        self.correlation = Correlation.of(self.values, n < FEW * d)
        eigenvalues, vectors = torch.linalg.eigh(self.correlation.matrix)
        self.singular = bool(eigenvalues[0] <= 1e-12 * d)
        if not self.singular:
            self.whole = float(eigenvalues.log().sum())
            self.precision = (vectors / eigenvalues) @ vectors.T

    def __call__(self, variables: tuple[int, ...]) -> float:
        if variables not in self.known:
            columns = [column for variable in variables for column in self.groups[variable]]
            self.known[variables] = self._log_det(columns) / 2
        return self.known[variables]

    def _log_det(self, columns: list[int]) -> float:
        """ln |R| of these columns, through the inverse where more are in than out (Jacobi's complementary minor)."""
        d, n = len(self.correlation.matrix), self.correlation.n
        left = sorted(set(range(d)) - set(columns))
        if len(left) < len(columns):
            found = self.whole + float(_block(self.precision, left).logdet())
        else:
            found = float(_block(self.correlation.matrix, columns).logdet())
        return found - (0.0 if self.correlation.intensity else log_det_bias(len(columns), n))


@dataclass
class NearEntropies:
    """Kozachenko-Leonenko entropies of one radius a sample, that to its k-th neighbour in all variables.

    psi(n) - <psi(n_S + 1)> for a part S, with n_S the others strictly inside the radius in S, and psi(n) - psi(k) for
    all; volumes and powers of the radius cancel in every information, and all of them obey the same sum rules.

    Attributes:
        values: (n, d), columns of one scale.
        groups: columns of the variables.
        k: neighbours.

    References: kraskov2004.
    """

    values: torch.Tensor
    groups: Groups
    k: int
    known: dict[tuple[int, ...], float] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        columns = [column for group in self.groups for column in group]
        self.radius = kth_distance(self.values[:, columns].contiguous(), self.k)
        self.psi_n = _psi(len(self.values))

    def __call__(self, variables: tuple[int, ...]) -> float:
        if len(variables) == len(self.groups):
            return self.psi_n - _psi(self.k)
        if variables not in self.known:
            columns = [column for variable in variables for column in self.groups[variable]]
            inside = count_inside(self.values[:, columns].contiguous(), self.radius)
            self.known[variables] = self.psi_n - float(torch.digamma(inside.double() + 1).mean())
        return self.known[variables]


@dataclass
class CountedEntropies:
    """Plug-in entropies of discrete variables, (n, d) codes."""

    values: torch.Tensor
    groups: Groups
    known: dict[tuple[int, ...], float] = field(default_factory=dict, repr=False)

    def __call__(self, variables: tuple[int, ...]) -> float:
        if variables not in self.known:
            columns = [column for variable in variables for column in self.groups[variable]]
            self.known[variables] = float(entropy(row_codes(self.values[:, columns])))
        return self.known[variables]


def near_information(values: torch.Tensor, groups: Groups, k: int) -> Informations:
    """The information of two sets of variables, with the radius of these two sets alone."""

    def of(some: Sequence[int], others: Sequence[int]) -> float:
        if not some or not others:
            return 0.0
        columns = [[column for variable in part for column in groups[variable]] for part in (some, others)]
        return information(NearEntropies(values, columns, k), (0,), (1,))

    return of


def _block(matrix: torch.Tensor, columns: list[int]) -> torch.Tensor:
    return matrix[columns][:, columns]


def _psi(count: int) -> float:
    return float(torch.digamma(torch.tensor(float(count), dtype=torch.float64)))
