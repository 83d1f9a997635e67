"""What can be seen of a probe: labels that one input column tells, repeated rows, order in the file, balance."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from explorer.data import identity, row_digests
from explorer.reliability.sanity import Finding

LOOKED = 2000
"""Rows from which single columns are judged, evenly spaced ones of more: one half to fit, one to test."""
COLUMNS = 20_000
"""Input columns that are tried, evenly spaced ones of more."""
LEVELS = 16
"""Levels of a column: its own values where they are no more, else bins of equal counts."""
CLASSES = 50
"""Values up to which labels are classes; of more, real numbers are targets."""
NEARLY = 0.98
"""Share of the largest class's errors, or of the variance, that a column tells, from which it is named."""
RARE, RULING = 10, 0.9

UNSEEN = Finding(
    "what a recording cannot show",
    "Whether the probe samples were in the training data cannot be seen from a recording alone.",
    "Open the recording of the training samples under Two recordings: rows that both hold are counted.",
    note=True,
)


def of_probe(x: np.ndarray | None, columns: Mapping[str, np.ndarray]) -> list[Finding]:
    """Findings on the inputs x, (n, ...), and the labels and factors, (n,) each."""
    found = [*_inputs(x), *_repeats(x, columns), *_told_by_one(x, columns), *_same(columns)]
    for name, column in columns.items():
        found += [*_balance(name, column), *_order(name, column)]
    return [*found, UNSEEN]


def told_by(x: np.ndarray, column: np.ndarray) -> tuple[int, float]:
    """Which column of x, (n, d), tells `column`, (n,), best, and what share of it: 0 nothing, 1 all.

    Every column is cut into at most 16 levels. One half of the rows gives each level its most frequent class, or its
    mean where there are more than 50 numbers; the share is that of the largest class's errors, or of the variance,
    that these leave out on the other half. Of more than 2000 rows and 20 000 columns evenly spaced ones are looked at.

    Raises:
        ValueError: for fewer than 8 rows.
    """
    rows = np.linspace(0, len(x) - 1, min(len(x), LOOKED)).round().astype(int)
    if len(rows) < 8:
        raise ValueError(f"{len(rows)} rows; at least 8 are needed to fit and to test")
    flat = x.reshape(len(x), -1)
    tried = np.linspace(0, flat.shape[1] - 1, min(flat.shape[1], COLUMNS)).round().astype(int)
    values, codes = np.unique(column[rows], return_inverse=True)
    numbers = len(values) > CLASSES and column.dtype.kind in "iuf"
    target = column[rows].astype(float) if numbers else codes.ravel()
    shuffled = np.random.default_rng(0).permutation(len(rows))  # halves in the order of the file may differ
    fit, test = shuffled[::2], shuffled[1::2]
    shares = np.array([_share(_levels(flat[rows, one]), target, fit, test, numbers) for one in tried])
    best = int(np.argmax(shares))
    return int(tried[best]), float(shares[best])


def ordered(column: np.ndarray) -> float:
    """Share of neighbours in the file that have equal labels, over what a random order would give.

    1 in a random order, and the number of classes where n samples come class by class.
    """
    _, counts = np.unique(column, return_counts=True)
    n = len(column)
    expected = float((counts * (counts - 1)).sum()) / max(1, n * (n - 1))
    return float((column[1:] == column[:-1]).mean()) / expected if expected else 1.0


def _levels(column: np.ndarray) -> np.ndarray:
    values, codes = np.unique(column, return_inverse=True)
    if len(values) <= LEVELS:
        return codes.ravel()
    return np.searchsorted(np.quantile(column, np.linspace(0, 1, LEVELS + 1)[1:-1]), column, side="right")


def _share(levels: np.ndarray, target: np.ndarray, fit: np.ndarray, test: np.ndarray, numbers: bool) -> float:
    """What share of the target on the test rows the levels tell, once fitted on the others."""
    if numbers:
        counts = np.bincount(levels[fit], minlength=LEVELS)
        means = np.bincount(levels[fit], target[fit], LEVELS) / np.maximum(counts, 1)
        left, whole = target[test] - means[levels[test]], target[test] - target[fit].mean()
        return 1 - float((left**2).sum() / max(float((whole**2).sum()), 1e-300))
    table = np.bincount(levels[fit] * (target.max() + 1) + target[fit], minlength=LEVELS * (target.max() + 1))
    usual = np.bincount(target[fit]).argmax()
    guess = table.reshape(LEVELS, -1).argmax(1)[levels[test]]
    wrong = float((target[test] != usual).sum())
    return 1 - float((guess != target[test]).sum()) / wrong if wrong else 0.0


def _inputs(x: np.ndarray | None) -> Iterator[Finding]:
    if x is not None and x.dtype.kind == "f" and not np.isfinite(x).all():
        count = int(x.size - np.isfinite(x).sum())
        yield Finding(
            "NaN or infinity",
            f"The probe inputs hold {count:,} values that are NaN or infinite.",
            "Repair or leave out those samples before recording; what the network returns for them is NaN too.",
        )


