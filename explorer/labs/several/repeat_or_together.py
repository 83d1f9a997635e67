"""Copies and parities, mixed by a dial."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.finite.tables import bits
from explorer.engines.finite.together import copies_and_parities, shared
from explorer.results.pictures import Curves, Line, Mark
from explorer.settings import Range

TITLE = "Do these variables repeat each other, or tell something only together?"
PAPERS = (14,)
QUICK = True


def lab(
    copies: Annotated[float, Range(0.0, 1.0, 0.05)] = 0.0,
    count: Annotated[int, Range(3, 6)] = 3,
    flip: Annotated[float, Range(0.0, 0.5, 0.05)] = 0.0,
) -> Figure:
    r"""Total correlation, its dual and their difference for fair bits between a parity, bits whose sum is
    even, and copies of one bit.

    Do: move `copies` from 0 to 1, then take six bits.

    See: a parity has an O-information of -1 bit, three copies +1; in between it passes through 0 while both parts
    stay well above it.

    $\mathrm{TC} = \sum_i H(X_i) - H(X)$ counts what is said again, $\mathrm{DTC} = H(X) - \sum_i H(X_i \mid X_{-i})$
    what is tied up among the variables, counted once; $X_{-i}$ are all of them but the i-th. The O-information
    $\Omega = \mathrm{TC} - \mathrm{DTC}$ is positive where redundancy prevails and negative where synergy does: with N
    copies it is N - 2 bits, with a parity of N bits 2 - N. A negative value is an answer.

    Zero does not mean independence: redundancy and synergy can be equal. $S = \mathrm{TC} + \mathrm{DTC}$ tells whether
    there is anything at all. Here all is exact; the source estimates these numbers by learned scores of real variables,
    as the estimator `s_omega_i` does on samples.

    >>> parity, three = told(lab()), told(lab(copies=1.0))
    >>> round(parity["omega"], 9), round(three["omega"], 9)
    (-1.0, 1.0)
    >>> [round(told(lab(copies=one, count=6))["omega"], 9) for one in (0.0, 1.0)]
    [-4.0, 4.0]
    >>> half = told(lab(copies=0.5))
    >>> abs(half["omega"]) < 0.5 < half["tc"] + half["dtc"]
    True

    Args:
        copies: probability that all bits are copies of one; else their sum is even.
        count: bits.
        flip: probability that a bit is turned over, each by itself.

    References: bounoua2024; rosas2019.
    """
    dial = [place / 50 for place in range(51)]
    curve = [shared(copies_and_parities(one, flip, count)) for one in dial]
    here = shared(copies_and_parities(copies, flip, count))
    tc, dtc, omega = bits([here.total, here.dual, here.o_information]).round(9)
    which = "synergy" if omega < -0.005 else "redundancy" if omega > 0.005 else "neither"
    return Curves(
        title=f"{which.capitalize()} prevails: {tc:.2f} bit said again less {dtc:.2f} tied up makes {omega + 0.0:.2f}",
        note=f"exact; {count} fair bits, each turned over with probability {flip:g}",
        told={"tc": tc, "dtc": dtc, "omega": omega}, x=dial,
        lines=[
            Line("TC", bits([one.total for one in curve]), style="dash"),
            Line("DTC", bits([one.dual for one in curve]), style="dot"),
            Line("Ω = TC − DTC", bits([one.o_information for one in curve])),
        ],
        x_title="probability that the bits are copies", y_title="bits", marks=[Mark(copies, "here")],
    ).plot()  # fmt: skip
