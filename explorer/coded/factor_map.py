"""Where latents stand as factors change: means over two factors as a map, and over single factors as curves.

Reading what is there needs no torch.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from scipy.stats import norm

from explorer.coded.jobs import Kept, level_names
from explorer.errors import SampleError, SettingError, UnknownNameError
from explorer.metrics import SHARED, Coded
from explorer.result import LEVEL
from explorer.results.latents import ACTIVE, Curves, FactorMap

MOST = 12
"""Latents that are shown unasked: those whose means vary most."""
SERIES = 6
"""Levels of a factor that may have a curve each."""
BANDS = ("interval", "deviation")


@dataclass(frozen=True)
class View:
    """What to show of which latents.

    Attributes:
        latents: places from 0, in the order of the rows; None takes the active ones, 12 at most.
        plane: two factors of the map, or none of them; None takes two of the same, largest number of levels.
        curves: factors with curves; None takes all that are in no map and are no series.
        series: a factor of few levels that has a curve a level, or "" for none; None takes that of fewest levels.
        band: "interval" is that of the mean at 90 %, "deviation" the standard deviation of the latent around its mean.
        bins, strategy: cells of factors that are real.
        seed: nothing here is random; it is kept for the job.
    """

    latents: tuple[int, ...] | None = None
    plane: tuple[str, ...] | None = None
    curves: tuple[str, ...] | None = None
    series: str | None = None
    band: str = "interval"
    bins: int = 20
    strategy: str = "equal_width"
    seed: int = 0

    def checked(self) -> "View":
        """The same with every setting typed.

        Raises:
            SettingError: for a setting that is out of its range, or a map of one factor.
        """
        rules = {one.name: one for one in SHARED}
        own = {name: rules[name].checked(getattr(self, name)) for name in ("bins", "strategy", "seed")}
        listed = {name: None if (one := getattr(self, name)) is None else tuple(one)
                  for name in ("latents", "plane", "curves")}  # fmt: skip
        if self.band not in BANDS:
            raise SettingError(f"band={self.band!r} must be one of {', '.join(map(repr, BANDS))}")
        if listed["plane"] and len(set(listed["plane"])) != 2:
            raise SettingError(f"plane={listed['plane']!r} must name two factors, or none")
        return replace(self, **own, **cast(dict[str, Any], listed))


@dataclass(frozen=True)
class _Factor:
    """Cells of one factor, (n,), where they stand, and their names."""

    cells: np.ndarray
    at: np.ndarray
    names: tuple[str, ...]


def _mapped(coded: Coded, view: View) -> FactorMap:
    from explorer import checks  # torch comes with it
    from explorer.factors import Factors, factors, posterior
    from explorer.numerics.posteriors import Posterior

    codes, columns = posterior(coded.z, "codes"), factors(coded.factors)
    checks.paired(codes, columns)
    v, z = cast(Factors, columns.values), cast(Posterior, codes.values).mean.numpy()
    view = _chosen(view, dict(zip(v.names, v.levels, strict=True)))
    cells = v.cells(view.bins, view.strategy).numpy()
    read = {
        name: _factor(cells[:, k], v.numbers[:, k].numpy(), level_names(coded, name, v))
        for k, name in enumerate(v.names)
    }
    latents, left = _latents(z, view, coded.variances is not None)
    z = z[:, latents]
    series = read[view.series] if view.series else _Factor(np.zeros(len(z), int), np.zeros(1), ("",))
    about = {"n": len(z), "band": view.band, "level": LEVEL, "left": left, "bins": view.bins, "seed": view.seed}
    return FactorMap(
        latents=tuple(coded.latents[j] for j in latents),
        plane=view.plane or (),
        plane_at=tuple(read[name].at for name in view.plane or ()),
        plane_mean=_plane(z, *(read[name] for name in view.plane)) if view.plane else np.zeros((len(latents), 0, 0)),
        curves=tuple(_curves(z, name, read[name], series, view.band) for name in view.curves or ()),
        series=view.series or "",
        series_levels=series.names,
        about=about | {"real": [v.names[k] for k in v.real]},
    )


def _chosen(view: View, levels: Mapping[str, int]) -> View:
    """The view with factors where it left them open: a series of few levels, a map of two factors alike, the rest."""
    for name in (*(view.plane or ()), *(view.curves or ()), *([view.series] if view.series else ())):
        if name not in levels:
            raise UnknownNameError("factor that changes", name, levels)
    size = {name: count or view.bins for name, count in levels.items()}
    free = [name for name in levels if name not in (view.plane or ()) and name not in (view.curves or ())]
    few = [name for name in free if 2 <= levels[name] <= SERIES]
    series = view.series
    if series is None:
        series = min(few, key=size.__getitem__) if few and len(levels) > 1 else ""
    elif series and not 2 <= levels[series] <= SERIES:
        raise SettingError(
            f"series={series!r} has {levels[series] or 'no'} levels; 2 to {SERIES} can have a curve each"
        )
    plane = view.plane
    if plane is None:
        pairs = [(a, b) for i, a in enumerate(free) for b in free[i + 1 :] if series not in (a, b)]
        plane = max(pairs, key=lambda pair: _alike(*(size[one] for one in pair)), default=())
    curves = view.curves
    if curves is None:
        rest = tuple(name for name in levels if name not in plane and name != series)
        curves = rest or plane or tuple(levels)
    return replace(view, series=series, plane=plane, curves=curves)


def _alike(a: int, b: int) -> tuple[bool, int]:
    """Pairs of equally many levels come first, then those of most cells."""
    return a == b, a * b


def _factor(cells: np.ndarray, numbers: np.ndarray, names: tuple[str, ...]) -> _Factor:
    """Cells that occur, numbered from 0; each stands at the mean of its numbers."""
    _, places = np.unique(cells, return_inverse=True)
    at = np.bincount(places, numbers) / np.bincount(places)
    return _Factor(places, at, names or tuple(f"{one:.4g}" for one in at))


def _latents(z: np.ndarray, view: View, noisy: bool) -> tuple[list[int], str]:
    """Places of the rows, and a sentence on those that are left out."""
    if view.latents is not None:
        for j in view.latents:
            if not 0 <= j < z.shape[1]:
                raise SettingError(
                    f"latents hold {j}, which is not there; the code has {z.shape[1]} latents, from 0 on"
                )
        return list(view.latents), ""
    least = ACTIVE if noisy else 0.0
    spread = z.var(0)
    found = np.flatnonzero(spread > least).tolist()
    if not found:
        raise SampleError("no latent changes enough to be drawn; name some, as latents=[0, 1]")
    left = []
    if len(found) < z.shape[1]:
        rule = f"the variance of whose means is at most {ACTIVE:g}" if noisy else "which never change"
        left.append(f"{z.shape[1] - len(found)} of {z.shape[1]} latents, {rule}, are left out")
    if len(found) > MOST:
        left.append(f"of {len(found)} others the {MOST} whose means vary most are shown")
        found = sorted(np.argsort(-spread, kind="stable")[:MOST].tolist())
    return found, "; ".join(left)


def _plane(z: np.ndarray, first: _Factor, second: _Factor) -> np.ndarray:
    """(d, A, B) means."""
    cells = first.cells * len(second.at) + second.cells
    mean, _, _ = _grouped(z, cells, len(first.at) * len(second.at))
    return mean.T.reshape(z.shape[1], len(first.at), len(second.at))


def _curves(z: np.ndarray, name: str, factor: _Factor, series: _Factor, band: str) -> Curves:
    width = len(factor.at)
    mean, deviation, count = _grouped(z, series.cells * width + factor.cells, len(series.at) * width)
    if band == "interval":
        deviation = deviation * float(norm.ppf((1 + LEVEL) / 2)) / np.sqrt(np.maximum(count, 1))[:, None]
    mean, low, high = (
        one.T.reshape(z.shape[1], len(series.at), width) for one in (mean, mean - deviation, mean + deviation)
    )
    return Curves(name, factor.at, factor.names, mean, low, high)


def _grouped(z: np.ndarray, groups: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Means and standard deviations of the columns of z in every group, (size, d), and its samples; NaN without any."""
    count = np.bincount(groups, minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.stack([np.bincount(groups, column, size) for column in z.T], 1) / count[:, None]
        away = (z - mean[groups]) ** 2
        square = np.stack([np.bincount(groups, column, size) for column in away.T], 1)
        return mean, np.sqrt(square / (count - 1)[:, None]), count


MAP: Kept[View, FactorMap] = Kept(
    module=__name__,
    plan=View,
    reader=lambda coded, view, _: lambda: _mapped(coded, view).to_dict(),
    result=lambda _coded, _view, rows: FactorMap.from_dict(rows[()]) if rows else None,
    seconds=lambda coded, _: 0.05 + 1e-7 * coded.shape[0] * coded.shape[1],
    title=lambda coded, _: f"Latents over factors of {coded.title}",
    device="cpu",
)
collected, compute = MAP.collected, MAP.compute
run, specification, submitted = MAP.run, MAP.specification, MAP.submitted
