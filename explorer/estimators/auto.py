"""The estimator that looks at the data first."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import torch

from explorer.catalogue import estimators
from explorer.checks import repeated, varying
from explorer.errors import InputError, SampleError
from explorer.estimators.base import Estimator, Formula, Point
from explorer.numerics import mixtures, student
from explorer.numerics.intrinsic import two_nearest
from explorer.numerics.margins import gauss, tamed
from explorer.result import Doubt, in_both, off, repr_call

ATOMS = 0.05
"""Share of samples whose value repeats, from which a real variable is taken to be mixed."""

FEW_COLUMNS = 3
"""Joint columns up to which nearest neighbours are the reference."""

REDUNDANT = 0.7
"""Intrinsic dimension over that of the columns set against each other, below which columns repeat each other."""

COMPONENTS = 12
"""Normal components that are tried at most."""

ALONE = "as many classes as samples tell nothing; is it an identifier, or should its kind be set to continuous?"

PAIRS = 2e10
"""Work (n^2 columns) up to which nearest neighbours are asked as well in many columns."""

Choice = tuple[Estimator, str]


@dataclass
class Look:
    """What was seen on the way to a choice.

    Attributes:
        candidates: what those that were asked read, in nats.
        open: why the choice is not to be relied on, or empty.
    """

    candidates: dict[str, float] = field(default_factory=dict)
    open: str = ""


@dataclass(frozen=True)
class Auto(Estimator):
    r"""Looks at kinds, ties, dimensions, tails and shape, chooses an estimator, and says which and why.

    1. Entropy: `nsb` of discrete values; `kozachenko_leonenko` of real ones, `gaussian` where those look normal.
    2. A condition: `nsb` where all is discrete; `gaussian_copula` where the normal copula has the lowest BIC in
       more than three columns; else `ksg`, or `mixed_ksg` where some values are discrete or repeat.
    3. Two discrete variables: `nsb`.
    4. A label and a real variable: `ross`; `mixed_ksg` where the real one has values that repeat.
    5. Values that repeat in 5 % of the samples: `mixed_ksg` on normal scores.
    6. Columns that repeat each other (intrinsic dimension below 70 % of that of the same columns shifted apart):
       `ksg` on normal scores, extrapolated.
    7. Else the copula with the lowest BIC: `gaussian_copula`, `student_copula`, or a `gaussian_mixture` of
       up to twelve normal components on normal scores. It is taken unless `ksg` on normal scores reads more by
       over max(0.05 nats, 10 %, 2.5 / sqrt(n)); in up to three columns `ksg` is taken instead of a mixture,
       or where the two differ.

    The thresholds were chosen on the tasks marked as design in `explorer/benchmark/tasks.py` and judged on
    the others. What the candidates read is in `details`; `open` there, which becomes a doubt, says when none
    of them is to be relied on. The null, the interval and the other doubts are those of the chosen estimator.

    Raises:
        SampleError: for labels that all differ, beside a real variable: as many classes as samples tell nothing.

    References: kraskov2004; ince2017; demarta2005; schwarz1978; facco2017; ross2014; nemenman2002.
    """

    amounts: ClassVar[bool] = True
    finds: ClassVar[tuple[str, ...]] = ("bivariate_normal", "student_t", "swiss_roll", "discrete_table")

    def settled(self, *samples: torch.Tensor) -> tuple[Estimator, Mapping[str, Any]]:
        """The chosen estimator; details: chosen, because, what the candidates read, and what remains open."""
        look = Look()
        chosen, because = _choice(tuple(map(_moving, samples)), look)
        details = {"chosen": repr_call(chosen.name, chosen.settings), "because": because}
        return chosen, details | {name: value for name, value in vars(look).items() if value}

    def nats(self, x: torch.Tensor, y: torch.Tensor) -> Formula:
        return self.settled(x, y)[0].nats(x, y)

    def conditional(self, x: torch.Tensor, y: torch.Tensor, z: torch.Tensor) -> Formula:
        return self.settled(x, y, z)[0].conditional(x, y, z)

    def entropy(self, x: torch.Tensor) -> Formula:
        return self.settled(x)[0].entropy(x)

    def point(self, x: torch.Tensor, t: torch.Tensor, ys: Sequence[torch.Tensor]) -> Point:
        """A choice for I(X;T) and one for I(T;Y), which the permutations of y share."""
        first = self.settled(x, t)[0]
        information = float(first.nats(x, t))
        names, found = [first.name], []
        if ys:
            second = self.settled(t, ys[0])[0]
            names, found = [first.name, second.name], [float(second.nats(t, y)) for y in ys]
        said = Doubt("chosen", f"auto took {' for I(X;T) and '.join(names)}{' for I(T;Y)' if ys else ''}.", note=True)
        return Point(information, found, (said,), first.doubts(x, t, information))


def _choice(samples: tuple[torch.Tensor, ...], look: Look) -> Choice:
    discrete = [not one.is_floating_point() for one in samples]
    if all(discrete):
        return _entry("nsb"), "all values are discrete"
    if len(samples) == 1:
        return _of_one(samples[0])
    if any(discrete):
        return _with_labels(samples)
    if not all(bool((one != one[0]).any()) for one in samples[:2]):
        return _mixed(), "one variable never changes"
    tied = max(repeated(column[:, None]) for one in samples for column in one.T)
    if tied > ATOMS:
        because = f"{tied:.0%} of the samples have values that repeat"
        return _mixed(), because
    return _of_pair(samples[0], samples[1], look) if len(samples) == 2 else _of_three(*samples)


def _moving(values: torch.Tensor) -> torch.Tensor:
    """The columns that change, or all where none does."""
    if not values.is_floating_point():
        return values
    return kept if (kept := varying(values)).shape[1] else values


def _of_one(x: torch.Tensor) -> Choice:
    if x.shape[1] > FEW_COLUMNS and _is_normal(x):
        return _entry("gaussian"), "the columns look jointly normal"
    return _entry("kozachenko_leonenko"), "the values are real"


def _with_labels(samples: tuple[torch.Tensor, ...]) -> Choice:
    for one in samples:
        if not one.is_floating_point() and len(torch.unique(one)) == len(one):
            raise SampleError(f"a discrete variable has {len(one)} different values in {len(one)} samples: {ALONE}")
    tied = max(repeated(one) for one in samples if one.is_floating_point())
    if len(samples) == 2 and tied == 0:
        return _entry("ross"), "one variable is a label and the other real"
    return _mixed(), "discrete values stand beside real ones" + (" that repeat" if tied else "")


def _of_three(x: torch.Tensor, y: torch.Tensor, z: torch.Tensor) -> Choice:
    both = torch.cat([x, z, y], 1)
    if both.shape[1] > FEW_COLUMNS and _is_normal(gauss(varying(both))):
        return _entry("gaussian_copula"), "the normal copula describes all columns best (BIC)"
    return _ranked(), "the values are real"


def _of_pair(x: torch.Tensor, y: torch.Tensor, look: Look) -> Choice:
    columns = x.shape[1] + y.shape[1]
    if (thin := _thin(x)) or (thin := _thin(y)):
        because = f"the columns repeat each other: {thin}"
        return (_mixed() if repeated(torch.cat([x, y], 1)) else _ranked(extrapolate=True)), because
    copula, because = _copula(x, y)
    if columns <= FEW_COLUMNS and copula.name == "gaussian_mixture":
        return _ranked(), "in few columns nearest neighbours follow any shape"
    if len(x) ** 2 * columns > PAIRS:
        return copula, f"{because}; nearest neighbours were not asked, {len(x)} samples of {columns} columns take long"
    return _against(copula, because, x, y, look)


def _against(copula: Estimator, because: str, x: torch.Tensor, y: torch.Tensor, look: Look) -> Choice:
    """The copula unless nearest neighbours see more, or in few columns something else."""
    near, read = _ranked(), look.candidates
    for one in (copula, near):
        try:
            read[one.name] = float(one.nats(x, y))
        except InputError:
            return (near, because + ", and cannot be fitted") if one is copula else (copula, because)
    model, seen = read[copula.name], read["ksg"]
    margin = max(0.05, 0.1 * abs(model), 2.5 / math.sqrt(len(x)))
    if x.shape[1] + y.shape[1] <= FEW_COLUMNS:
        if seen > model + margin:
            return near, f"nearest neighbours read {in_both(seen)} where the best copula reads {in_both(model)}"
        return (
            (near, "in few columns nearest neighbours are the reference")
            if seen < model - margin
            else (copula, because)
        )
    return _in_many_columns(copula, because, seen > model + margin, x, y, look)


def _in_many_columns(
    copula: Estimator, because: str, more: bool, x: torch.Tensor, y: torch.Tensor, look: Look
) -> Choice:
    """A copula of one piece is taken at its word; a mixture, or nearest neighbours that see more, are not."""
    read, further = look.candidates, _ranked(extrapolate=True)
    if not more and copula.name != "gaussian_mixture":
        return copula, because
    read["ksg, extrapolated"] = float(further.nats(x, y))
    if more:
        look.open = (
            "no copula that was tried describes the samples, and nearest neighbours in many columns are carried far"
        )
        return (
            further,
            f"nearest neighbours read {in_both(read['ksg'])} where the best copula reads {in_both(read[copula.name])}",
        )
    if off(read["ksg, extrapolated"], read[copula.name]):
        look.open = f"nearest neighbours, carried to k = 0, read {in_both(read['ksg, extrapolated'])}"
    return copula, because


def _copula(x: torch.Tensor, y: torch.Tensor) -> Choice:
    """The copula with the lowest BIC."""
    scores = gauss(torch.cat([x, y], 1))
    n, d = scores.shape
    if n < 2 * d or (fit := student.fitted(scores)) is None:
        return _entry("gaussian_copula"), f"{n} samples are few for {d} columns"
    mixture = mixtures.fitted(scores, COMPONENTS)
    margins = float((-scores.square() / 2 - math.log(2 * math.pi) / 2).sum())
    free = mixture.parameters - 2 * d  # means and variances belong to the margins
    criterion = free * math.log(n) - 2 * (float(mixture.log_density(scores).sum()) - margins)
    if len(mixture) > 1 and criterion < fit.criterion(n):
        text = f"a mixture of {len(mixture)} normal components describes the normal scores best (BIC)"
        return _entry("gaussian_mixture", margins="gauss", components=len(mixture), bootstrap=0), text
    if math.isfinite(fit.freedom):
        return _entry("student_copula"), f"a Student copula with {fit.freedom:g} degrees of freedom is best (BIC)"
    return _entry("gaussian_copula"), "the normal copula describes the ranks best (BIC)"


def _is_normal(values: torch.Tensor) -> bool:
    return len(values) >= 2 * values.shape[1] and len(mixtures.fitted(values, 2)) == 1


def _thin(values: torch.Tensor) -> str:
    """In words, how few coordinates the columns need; empty where they need most of them."""
    n, columns = values.shape
    if columns == 1:
        return ""
    even = tamed(values)
    apart = torch.stack([even[:, i].roll(i * n // columns) for i in range(columns)], 1)  # the same, independent
    found, most = two_nearest(even), two_nearest(apart)
    return f"intrinsic dimension {found:.1f} of {most:.1f}" if found < REDUNDANT * most else ""


def _ranked(**settings: Any) -> Estimator:
    return _entry("ksg", k=3, margins="gauss", **settings)


def _mixed() -> Estimator:
    return _entry("mixed_ksg", k=3, margins="gauss")


def _entry(name: str, **settings: Any) -> Estimator:
    return estimators[name](**settings)
