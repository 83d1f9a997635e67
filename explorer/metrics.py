"""What is asked of a code: its data, by which scores, and what intervals and nulls they take; needs no torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from explorer import arrays
from explorer.catalogue import measures
from explorer.data import digest, host
from explorer.errors import SampleError, SettingError, UnknownNameError
from explorer.measures._effort import seconds
from explorer.settings import Range, Setting, checked_settings

FAMILY = "disentanglement"
MATRIX = "matrix"
SHARED = (
    Setting("bins", int, 20, Range(2, 1000)),
    Setting("strategy", str, "equal_width", None, ("equal_width", "equal_frequency")),
    Setting("assignment", str, "hungarian", None, ("hungarian", "order")),
    Setting("trust", str, "quick", None, ("all", "quick", "none")),
    Setting("seed", int, 0, Range(0, 2**31 - 1)),
)
REPEATS = 70
"""Readings that an interval and a null take, about."""
QUICK = 4.0
"""Seconds that the interval and null of one score may take to be computed unasked."""


@dataclass(frozen=True)
class Coded:
    """Codes of one model, with their noise where it is known, and the factors that made the data.

    Attributes:
        means: (n, d).
        factors: columns by name, or anything that `explorer.factors.factors` reads.
        variances: (n, d) of q(z|x); None where it is not known.
        texts: what names the same in files or recordings, for a job: codes, factors, variances.
        names: of the columns of means, where these have none themselves.
        notes: what was left out when files were read, each a sentence.

    Raises:
        SampleError: for codes that are a single value, or codes and factors of different length.
    """

    means: Any
    factors: Any
    variances: Any = None
    texts: Mapping[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (n := _length(self.means)) is None:
            raise SampleError(f"codes={str(self.means)[:40]!r} is a single value; samples are needed, one a row")
        columns = self.factors if isinstance(self.factors, Mapping) else {"factors": self.factors}
        lengths = {name: _length(column) for name, column in columns.items()}
        for name, m in lengths.items():
            if m not in (n, None):
                which = "factors" if set(lengths.values()) == {m} else f"factor {name}"
                raise SampleError(f"codes has {n} samples and {which} has {m}; they must be paired row by row")

    @classmethod
    def named(cls, codes: str, factors: str, variances: str = "") -> "Coded":
        """As texts name them: FILE:NAME, RUN:STEP:LAYER, RUN:factors.

        Raises:
            FileError: for a file or folder that cannot be read.
            UnknownNameError: for an array, step, layer or column that is not there.
            SampleError: as the class.
        """
        texts = {"codes": codes, "factors": factors, "variances": variances}
        found, spread = arrays.read(codes), arrays.read(variances) if variances else None
        notes = dict.fromkeys((*found.notes, *(spread.notes if spread else ())))
        noise = spread and spread.values
        return cls(found.values, arrays.columns(factors), noise, texts, found.names, tuple(notes))

    @property
    def z(self) -> Any:
        """Codes as measures that know of noise take them."""
        return self.means if self.variances is None else (self.means, self.variances)

    @cached_property
    def shape(self) -> tuple[int, int]:
        """Samples and latents."""
        means = np.asarray(host(self.means))
        return len(means), means.size // max(1, len(means))

    @property
    def latents(self) -> tuple[str, ...]:
        """Names of the d latents: those of the columns where each has its own, else "0", "1", ..."""
        given = tuple(map(str, self.names or getattr(self.means, "columns", ())))
        numbers = tuple(map(str, range(self.shape[1])))
        return given if len(given) == len(set(given)) == len(numbers) else numbers

    @property
    def named_latents(self) -> tuple[str, ...]:
        """The same; none where they are numbered."""
        return () if self.latents == tuple(map(str, range(self.shape[1]))) else self.latents

    @property
    def title(self) -> str:
        """The codes as a job is called after them, without folders."""
        return arrays.short(self.texts["codes"]) if self.texts else "codes"

    @property
    def absolute(self) -> dict[str, str]:
        """The texts for a process that runs in another folder.

        Raises:
            SettingError: for codes in memory, which another process cannot read.
        """
        if not self.texts:
            raise SettingError("a job needs codes and factors in files or a recording; these are in memory")
        return {name: arrays.absolute(text) if text else "" for name, text in self.texts.items()}

    @cached_property
    def digest(self) -> str:
        """Of all numbers and names."""
        named = self.factors if isinstance(self.factors, Mapping) else {"": self.factors}
        parts = [part for name, column in named.items() for part in (name, np.asarray(host(column)))]
        columns = [str(name) for name in getattr(self.factors, "columns", ())]
        codes = [np.asarray(host(one)) for one in (self.means, self.variances) if one is not None]
        return digest(*codes, columns, *parts, *self.named_latents)


@dataclass(frozen=True)
class Metrics:
    """What is asked of a code.

    Attributes:
        names: catalogue keys of measures of disentanglement; none asks for all.
        bins, strategy: how latents and real factors are cut, for every score that has both settings; others keep the
            number of bins that is usual for them.
        assignment: which latent is meant to hold which factor, where a score asks: the one that tells most, each latent
            once ("hungarian"), or the i-th latent the i-th factor ("order").
        settings: of single scores by key, on top of the shared.
        trust: intervals and nulls for "all" scores, those that are "quick", or "none".
        seed: of everything random.
    """

    names: tuple[str, ...] = ()
    bins: int = 20
    strategy: str = "equal_width"
    assignment: str = "hungarian"
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    trust: str = "quick"
    seed: int = 0

    def checked(self) -> "Metrics":
        """The same with every name and setting known and typed.

        Raises:
            UnknownNameError: for a measure that is not there.
            SettingError: for one of something else, or a setting that does not exist or is out of its range.
        """
        names = tuple(dict.fromkeys([self.names] if isinstance(self.names, str) else self.names)) or scores()
        for name in (*names, *self.settings):
            if name not in measures:
                raise UnknownNameError("score of disentanglement", name, scores())
            if name not in scores():
                raise SettingError(f"metrics={name!r} scores no codes against factors; these do: {', '.join(scores())}")
        shared = {one.name: one.checked(getattr(self, one.name)) for one in SHARED}
        for name, given in self.settings.items():
            if not isinstance(given, Mapping):
                raise SettingError(f"settings[{name!r}]={given!r} must map settings to values, as {{'bins': 10}}")
        own = {
            name: checked_settings(measures.card(name).settings, given, name) for name, given in self.settings.items()
        }
        return replace(self, names=names, settings=own, **shared)

    def of(self, name: str) -> dict[str, Any]:
        """Every setting of one score."""
        card = measures.card(name)
        full = {one.name: one.default for one in card.settings}
        cuts = ("bins", "strategy") if {"bins", "strategy"} <= full.keys() else ()
        shared = {key: getattr(self, key) for key in (*cuts, "assignment") if key in full}
        return full | shared | dict(self.settings.get(name, {}))

    def trusts(self, name: str, n: int, width: int) -> bool:
        """Whether the interval and null of one score are asked for, of n samples of d latents."""
        if self.trust != "quick" or name == MATRIX:
            return self.trust != "none"
        return REPEATS * effort(name, n, width) <= QUICK


def scores() -> tuple[str, ...]:
    """Measures that score one code, by key."""
    cards = [measures.card(name) for name in measures]
    return tuple(
        card.name for card in cards if card.family == FAMILY and card.constants.get("against") != "representation"
    )


def effort(name: str, n: int, width: int) -> float:
    """About how many seconds one value takes."""
    return seconds(measures.card(name).constants.get("effort", (0.01, 1e-7)), n, width)


def _length(values: Any) -> int | None:
    """How many rows there are; None for a single value."""
    single = isinstance(values, str) or not hasattr(values, "__len__") or getattr(values, "ndim", 1) == 0
    return None if single else len(values)
