"""How long a reading takes, from what a measure declares; needs no torch."""

from collections.abc import Sequence


def seconds(effort: Sequence[float], n: int, width: int) -> float:
    """About how many seconds one value takes on one core.

    Args:
        effort: fixed, for each sample and column, each pair of samples, each triple of samples; where there are more,
            for each sample and pair of columns (a decomposition of more columns than samples takes n for one of the
            two), and for each pair of samples and column.
        n: samples.
        width: columns, of both sides where two representations are compared.
    """
    sizes = (1, n * width, n**2, n**3, n * width * min(n, width), n**2 * width)
    return sum(each * size for each, size in zip(effort, sizes, strict=False))
