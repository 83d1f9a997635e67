"""Text and tables as LaTeX sets them."""

from collections.abc import Sequence

SIGNS = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
SIGNS |= {one: f"\\{one}" for one in "&%$#_{}"}


def escaped(text: str) -> str:
    """A text without what LaTeX takes for a command."""
    return "".join(SIGNS.get(sign, sign) for sign in " ".join(text.split()))


def line(cells: Sequence[str]) -> str:
    """A row of a tabular."""
    return " & ".join(cells) + " \\\\"
