"""Two-point information against that of two halves, of sequences that agree in the first."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.sequences.scaling import KINDS, LongSequence, doublings, exponent
from explorer.results.pictures import Curves, Line, Panels, Style
from explorer.settings import Range

TITLE = "Do two places far apart tell how much a memory must hold?"
PAPERS = (86,)

STYLES: tuple[Style, ...] = ("solid", "dash", "dot")


def lab(
    decay: Annotated[float, Range(1.1, 1.9, 0.1)] = 1.5,
    longest: Annotated[int, Range(5, 9, 1)] = 8,
) -> Figure:
    r"""What two places of a sequence tell of each other, and what its two halves do, for three kinds of sequence.

    Do: set `decay` to 1.9 and take it down to 1.1.

    See: two of the sequences agree at every distance in what two places tell, and their lines on the left are one. On
    the right they part: at a decay of 1.5 and between halves of 256 steps, sequences with one number a place share
    0.16 nats and those with many numbers a place 2.97, which grows as a power of the length, in the end as 2 - decay.
    The fading line is a Markov chain, which shares the same at every length.

    A model that reads the first half must hold in its state at least what that half tells of the second,
    $I(X_{1:\ell}; X_{\ell+1:2\ell})$, however it is built. The two-point information $I(X_t; X_{t+d})$ cannot stand in
    for it: many weak links between different numbers add up, and links of one and the same number repeat each other.

    Everything is exact, from determinants of covariances of normal sequences. The paper finds a power law between
    halves of books, estimated with a language model, whose exponent no sequence here claims to have.

    >>> seen = told(lab())
    >>> round(seen["many numbers"], 2), round(seen["one number"], 2), round(seen["fading"], 2)
    (2.97, 0.16, 0.09)
    >>> powers = [told(lab(decay=decay))["power"] for decay in (1.9, 1.5, 1.1)]
    >>> powers == sorted(powers) and all(abs(p + d - 2) < 0.12 for p, d in zip(powers, (1.9, 1.5, 1.1)))
    True

    Args:
        decay: exponent of the two-point information.
        longest: doublings of the longest half, which has 2 to this power steps.

    References: chen2025l2m.
    """
    lengths = doublings(longest)
    sequences = [LongSequence(kind, decay) for kind in KINDS]
    halves = [[one.halves(int(length)) for length in lengths] for one in sequences]
    power = exponent(lengths[-3:], halves[0][-3:])
    told = {kind: one[-1] for kind, one in zip(KINDS, halves, strict=True)} | {"power": power}
    two_point = Curves(
        title="Two places",
        x=lengths,
        lines=[Line(one.kind, one.two_point(lengths), style=s) for one, s in zip(sequences, STYLES, strict=True)],
        x_title="distance (steps)",
        y_title="shared (nats)",
        log_x=True,
        log_y=True,
        y_range=(1e-7, 1.0),
    )
    bipartite = Curves(
        title="Two halves",
        x=lengths,
        lines=[Line(kind, one, style=s) for kind, one, s in zip(KINDS, halves, STYLES, strict=True)],
        x_title="length of a half (steps)",
        y_title="shared (nats)",
        log_x=True,
        log_y=True,
    )
    many, one = (f"{told[kind]:.2f}" for kind in ("many numbers", "one number"))
    title = f"Alike at two places, halves of {lengths[-1]} steps share {many} or {one} nats"
    note = f"exact, normal sequences, decay {decay:g}; many numbers grow as length^{power:.2f} in the end"
    return Panels(title=title, note=note, told=told, parts=[two_point, bipartite]).plot()
