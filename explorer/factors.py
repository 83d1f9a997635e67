"""What disentanglement is about, checked once: factors of variation, and codes with their noise."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch

from explorer import checks
from explorer.errors import SampleError
from explorer.numerics.bins import binned
from explorer.numerics.posteriors import Posterior
from explorer.result import Doubt

FEW = 100
"""A column of real numbers with at most as many different values, and five samples each, is one of levels."""


@dataclass(frozen=True)
class Factors:
    """Factors of n samples, column by column; it is indexed by rows as a tensor is.

    Attributes:
        names: (K,) as one reads them.
        codes: (n, K) int64, the level of every counted factor from 0 in ascending order; 0 where a factor is real.
        numbers: (n, K) float64, the values as given; the level where they are text.
        levels: (K,) number of levels; 0 for a real factor.
    """

    names: tuple[str, ...]
    codes: torch.Tensor = field(repr=False)
    numbers: torch.Tensor = field(repr=False)
    levels: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, rows: Any) -> "Factors":
        return replace(self, codes=self.codes[rows], numbers=self.numbers[rows])

    @property
    def device(self) -> torch.device:
        """Where the columns lie."""
        return self.codes.device

    @property
    def shape(self) -> tuple[int, int]:
        """Samples and factors."""
        return len(self.codes), len(self.names)

    @property
    def real(self) -> tuple[int, ...]:
        """Places of the factors that are not counted."""
        return tuple(k for k, levels in enumerate(self.levels) if not levels)

    def cells(self, bins: int, strategy: str = "equal_width") -> torch.Tensor:
        """(n, K) int64: the level of a counted factor, the cell of a real one in `bins` cells."""
        found = self.codes.clone()
        real = list(self.real)
        if real:
            found[:, real] = binned(self.numbers[:, real], bins, strategy)
        return found


def factors(data: Any, device: Any = "cpu", name: str = "factors") -> checks.Variable:
    """Columns of factors: (n,) or (n, K), a DataFrame, a mapping of names to columns, or Factors.

    Whole numbers, text and real numbers with few different values are counted; other real numbers stay real. A factor
    that never changes is left out, and a doubt says so. `values` of the result is a `Factors`.

    Raises:
        SampleError: for columns that cannot be used, or when no factor changes.
    """
    if isinstance(data, Factors):
        moved = replace(data, codes=data.codes.to(device), numbers=data.numbers.to(device))
        return _variable(name, moved, ())
    columns = _columns(data, name)
    checked = {title: checks.variable(column, title, "auto", "any", device) for title, column in columns.items()}
    lengths = {title: len(one) for title, one in checked.items()}
    if len(set(lengths.values())) > 1:
        raise SampleError(f"{name} have columns of different length: {lengths}")
    read = {title: _read(columns[title], one) for title, one in checked.items()}
    changing = {title: one for title, one in read.items() if one[2] != 1}
    if not changing:
        raise SampleError(f"{name} ({', '.join(columns)}) never change; at least one must take two values")
    doubts = tuple(doubt for one in checked.values() for doubt in one.doubts if not doubt.note)
    doubts += _counted([title for title, one in changing.items() if one[3]], changing)
    if left := [title for title in read if title not in changing]:
        doubts += (Doubt("constant factor", f"{', '.join(left)}: never changes, and was left out."),)
    codes, numbers = (torch.stack(list(part), 1) for part in list(zip(*changing.values(), strict=True))[:2])
    levels = tuple(one[2] for one in changing.values())
    return _variable(name, Factors(tuple(changing), codes.to(device), numbers.to(device), levels), doubts)


def posterior(z: Any, name: str = "z", device: Any = "cpu") -> checks.Variable:
    """Codes with their noise: a pair (means, variances), both (n, d), or means alone for codes without noise.

    `values` of the result is a `Posterior`.

    Raises:
        SampleError: for samples that cannot be used, shapes that differ, or a variance below 0.
    """
    pair = (z.mean, z.variance) if isinstance(z, Posterior) else z
    mean, *rest = pair if isinstance(pair, tuple) else (pair,)
    if len(rest) > 1:
        raise SampleError(f"{name} is a tuple of {1 + len(rest)}; (means, variances) are two")
    means = checks.variable(mean, name, "continuous", "continuous", device)
    if not rest:
        found = Posterior(means.values, torch.zeros_like(means.values))
        return replace(means, values=found)  # type: ignore[arg-type]  # indexed as a tensor
    spread = checks.variable(rest[0], f"the variances of {name}", "continuous", "continuous", device)
    if spread.values.shape != means.values.shape:
        shapes = f"{tuple(means.values.shape)} and {tuple(spread.values.shape)}"
        raise SampleError(f"the means and variances of {name} have the shapes {shapes}; they must be one")
    if (least := float(spread.values.min())) < 0:
        raise SampleError(f"the variances of {name} go down to {least:.4g}; none may be below 0 (are they logarithms?)")
    return replace(means, values=Posterior(means.values, spread.values))  # type: ignore[arg-type]  # as a tensor


def _variable(name: str, found: Factors, doubts: tuple[Doubt, ...]) -> checks.Variable:
    return checks.Variable(name, found, "factors", len(found.names), 0, doubts)  # type: ignore[arg-type]  # as a tensor


def _columns(data: Any, name: str) -> dict[str, Any]:
    """One column a factor, by name."""
    if isinstance(data, Mapping):
        return _named(list(data), list(data.values()), name)
    if hasattr(data, "columns"):
        return _named(list(data.columns), [data.iloc[:, place] for place in range(data.shape[1])], name)
    if hasattr(data, "iloc"):
        return {str(data.name or "factor"): data}
    array = checks.as_array(data, name)
    titles = ["factor"] if array.shape[1] == 1 else [f"factor {k}" for k in range(array.shape[1])]
    return {title: array[:, k] for k, title in enumerate(titles)}


def _named(titles: list[Any], columns: list[Any], name: str) -> dict[str, Any]:
    """Columns by their titles as texts.

    Raises:
        SampleError: without a column, or for two of one name.
    """
    if not titles:
        raise SampleError(f"{name} hold no column; at least one factor is needed")
    texts = [str(title) for title in titles]
    if twice := [text for text in texts if texts.count(text) > 1]:
        raise SampleError(
            f"{name} hold {texts.count(twice[0])} columns called {twice[0]!r}; every name must be its own"
        )
    return dict(zip(texts, columns, strict=True))


def _counted(titles: list[str], read: Mapping[str, tuple[Any, ...]]) -> tuple[Doubt, ...]:
    """A note that says which real numbers were counted, since they take few values."""
    named = ", ".join(f"{title} ({read[title][2]})" for title in titles)
    text = f"Real numbers of few different values were counted as levels: {named}."
    return (Doubt("kind", text, note=True),) if titles else ()


def _read(column: Any, found: checks.Variable) -> tuple[torch.Tensor, torch.Tensor, int, bool]:
    """Codes, numbers and levels of one column, and whether real numbers were counted."""
    if found.dim > 1:
        raise SampleError(f"{found.name} has {found.dim} values a sample; a factor has one")
    if found.kind == "discrete":
        return found.values, _numbers(column, found), found.levels, False
    values = found.values[:, 0]
    different, codes = torch.unique(values, return_inverse=True)
    if len(different) > max(2, min(FEW, len(values) // 5)):
        return torch.zeros_like(codes), values, 0, False
    return codes, values, len(different), True


def _numbers(column: Any, found: checks.Variable) -> torch.Tensor:
    """The values of a counted column where they are numbers, its codes where they are text."""
    array = np.asarray(checks.as_array(column, found.name))[:, 0]
    if array.dtype.kind not in "biuf":
        return found.values.double()
    return torch.as_tensor(array.astype(np.float64), device=found.values.device)
