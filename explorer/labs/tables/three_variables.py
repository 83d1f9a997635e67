"""A gate: two bits in, one out."""

from typing import Annotated, Literal

from plotly.graph_objects import Figure

from explorer.engines.finite.gates import gate, told
from explorer.engines.finite.tables import bits
from explorer.results.pictures import Bars
from explorer.settings import Range

TITLE = "Can two things that tell nothing alone tell everything together?"
PAPERS = ()
QUICK = True


def lab(
    kind: Literal["xor", "and", "or", "first"] = "xor",
    alike: Annotated[float, Range(0.0, 1.0, 0.05)] = 0.5,
    flip: Annotated[float, Range(0.0, 0.5, 0.05)] = 0.0,
) -> Figure:
    r"""What two input bits of a gate tell of its output, alone, together, and one when the other is known.

    Do: leave the gate at "xor" and move `alike` up from 0.5; then take "and", and "first" with `alike` at 1.

    See: the two inputs of "xor" tell nothing alone and a whole bit together, until they become alike. For "first" with
    two equal inputs the sum of what each tells is twice what both tell.

    Information does not add up. $I(X_1, X_2; Y)$ is more than $I(X_1; Y) + I(X_2; Y)$ where there is synergy, and less
    where the two say the same. The co-information $I(X_1; Y) - I(X_1; Y \mid X_2)$ is the difference of the two
    effects: -1 bit for "xor", +1 for two copies. It cannot say how much there is of each when both are present, as in
    "and"; that takes a decomposition, and there are several.

    So a ranking of units or features by what each tells alone can miss all that matters.

    >>> xor = told(lab())
    >>> [round(xor[name], 6) for name in ("first", "second", "both", "co_information")]
    [0.0, 0.0, 1.0, -1.0]
    >>> both_on = told(lab(kind="and"))
    >>> round(both_on["first"], 3), round(both_on["both"], 3)
    (0.311, 0.811)
    >>> told(lab(kind="first", alike=1.0))["co_information"]
    1.0

    Args:
        kind: what the output is of the two inputs; "first" is the first of them.
        alike: probability that the inputs are equal; 0.5 for independent ones.
        flip: probability that the output is turned over.

    References: bell2003; williams2010.
    """
    seen = told(gate(kind, flip, alike))
    first, second, both, knowing, shared, entropy = bits(
        [seen.first, seen.second, seen.both, seen.first_knowing_second, seen.co_information, seen.entropy]
    ).round(12)
    which = "synergy" if shared < -0.005 else "redundancy" if shared > 0.005 else "neither synergy nor redundancy"
    return Bars(
        title=f"Alone {first:.2f} and {second:.2f} bit, together {both:.2f} of {entropy:.2f}: {which} prevails",
        note=f"exact; gate {kind}, inputs alike with probability {alike:g}, output flipped with probability {flip:g}",
        told={"first": first, "second": second, "both": both, "knowing": knowing, "co_information": shared},
        names=["first input alone", "second input alone", "both together", "first, the second known", "co-information"],
        values=[first, second, both, knowing, shared], value_title="information about the output, bits",
    ).plot()  # fmt: skip