def _repeats(x: np.ndarray | None, columns: Mapping[str, np.ndarray]) -> Iterator[Finding]:
    """Equal inputs, with equal and with unequal labels."""
    if x is None:
        return
    distinct, rows = np.unique(row_digests(x), return_inverse=True)
    repeated = len(rows) - len(distinct)
    if not repeated:
        return
    several = np.bincount(rows)[rows] > 1
    yield Finding(
        "repeated inputs",
        f"{int(several.sum()):,} of {len(rows):,} probe samples share their inputs with another one "
        f"({len(rows) - repeated:,} distinct).",
        "They are not independent: intervals are too narrow, and a probe that splits the rows meets test rows in "
        "training. Write a copy of distinct inputs under Rows and layers.",
        note=repeated < 0.01 * len(rows),
    )
    for name, column in columns.items():
        pairs = identity(np.column_stack([rows, identity(column, len(column))]), len(rows))
        clash = np.bincount(rows[np.unique(pairs, return_index=True)[1]])[rows] > 1
        if clash.any():
            yield Finding(
                "equal inputs, unequal labels",
                f"{int(clash.sum()):,} probe samples have inputs that occur with more than one value of {name}: no "
                "network can tell these apart.",
                f"Look at these rows; if they are meant, I(X;{name}) lies below H({name}), and so does every layer's.",
            )


def _told_by_one(x: np.ndarray | None, columns: Mapping[str, np.ndarray]) -> Iterator[Finding]:
    if x is None or len(x) < 8 or x.dtype.kind not in "biuf":
        return
    for name, column in columns.items():
        if len(np.unique(column)) < 2 or (column.dtype.kind == "f" and not np.isfinite(column).all()):
            continue
        place, share = told_by(x, column)
        if share >= NEARLY:
            yield Finding(
                "told by one input",
                f"Input column {place} alone tells {100 * share:.1f} % of {name}.",
                f"If that column holds the answer, every layer that passes it on looks informed about {name}: leave it "
                "out and record again.",
            )


def _same(columns: Mapping[str, np.ndarray]) -> Iterator[Finding]:
    """Labels and factors that tell each other without rest."""
    names = [name for name, column in columns.items() if 1 < len(np.unique(column)) < len(column)]
    codes = {name: identity(columns[name], len(columns[name])) for name in names}
    for place, a in enumerate(names):
        for b in names[place + 1 :]:
            pairs = len(np.unique(identity(np.column_stack([codes[a], codes[b]]), len(codes[a]))))
            if pairs == codes[a].max() + 1 == codes[b].max() + 1:
                yield Finding(
                    "two names for one thing",
                    f"{a} and {b} tell each other exactly: every result about one is a result about the other.",
                    "Leave one of them out of what you compare.",
                    note=True,
                )


def _balance(name: str, column: np.ndarray) -> Iterator[Finding]:
    values, counts = np.unique(column, return_counts=True)
    if len(values) == 1:
        yield Finding(
            "constant label",
            f"{name} is {values[0]} for every sample: nothing can be told about it.",
            "Record with labels that differ.",
        )
    elif len(values) > max(CLASSES, len(column) / 2):
        if column.dtype.kind not in "f":
            yield Finding(
                "hardly repeated labels",
                f"{name} has {len(values):,} values for {len(column):,} samples: as classes, most hold one sample.",
                "Treat it as a real number, or group it into fewer classes.",
                note=column.dtype.kind in "iu",
            )
    elif len(values) <= CLASSES:
        yield from _uneven(name, values, counts)


def _uneven(name: str, values: np.ndarray, counts: np.ndarray) -> Iterator[Finding]:
    """Classes that rule, or hold next to no sample."""
    share = counts.max() / counts.sum()
    if share > RULING:
        yield Finding(
            "one class rules",
            f"{100 * share:.1f} % of the samples have {name} = {values[counts.argmax()]}: answering that is right as "
            "often.",
            f"Read I(T;{name}) against H({name}), not against log2 {len(values)}; or write a copy with equal classes.",
        )
    rare = values[counts < RARE]
    if len(rare):
        listed = ", ".join(map(str, rare[:6])) + ("" if len(rare) <= 6 else f" and {len(rare) - 6} more")
        yield Finding(
            "rare classes",
            f"{len(rare)} of {len(values)} values of {name} have fewer than {RARE} samples: {listed}.",
            "What is read of them rests on few samples; record more of them, or leave them out.",
        )


def _order(name: str, column: np.ndarray) -> Iterator[Finding]:
    values = np.unique(column)
    if not 1 < len(values) <= CLASSES or len(column) < 50:
        return
    times = ordered(column)
    _, counts = np.unique(column, return_counts=True)
    most = 1 / float(((counts / counts.sum()) ** 2).sum())
    if times - 1 > 0.5 * (most - 1):
        ends = int(np.argmax(column != column[0]))
        yield Finding(
            "sorted labels",
            f"The samples lie in the order of {name}: the first {ends:,} all have {column[0]}.",
            "Whoever takes the first rows takes few classes. Rows drawn at random, or every k-th, do not.",
            note=True,
        )


def as_plain(found: Finding) -> dict[str, Any]:
    """A finding as plain data."""
    return dict(vars(found))
