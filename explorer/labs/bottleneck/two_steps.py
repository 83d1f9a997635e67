"""Two bottlenecks in a row, each made for another view."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.finite.curves import two_steps
from explorer.engines.finite.families import two_views
from explorer.results.pictures import Bars
from explorer.settings import Range

TITLE = "What does a code made for one view still know of another?"
PAPERS = (110,)
QUICK = True


def lab(
    beta_first: Annotated[float, Range(1.0, 20.0, 0.1, log=True)] = 3.0,
    beta_second: Annotated[float, Range(1.0, 20.0, 0.1, log=True)] = 6.0,
    noise: Annotated[float, Range(0.05, 0.6, 0.05)] = 0.3,
) -> Figure:
    r"""A source X0 is coded as B for a first view X1 of it, and B as C for a second view X2: what each stage tells.

    Do: lower `beta_first` from 3 to 1.5, then raise `beta_second`.

    See: what the first code drops is gone for the second view, too, and no worth of the second view brings it back.

    One view is the prime one; the others only say what of it matters. The first code has the least
    $I(X_0; B) - \beta_1\, I(B; X_1)$, the second the least $I(B; C) - \beta_2\, I(C; X_2)$. Because
    $X_2 - X_0 - B - C$ is a chain, $I(C; X_2) \le I(B; X_2) \le I(X_0; X_2)$. B was not made for $X_2$ and
    tells of it only what both views share: here the upper branches of a tree, which both see best.

    The paper learns such codes by variational bounds from video, sound and text; these are exact codes of one
    small table, where each step is as good as can be found.

    >>> rich, poor = told(lab()), told(lab(beta_first=1.5))
    >>> 0 < rich["last"] <= rich["left"] <= rich["second_view"]
    True
    >>> poor["left"] == 0 == told(lab(beta_first=1.5, beta_second=20.0))["last"]
    True

    Args:
        beta_first: what a bit about the first view is worth in bits about the source.
        beta_second: what a bit about the second view is worth in bits about the first code.
        noise: of the second view; that of the first is 0.2.

    References: xiao2024; tishby1999.
    """
    seen = two_steps(two_views(0.2, noise), beta_first, beta_second)
    first_view, second_view, left = seen.whole
    names = ["source about first view", "B about first view", "source about second view", "B about second view",
             "C about second view", "B about source", "C about B"]  # fmt: skip
    last = seen.second[1]
    return Bars(
        title=f"Of {second_view:.2f} bit about the second view B leaves {left:.2f} and C {last:.2f}",
        note=f"exact table, found by iteration{'' if seen.converged else '; not finished'}; beta {beta_first:g} and "
        f"{beta_second:g}, noise 0.2 and {noise:g}",
        told={"first_view": first_view, "second_view": second_view, "left": left, "last": last},
        names=names, values=[first_view, seen.first[1], second_view, left, last, seen.first[0], seen.second[0]],
        value_title="what it tells, bits",
    ).plot()  # fmt: skip
