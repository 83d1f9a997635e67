"""What many variables share: totals, what each adds, every pair, and pairs about a target."""

import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import torch

from explorer import checks
from explorer.device import on_all_cores, one_thread, seeded
from explorer.errors import InputError, SampleError
from explorer.estimators.many._atoms import Decomposed, pairs_of, reader_of
from explorer.estimators.many._methods import took
from explorer.estimators.many.o_information import OInformation
from explorer.estimators.many.s_omega_i import SOmegaI
from explorer.numerics.margins import gauss, standard
from explorer.reliability import interactions as said
from explorer.reliability.interval import LEVEL, spread_of
from explorer.reliability.judge import SMALL
from explorer.results.interactions import Interactions
from explorer.settings import Setting
from explorer.watching import report

METHOD = Setting("method", str, "auto", choices=("auto", "gaussian", "copula", "neighbors", "table", "score"))
SHUFFLES = 20
"""Times that every variable is shuffled by itself for the null, and the target for that of the atoms."""
AT_ONCE = 4
"""Shuffled targets between two reports."""


def interactions(
    x: Any,
    *,
    groups: str | Mapping[str, Sequence[int]] | None = None,
    names: Sequence[str] | None = None,
    method: str = "auto",
    y: Any = None,
    x_kind: str = "auto",
    y_kind: str = "auto",
    k: int = 5,
    interval: bool = True,
    null: bool = True,
    seed: int = 0,
    device: str = "auto",
) -> Interactions:
    """TC, DTC, O-information and S of many variables, what each adds, every pair, and pairs about a target y.

    With y every pair is decomposed: what both tell of it, each alone, and only both together. Labels are decomposed
    by BROJA; where x or y is real the redundancy is the smaller of the two informations (MMI), which is never
    less than that of BROJA: for normal variables and one target they agree. Real columns are standardised for that,
    and read by `gaussian`, `gaussian_copula` or `ksg`, as the method has it, or where labels tell of them by `ross`,
    and by `mixed_ksg` where more than k of their values coincide. Where real y looks like a function of a variable or
    of two, or they of y, as where it holds one of them, a doubt "deterministic" says so: no atom of a pair that holds
    them is known, and where that is every pair, y is not shuffled.

    Args:
        x: samples, shape (n, d), d >= 3 unless groups make fewer variables.
        groups: columns of every variable: text as "0-2,3,4+6", or {name: columns}; each column is one otherwise.
        names: of the variables; else those of a DataFrame's columns, or x0, x1, ...
        method: as of `o_information`: "auto", "gaussian", "copula", "neighbors" or "table"; or "score", `s_omega_i`,
            which trains once and has neither intervals nor a null.
        y: target paired with x, labels or real.
        x_kind, y_kind: "continuous", "discrete" or "auto".
        k: neighbours of "neighbors", and where a label is told by real values.
        interval: compute intervals from parts of the samples; with "neighbors" of the totals alone.
        null: compute the totals of 20 tables with every variable shuffled by itself, and the atoms with y shuffled.

    Raises:
        SampleError: for samples that cannot be used, fewer than three variables, or columns that determine others.
        SettingError: for a method or groups that break their rule.

    References: rosas2019; scagliarini2023; bertschinger2014; barrett2015.
    """
    start = time.perf_counter()
    text, called = _grouped(groups, names, x)
    entry = _entry(text, method, k)
    samples = entry.checked(x, kinds=(x_kind, "auto", "auto"), device=device)
    values = samples.x.values
    columns = entry.variables(values)
    called = called or [_name(group, samples.x.dim) for group in columns]
    if len(called) != len(columns):
        raise InputError(f"names holds {len(called)} names and there are {len(columns)} variables; give one each")
    target = None if y is None else checks.variable(y, "y", y_kind, "any", values.device)  # type: ignore[arg-type]
    if target is not None:
        checks.paired(samples.x, target)
    with one_thread() if len(values) <= SMALL else nullcontext(), seeded(seed, values.device):
        entry, why = entry.settled(values)  # type: ignore[assignment]  # the same kind of entry
        work = _Work(entry, values, seed)
        found = _read(work, called)
        again = method != "score"
        ends = work.ends(found, interval and again)
        shuffled = work.shuffled() if null and again else np.full((1, 4), np.nan)
        about_target = {} if target is None else _targeted(work, target, k, null, called)
    doubts = (*samples.x.doubts, *(target.doubts if target else ()), *entry.doubts_on(samples, found[2]))
    doubts = (*doubts, *took(entry.chosen(values), why), *said.of_score((interval or null) and not again))
    doubts = (*doubts, *said.of_totals(found, ends, shuffled), *about_target.pop("doubts", ()))
    about = {"method": entry.chosen(values), "n": len(values), "groups": text, "k": k, "seed": seed, "level": LEVEL}
    about |= {
        "shuffles": SHUFFLES if null and again else 0,
        "device": str(values.device),
        **about_target.get("about", {}),
    }
    about |= {"seconds": time.perf_counter() - start}
    shaped = work.shaped(found, ends, shuffled) | {name: one for name, one in about_target.items() if name != "about"}
    return Interactions(tuple(called), **shaped, doubts=doubts, about=about)


