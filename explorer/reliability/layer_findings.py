"""What the summary of a layer says against it, each in a sentence with what to do."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from explorer.reliability.sanity import Finding
from explorer.results.trajectory import label

UNEVEN = 100.0
"""Spread of the widest unit over the median one, from which distances read few units."""
FAR = 30.0
"""Deviations from the mean, from which one value stretches the bins of all."""
APART = 1000.0
"""Spread of one layer over another's, from which no kernel width fits both."""
SPARSE = 0.9
FEW_ROWS = 0.99
"""Share of distinct rows below which nearest neighbours meet ties."""

Summary = Mapping[str, Any]


def of_layers(summaries: Sequence[Summary]) -> list[Finding]:
    """Findings on every layer of one step, then on layers against each other."""
    named = [{**found, "layer": label(found["layer"])} for found in summaries]
    return [one for found in named for one in _of_layer(found)] + list(_together(named))


def _of_layer(found: Summary) -> Iterator[Finding]:
    yield from _broken(found)
    yield from _still(found)
    yield from _ties(found)
    yield from _scale(found)
    yield from _digits(found)
    yield from _directions(found)


def _broken(found: Summary) -> Iterator[Finding]:
    if found["not_finite"]:
        yield Finding(
            "NaN or infinity",
            f"{found['layer']} holds NaN or infinity {found['not_finite']:,} times, "
            f"in {found['broken']:,} of {found['units']:,} units; no estimator takes it.",
            "Look at earlier steps for the first one without them; a lower learning rate or float32 usually ends it.",
        )


def _still(found: Summary) -> Iterator[Finding]:
    """Units that never change."""
    still = found["constant"] + found["dead"]
    if not still:
        return
    if still == found["units"]:
        yield Finding(
            "constant layer",
            f"{found['layer']} never changes over the samples: it tells nothing about them.",
            "Drop it under Rows and layers, or look at another step.",
        )
        return
    yield Finding(
        "constant units",
        f"{found['layer']}: {still:,} of {found['units']:,} units never change: {_still_at(found)}.",
        "They add nothing to any information; measures that divide by each unit's spread leave them out or refuse. "
        "Many dead units are a fact about the network: too high a learning rate, or biases far below 0.",
        note=still < 0.5 * found["units"],
    )


def _still_at(found: Summary) -> str:
    """Where units that never change stand, as the table counts them."""
    parts = ((found["dead"], "always 0"), (found["constant"], "constant, not 0"))
    return ", ".join(f"{count:,} {what}" for count, what in parts if count)


def _ties(found: Summary) -> Iterator[Finding]:
    distinct, n = found["distinct"], found["samples"]
    if distinct >= n:
        return
    yield Finding(
        "equal rows",
        f"{found['layer']} has {distinct:,} distinct rows for {n:,} samples: ties for nearest-neighbour estimators.",
        "Use mixed_ksg, binning or an estimator of tables; where inputs repeat, a copy of distinct inputs ends it.",
        note=distinct >= FEW_ROWS * n,
    )


def _scale(found: Summary) -> Iterator[Finding]:
    """Values far out, units of unlike spread, mostly zeros."""
    layer, deviation = found["layer"], found["deviation"]
    if deviation:
        mean, ends = found["mean"], (found["smallest"], found["largest"])
        far = max(ends, key=lambda end: abs(end - mean))
        if abs(far - mean) > FAR * deviation:
            yield Finding(
                "far values",
                f"{layer} reaches {far:.4g}, {abs(far - mean) / deviation:.0f} deviations from its mean: bins of equal "
                "width put nearly all the rest into one.",
                "Use bins of equal counts (adaptive_binning) or ranks, and look at what those samples are.",
            )
    if found["spread"] and found["spread"][1] > UNEVEN * found["spread"][0]:
        yield Finding(
            "uneven units",
            f"The widest unit of {layer} spreads {found['spread'][1] / found['spread'][0]:.0f} times as far as the "
            "median one: distances read few units.",
            "Compare with a measure that does not change under linear maps, or with ranks.",
        )
    if SPARSE < found["zeros"] < 1:
        yield Finding(
            "mostly 0",
            f"{100 * found['zeros']:.1f} % of the values of {layer} are 0.",
            "Take an estimator for real values that repeat (mixed_ksg), not one that assumes a density.",
            note=True,
        )


def _digits(found: Summary) -> Iterator[Finding]:
    if found["stored"] == "float16":
        yield Finding(
            "few digits",
            f"{found['layer']} is stored as float16, 11 binary digits: bins finer than 1 in 2,048 of a value count "
            "rounding, and equal values are more frequent.",
            "Keep bins coarse, or record in float32.",
        )


def _directions(found: Summary) -> Iterator[Finding]:
    """What the effective rank says of the layer or of the samples."""
    value = found["rank"]["value"]
    if value is None:
        return
    if value < 1.05 and found["units"] > 1 and found["constant"] + found["dead"] < found["units"]:
        yield Finding(
            "one direction",
            f"{found['layer']} has effective rank {value:.3g}: its {found['units']:,} units move along one direction.",
            "A large common mean does that too: see effective_rank with centred on the Representation page.",
        )
    if found["rank"]["few"]:
        yield Finding(
            "few rows",
            f"{found['layer']} has effective rank {value:.3g} in {found['rows']:,} rows.",
            "In so few rows some directions look strong by chance, and the rank reads low: compare layers at equal "
            "numbers of rows. The Representation page computes it from all rows that were recorded.",
            note=True,
        )


def _together(summaries: Sequence[Summary]) -> Iterator[Finding]:
    spreads = {one["layer"]: one["deviation"] for one in summaries if one["deviation"]}
    if not spreads:
        return
    wide, narrow = max(spreads, key=spreads.__getitem__), min(spreads, key=spreads.__getitem__)
    if spreads[wide] > APART * spreads[narrow]:
        yield Finding(
            "unlike scales",
            f"{wide} spreads {spreads[wide] / spreads[narrow]:.2g} times as far as {narrow}: a kernel width or noise "
            "that fits one does not fit the other.",
            "Give widths relative to the data (bandwidth median), or compare layers by a measure that scaling leaves.",
        )
