"""Information between columns of two tables from sketches of their rows."""

from typing import Annotated, Any

from plotly.graph_objects import Figure

from explorer.engines.columns.joins import Keyed, sampled
from explorer.results.pictures import Curves, Line, Mark, Panels
from explorer.settings import Range

TITLE = "How much of two tables must one read to know what one tells of the other?"
PAPERS = (11,)
SIZES, ROWS, SEEDS = (32, 128, 512, 2048), 10_000, 5


def lab(
    size: Annotated[int, Range(32, 2048, 32)] = 256,
    shared: Annotated[float, Range(0.1, 1.0, 0.1)] = 0.5,
    rho: Annotated[float, Range(0.0, 0.95, 0.05)] = 0.8,
) -> Figure:
    """What samples of two tables of 10 000 rows, joined by their key, say of the information between two columns.

    Do: set `size`, the rows read of each table, to 32 and raise it to 2048.

    See: coordinated samples give about `shared` times `size` pairs and the right number from a few hundred rows on;
    independent samples of 256 rows share three keys.

    Two samples of $s$ rows drawn without regard to each other meet in about $s^2/N$ rows, times the share of keys that
    both tables have. A sketch keeps the rows whose keys have the smallest hashes, and so the same keys in both tables,
    without having seen the other: tables can be sketched once and compared later. The pairs go to the estimator that
    fits their kinds, here KSG.

    The truth, $-\\frac12\\ln(1-\\rho^2)$, is that of the whole join. What a sketch costs is the scatter of few pairs,
    the same as for any sample of that size; below eight pairs nothing is read. Here every key occurs once;
    where keys repeat, frequent keys weigh less than in the join. The paper's search for tables worth joining, among
    thousands of them, is not shown.

    >>> seen, large = told(lab()), told(lab(size=2048))
    >>> 110 < seen["pairs"] < 146, seen["pairs_independent"] < 6, abs(seen["sketch"] - seen["truth"]) < 0.1
    (True, True, True)
    >>> 950 < large["pairs"] < 1100, abs(large["sketch"] - large["truth"]) < 0.04
    (True, True)

    Args:
        size: rows read of each table, where the title reads the curves.
        shared: share of the keys that both tables have.
        rho: correlation of the two columns.

    References: santos2024; kraskov2004.
    """
    tables, sizes = [Keyed.normal(ROWS, shared, rho, seed) for seed in range(SEEDS)], sorted({*SIZES, size})
    ways = {name: sampled(tables, sizes, name == "coordinated") for name in ("coordinated", "independent")}
    at, truth = sizes.index(size), tables[0].nats
    read = [Line(name, one.read.mean, one.read.low, one.read.high) for name, one in ways.items()]
    pairs = [Line(name, one.pairs.mean, one.pairs.low, one.pairs.high) for name, one in ways.items()]
    shape: dict[str, Any] = {
        "x": sizes,
        "x_title": "rows read of each table",
        "log_x": True,
        "marks": [Mark(size, f"{size}")],
    }
    exact = Line("whole join, exact", [truth] * len(sizes), style="dash")
    many, few = (float(line.y[at]) for line in pairs)
    says = ways["coordinated"].says(at)
    known = {} if says is None else {"sketch": says}
    words = f"say {says:.2f} nats where the truth is {truth:.2f}" if known else "are too few to say anything"
    return Panels(
        title=f"{size} coordinated rows of each table give {many:.0f} pairs and {words}; "
        f"independent rows give {few:.0f}",
        note=f"two tables of {ROWS} rows, {shared:.0%} of the keys in both · KSG, k = 5 · bands: lowest to highest of "
        f"{SEEDS} pairs of tables",
        told={"pairs": many, "pairs_independent": few, "truth": truth} | known,
        parts=[
            Curves(title="pairs that join", lines=pairs, y_title="pairs", **shape),
            Curves(title="what they say", lines=[*read, exact], y_title="I(X;Y), nats", **shape),
        ],
    ).plot()
