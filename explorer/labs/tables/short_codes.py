"""Words of a few symbols for a number of classes."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.finite.infomax import by_length
from explorer.results.pictures import Curves, Line, Mark
from explorer.settings import Range

TITLE = "How short can a code be that still tells the class?"
PAPERS = (40,)
QUICK = True


def lab(
    classes: Annotated[int, Range(4, 16)] = 16,
    symbols: Annotated[int, Range(2, 4)] = 2,
    confusion: Annotated[float, Range(0.0, 0.6, 0.05)] = 0.0,
) -> Figure:
    r"""What words of one to six symbols tell of the class: words that are learned, and words drawn at random.

    Do: with 16 classes, raise `symbols` from 2 to 4; then raise `confusion`.

    See: learned words tell all after four binary symbols, or two of four kinds, as few as can be. Random words need
    more, for some classes get the same word.

    A word of d symbols of k kinds has at most $d \log_2 k$ bits, and tells at most what its item tells of the
    label: the dashed line. The learned words have the largest $I(\text{word}; Y)$ that changes of single symbols find.
    Where labels are confused, a short word cannot reach the dashed line even so: it must merge items that differ.

    The paper trains a network to give such words to images, so that few examples of a new class suffice. Here each
    class has one item and a word is set freely; what it says of the length is the same, of learning it is nothing.

    >>> seen = told(lab())
    >>> round(seen["learned_4"], 6), seen["drawn_4"] < 3.5
    (4.0, True)
    >>> round(told(lab(symbols=4))["learned_2"], 6)
    4.0
    >>> told(lab(confusion=0.3))["learned_2"] < told(lab(confusion=0.3))["ceiling_2"] - 0.1
    True

    Args:
        classes: how many there are, equally likely.
        symbols: kinds of each symbol.
        confusion: probability that a label is drawn afresh from all classes.

    References: lee2022.
    """
    seen = by_length(classes, symbols, confusion)
    enough = (seen.learned > seen.item - 1e-6).argmax() + 1
    told = {f"{name}_{n}": getattr(seen, name)[n - 1] for name in ("learned", "drawn", "ceiling") for n in (2, 4)}
    drawn = seen.drawn[enough - 1]
    return Curves(
        title=f"Learned words of length {enough} tell all {seen.item:.2f} bit, random ones {drawn:.2f}",
        note=f"{classes} classes, {symbols} kinds of symbols, confusion {confusion:g}; band: 20 random codes",
        told=told, x=seen.lengths, x_title="symbols in a word", y_title="told of the class, bits",
        lines=[
            Line("ceiling", seen.ceiling, style="dash"), Line("learned", seen.learned),
            Line("random words", seen.drawn, seen.low, seen.high),
        ],
        marks=[Mark(seen.item, f"all that an item tells: {seen.item:.2f}", "y")],
    ).plot()  # fmt: skip