def _entry(groups: str, method: str, k: int) -> OInformation | SOmegaI:
    """The estimator of everything about all variables."""
    if METHOD.checked(method) == "score":
        return SOmegaI(groups=groups, gradients=True)
    return OInformation(groups=groups, method=method, k=k)  # type: ignore[arg-type]  # checked by the entry


@dataclass(frozen=True)
class _Work:
    """One set of variables: every number as one row, to be read again on parts of the samples."""

    entry: OInformation | SOmegaI
    values: torch.Tensor
    seed: int

    @property
    def count(self) -> int:
        return len(self.entry.variables(self.values))

    def read(self, rows: Any) -> np.ndarray:
        """Totals (4), gradients (N) and pairs (N (N - 1) / 2)."""
        some = self.values[rows]
        read = self.entry.entropy(some).details  # type: ignore[union-attr]  # both give a Reading
        pairs = self.entry.pairs(some) if isinstance(self.entry, OInformation) else read["pairs"]
        return np.array([*(read[name] for name in ("TC", "DTC", "Omega", "S")), *read["gradients"], *pairs])

    def totals(self, rows: Any) -> np.ndarray:
        """Totals alone."""
        return self._totals(self.values[rows])

    def ends(self, found: np.ndarray, wanted: bool) -> np.ndarray:
        """Low and high of every number, (2, m); NaN where there is none."""
        quick = self.entry.chosen(self.values) != "neighbors"
        read, known = (self.read, found) if quick else (self.totals, found[:4])
        ends = np.full((2, len(found)), np.nan)
        if wanted:
            rate, device = self.entry.rate(self.values), self.values.device
            spread = spread_of(read, known, len(self.values), device, rate, self.seed)
            ends[:, : len(known)] = spread.around(known)
        return ends

    def shuffled(self) -> np.ndarray:
        """Totals with every variable shuffled by itself, (SHUFFLES, 4)."""
        rng = np.random.default_rng(self.seed)
        tables = [self.entry.permuted(self.values, rng) for _ in range(SHUFFLES)]
        return np.array(on_all_cores(self._totals, tables, self.values.device))

    def shaped(self, found: np.ndarray, ends: np.ndarray, shuffled: np.ndarray) -> dict[str, np.ndarray]:
        """The arrays of the result."""
        named = {"": found, "_low": ends[0], "_high": ends[1]}
        totals = {f"totals{end}": row[:4] for end, row in named.items()}
        gradients = {f"gradients{end}": row[4 : 4 + self.count] for end, row in named.items()}
        pairs = {f"pairs{end}": _square(row[4 + self.count :], self.count) for end, row in named.items()}
        null = {"null": shuffled.mean(0), "null_low": shuffled.min(0), "null_high": shuffled.max(0)}
        return {**totals, **null, **gradients, **pairs}

    def _totals(self, values: torch.Tensor) -> np.ndarray:
        assert isinstance(self.entry, OInformation)  # what trains is read once
        both = self.entry.bare.read(values).totals
        return np.array([both.total, both.dual, both.o_information, both.s_information])


def _read(work: _Work, names: Sequence[str]) -> np.ndarray:
    """Every number, or a refusal that names the variables that others determine."""
    try:
        return work.read(slice(None))
    except SampleError as error:
        columns = [column for group in work.entry.variables(work.values) for column in group]
        n, method = len(work.values), work.entry.chosen(work.values)
        if method not in ("gaussian", "copula"):
            raise
        if n <= len(columns):
            raise SampleError(f"{n} samples are too few for the correlations of {len(columns)} columns") from error
        owners = [name for group, name in zip(work.entry.variables(work.values), names, strict=True) for _ in group]
        values = work.values[:, columns].double()
        raise SampleError(_determined(gauss(values) if method == "copula" else values, owners)) from error


