"""One latent beside one factor: joint histogram, points, null, and the information over the number of bins.

Reading what is there needs no torch.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, cast

import numpy as np
from scipy.stats import norm

from explorer.coded.jobs import Kept, level_names
from explorer.errors import SettingError, UnknownNameError
from explorer.metrics import SHARED, Coded
from explorer.result import LEVEL
from explorer.results.latents import STRATEGIES, BinSweep, LatentFactor

if TYPE_CHECKING:
    import torch

    from explorer.factors import Factors

BINS = (3, 5, 7, 10, 14, 20, 30, 40, 50, 70, 100, 150, 200, 300)
POINTS = 5000
"""Samples that are drawn as points at most; of more, as many are chosen at random."""
SHUFFLES, SWEPT = 199, 19
"""Shuffles at the chosen number of bins, and at each of the others."""


@dataclass(frozen=True)
class Cell:
    """Which cell of the matrix to look into, and how it is cut.

    Attributes:
        latent: its place from 0.
        factor: its name.
        bins, strategy: cells of the latent, and of a factor that is real.
        seed: of shuffles, and of the points where not all are drawn.
    """

    latent: int
    factor: str
    bins: int = 20
    strategy: str = "equal_width"
    seed: int = 0

    def checked(self) -> "Cell":
        """The same with every setting typed.

        Raises:
            SettingError: for a setting that is out of its range, or a latent that is no whole number from 0 on.
        """
        rules = {one.name: one for one in SHARED}
        own = {name: rules[name].checked(getattr(self, name)) for name in ("bins", "strategy", "seed")}
        if isinstance(self.latent, bool) or not hasattr(self.latent, "__index__") or self.latent < 0:
            raise SettingError(f"latent={self.latent!r} must be a whole number of at least 0")
        return replace(self, latent=int(self.latent), factor=str(self.factor), **own)


def _seconds(coded: Coded, cell: Cell) -> float:
    """About how long it takes: four times as long where tables of many levels are counted where they are occupied."""
    n, named = coded.shape[0], coded.factors if isinstance(coded.factors, Mapping) else {}
    column = np.asarray(named.get(cell.factor, ()))
    levels = 0 if column.dtype.kind == "f" else len(set(column.tolist()))
    sparse = sum(levels * bins > 4 * n + 1024 for bins in BINS) / len(BINS)
    return 0.1 + n * (2e-5 + 6e-5 * sparse)


def _looked(coded: Coded, cell: Cell, device: str) -> LatentFactor:
    z, v = _columns(coded, cell, device)
    rng = np.random.default_rng(cell.seed)
    x, y = _cut(z, v, cell.bins, cell.strategy)
    read = _informations(x, y, _orders(rng, SHUFFLES, x))
    name, sweep = coded.latents[cell.latent], _sweep(z, v, cell, list(_orders(rng, SWEPT, x)))
    place = sweep.strategies.index(cell.strategy), int(np.searchsorted(sweep.bins, cell.bins))
    levels = level_names(coded, cell.factor, v)
    rows = np.sort(rng.choice(len(z), POINTS, replace=False)) if len(z) > POINTS else np.arange(len(z))
    about = asdict(cell) | {"n": len(z), "points": len(rows), "level": LEVEL, "shuffles": SHUFFLES}
    low, high = float(sweep.low[0][place]), float(sweep.high[0][place])
    return LatentFactor(
        latent=name,
        factor=cell.factor,
        counts=_counts(x, y, cell.bins, len(levels) or cell.bins),
        latent_edges=_edges(z, x, cell.bins, cell.strategy),
        factor_edges=np.arange(len(levels) + 1) - 0.5 if levels else _edges(v.numbers, y, cell.bins, cell.strategy),
        levels=levels,
        points=_points(z, v, rows),
        value=float(read[0]),
        low=low,
        high=high,
        entropies=_entropies(x, y),
        shuffled=read[1:],
        sweep=replace(sweep, about={**sweep.about, "latent": name}),
        about=about | {"interval": "jackknife", "cut": low == 0 < high},
    )


def _columns(coded: Coded, cell: Cell, device: str) -> "tuple[torch.Tensor, Factors]":
    """The latent as (n, 1) float64, and the factor alone."""
    from explorer import checks  # torch comes with it
    from explorer.device import resolve
    from explorer.factors import Factors, factors, posterior
    from explorer.numerics.posteriors import Posterior

    where = resolve(device)
    codes, columns = posterior(coded.z, "codes", where), factors(coded.factors, where)
    checks.paired(codes, columns)
    means, v = cast(Posterior, codes.values).mean, cast(Factors, columns.values)
    if cell.latent >= means.shape[1]:
        raise SettingError(f"latent={cell.latent} is not there; the code has {means.shape[1]} latents, from 0 on")
    if cell.factor not in v.names:
        raise UnknownNameError("factor that changes", cell.factor, v.names)
    k = v.names.index(cell.factor)
    alone = replace(v, names=(cell.factor,), codes=v.codes[:, [k]], numbers=v.numbers[:, [k]], levels=(v.levels[k],))
    return means[:, [cell.latent]].contiguous(), alone


def _cut(z: "torch.Tensor", v: "Factors", bins: int, strategy: str) -> "tuple[torch.Tensor, torch.Tensor]":
    """Codes of the latent and of the factor, (n,) each."""
    from explorer.numerics.bins import binned

    return binned(z, bins, strategy)[:, 0], v.cells(bins, strategy)[:, 0]


def _orders(rng: np.random.Generator, count: int, like: "torch.Tensor") -> "Iterator[torch.Tensor]":
    """So many orders of the rows of `like` (n,), a block (b, n) at a time."""
    import torch

    from explorer.device import rows_per_chunk

    at_once = rows_per_chunk(64 * len(like), like.device)
    for done in range(0, count, at_once):
        block = [rng.permutation(len(like)) for _ in range(min(at_once, count - done))]
        yield torch.as_tensor(np.stack(block), device=like.device)


def _informations(x: "torch.Tensor", y: "torch.Tensor", orders: "Iterable[torch.Tensor]") -> np.ndarray:
    """I of the codes x and y (n,), then with the rows of y in every order; (1 + p,) nats.

    Shuffling leaves both entropies as they are, so that only joint tables are counted again. No plug-in information is
    below 0; one that comes out there does so by rounding, and is 0.
    """
    import torch

    from explorer.numerics.tables import joint_entropies

    found = [joint_entropies(x, y[None])] + [joint_entropies(x, y[block]) for block in orders]
    return (sum(_entropies(x, y)) - torch.cat(found)).clamp(min=0).cpu().numpy()


def _sweep(z: "torch.Tensor", v: "Factors", cell: Cell, orders: "list[torch.Tensor]") -> BinSweep:
    """The information over the number of bins; an interval that would reach below 0 ends there, as `about` says."""
    from explorer.numerics.leave_one_out import information_error

    several = np.unique([*BINS, cell.bins])
    reach = float(norm.ppf((1 + LEVEL) / 2))
    value, error, null, null_high, cap = np.full((5, len(STRATEGIES), len(several)), np.nan)
    for s, strategy in enumerate(STRATEGIES):
        for b, bins in enumerate(several.tolist()):
            x, y = _cut(z, v, bins, strategy)
            read = _informations(x, y, orders)
            value[s, b], null[s, b], null_high[s, b] = read[0], read[1:].mean(), read[1:].max()
            error[s, b] = reach * information_error(x, y)
            cap[s, b] = min(np.log(bins), _entropies(x, y)[1])
    parts = {"value": value, "low": np.maximum(0, value - error), "high": value + error}
    parts |= {"null": null, "null_high": null_high}
    about = asdict(cell) | {"n": len(z), "shuffles": SWEPT, "level": LEVEL, "interval": "jackknife"}
    named = {name: one[None] for name, one in parts.items()}
    about["cut"] = bool((error > value).any())
    return BinSweep(("information",), STRATEGIES, several, **named, cap=cap, about=about)


def _entropies(x: "torch.Tensor", y: "torch.Tensor") -> tuple[float, float]:
    from explorer.numerics.cells import entropy

    return float(entropy(x)), float(entropy(y))


def _counts(x: "torch.Tensor", y: "torch.Tensor", rows: int, columns: int) -> np.ndarray:
    import torch

    flat = torch.bincount(x * columns + y, minlength=rows * columns)
    return flat.reshape(rows, columns).cpu().numpy()


def _edges(column: "torch.Tensor", cells: "torch.Tensor", bins: int, strategy: str) -> np.ndarray:
    """The (bins + 1,) ends of the cells of the values (n, 1); of equal frequency each begins at its smallest value."""
    ordered = np.sort(column[:, 0].cpu().numpy())
    if strategy == "equal_width":
        return np.linspace(ordered[0], ordered[-1], bins + 1)
    places = np.searchsorted(np.sort(cells.cpu().numpy()), np.arange(bins))
    return np.r_[ordered[np.minimum(places, len(ordered) - 1)], ordered[-1]]


def _points(z: "torch.Tensor", v: "Factors", rows: np.ndarray) -> np.ndarray:
    """(m, 2) the latent, and the number of a real factor or the place of the level of a counted one."""
    of = v.codes if v.levels[0] else v.numbers
    both = np.stack([one[:, 0].cpu().numpy()[rows] for one in (z, of)], 1)
    return both.astype(np.float32).astype(float)


CELL: Kept[Cell, LatentFactor] = Kept(
    module=__name__,
    plan=Cell,
    reader=lambda coded, cell, device: lambda: _looked(coded, cell, device).to_dict(),
    result=lambda _coded, _cell, rows: LatentFactor.from_dict(rows[()]) if rows else None,
    seconds=_seconds,
    title=lambda coded, cell: (
        f"Latent {dict(enumerate(coded.latents)).get(cell.latent, cell.latent)} and {cell.factor} of {coded.title}"
    ),
)
collected, compute = CELL.collected, CELL.compute
run, specification, submitted = CELL.run, CELL.specification, CELL.submitted