def _determined(values: torch.Tensor, owners: Sequence[str]) -> str:
    """Which variable has the column, of (n, d), that those before it determine best, and whose they are."""
    centred = values - values.mean(0)
    upper = torch.linalg.qr(centred / centred.norm(dim=0)).R
    last = int(upper.diagonal().abs().argmin())
    weights = torch.linalg.lstsq(upper[:last, :last], upper[:last, last : last + 1]).solution[:, 0]
    used = weights.abs() > 1e-3 * weights.abs().max()
    own = owners[last]
    others = dict.fromkeys(repr(owners[i]) for i in torch.nonzero(used).flatten().tolist() if owners[i] != own)
    if not others:
        return f"columns of {own!r} determine each other exactly, as shares that sum to 1 do; leave {own!r} out"
    text = f"a column of {own!r} follows exactly from {', '.join(others)}"
    return f"{text}: the information is infinite; leave one of these variables out"


def _targeted(work: _Work, target: checks.Variable, k: int, null: bool, names: Sequence[str]) -> dict[str, Any]:
    """The atoms of every pair about the target, and the most that they read with it shuffled; and doubts."""
    values, y = (standard(one) if one.is_floating_point() else one for one in (work.values, target.values))
    variables = [work.entry.variable(values, i) for i in range(work.count)]
    labels = not any(one.is_floating_point() for one in (*variables, y))
    reader = "broja" if labels else reader_of(variables, y, k, work.entry.chosen(values))
    rng, unbounded = np.random.default_rng(work.seed), said.determined(variables, y, names)
    pairs = work.count * (work.count - 1) // 2
    times = SHUFFLES if null and sum(len(one.scores) for one in unbounded) < pairs else 0
    orders = [torch.as_tensor(rng.permutation(len(y)), device=y.device) for _ in range(times)]
    everything, found = pairs * (1 + len(orders)), list[Decomposed]()
    try:
        for one in pairs_of(variables, y, reader, k):
            report(len(found), everything, "pairs about the target")
            found.append(one)
    except SampleError as error:
        raise SampleError(unbounded[0].text.rstrip(".") if unbounded else str(error)) from error

    def shuffled(order: torch.Tensor) -> tuple[np.ndarray, ...]:
        return _atoms([*pairs_of(variables, y[order], reader, k)], work.count)

    tables = [_atoms(found, work.count)]
    for begin in range(0, len(orders), AT_ONCE):
        report(pairs * (1 + begin), everything, "pairs about the target shuffled")
        tables += on_all_cores(shuffled, orders[begin : begin + AT_ONCE], y.device)
    told: dict[str, Any] = dict(zip(("target", "redundancy", "unique", "synergy"), tables[0], strict=True))
    null_tables = tables[1:] or [tuple(np.full_like(one, np.nan) for one in tables[0])]
    alone, *most = (np.stack(one) for one in zip(*null_tables, strict=True))
    told |= {f"{name}_null_high": one.max(0) for name, one in zip([*told][1:], most, strict=True)}
    about = {"pid": found[0].measure, "estimator": found[0].estimator}
    told |= {"target_null": alone.mean(0), "about": about}
    return told | {"doubts": (*unbounded, *said.copied(variables, y, names), *said.of_target(told))}


def _atoms(found: Sequence[Decomposed], count: int) -> tuple[np.ndarray, ...]:
    """I(X_i; Y) (N,), redundancy, unique information and synergy (N, N) each."""
    alone, redundancy, unique, synergy = np.full(count, np.nan), *np.full((3, count, count), np.nan)
    for (i, j), one in zip(combinations(range(count), 2), found, strict=True):
        alone[i], alone[j], _ = one.informations
        redundancy[i, j] = redundancy[j, i] = one.atoms.redundancy
        unique[i, j], unique[j, i] = one.atoms.unique_1, one.atoms.unique_2
        synergy[i, j] = synergy[j, i] = one.atoms.synergy
    return alone, redundancy, unique, synergy


def _grouped(groups: Any, names: Sequence[str] | None, x: Any) -> tuple[str, list[str] | None]:
    """Groups as text, and names where they are known."""
    if isinstance(groups, Mapping):
        return ",".join("+".join(map(str, columns)) for columns in groups.values()), [*map(str, names or groups)]
    if names is not None:
        return groups or "", [str(name) for name in names]
    own = [str(name) for name in getattr(x, "columns", ())]
    return groups or "", own if own and not groups else None


def _name(columns: Sequence[int], width: int) -> str:
    """x3, or x0-x2 of several."""
    return f"x{columns[0]}" if len(columns) == 1 else f"x{columns[0]}–x{columns[-1]}"


def _square(row: np.ndarray, count: int) -> np.ndarray:
    found = np.full((count, count), np.nan)
    found[np.triu_indices(count, 1)] = row
    return np.where(np.isnan(found), found.T, found)
