"""The lesson on rulers: what finds compression."""

from explorer.lessons.base import Answer, Lesson, Play, Question

TITLE = "Do ReLU networks compress too?"
PLACE = 6
MINUTES = 7

OPENING = """The same network again, and a twin of it: the hidden units of the twin are ReLU, which is 0 or as large
as it likes. Both learn the task. A ruler reads $I(X;T)$ of the layer of 3 units at every epoch: 30 cells between -1
and 1, as for tanh. With tanh it falls from 9.6 to 2.9 bits. With ReLU it falls as well, from 6.1 to 3.0."""

PREDICT = Question(
    "So ReLU networks compress too. What do you say?",
    (
        Answer(
            "Yes: two networks, one finding",
            "Two networks and one ruler. Both falls could be of the ruler; you have not yet laid another one on them.",
        ),
        Answer(
            "Not before another ruler has been laid on the same activations",
            "ReLU values leave the range from -1 to 1. What is beyond 1 shares one cell, however far apart it lies.",
            right=True,
        ),
        Answer(
            "No: only units that saturate can compress",
            "Often said, and too quick: ReLU can map many inputs to 0. Whether this layer does so is what a ruler must "
            "tell, and cells that follow the data do find some.",
        ),
        Answer(
            "The tanh finding is then in doubt as well",
            "It deserves the same test. You will see that it passes it: nearly all rulers agree on tanh.",
        ),
    ),
)

ASK = Question(
    "What do bins of 0.07, which are as wide as the 30 cells but do not end at 1, say of the layer of 3 units?",
    (
        Answer(
            "Both networks compress, ReLU a little less",
            "That is what bins on [-1, 1] say. Look at the second row of the table: 6.2 bits lost with tanh and 0.1 "
            "with "
            "ReLU.",
        ),
        Answer(
            "Neither compresses",
            "With tanh they lose 6.2 of 9.5 bits. There is one ruler that sees no loss in either: the diffusion at "
            "sigma 10.",
        ),
        Answer(
            "tanh loses 6.2 bits, ReLU 0.1",
            "The cells have the same width, and only where they end has changed. The fall with ReLU was made by the "
            "ruler.",
            right=True,
        ),
    ),
)

EXPLAIN = r"""For a network without noise $I(X;T)$ is no property of its own: it is 12 bits as long as inputs are kept
apart, or infinite for continuous inputs. Each ruler makes it finite in its way: by cells, by a kernel, by noise. **A
finding is one about network and ruler together**, unless many rulers agree.

On tanh they nearly all do: the units saturate. On ReLU cells that end at 1 see a fall of 3.1 bits that no other
reading of $I(X;T)$ sees. Cells that follow the data (adaptive bins) see 0.5 bits; with them compression has been
found in many networks, now more, now less, by initial weights and by penalty. The two spectral entropies even
contradict each other: at sigma 10 both networks rise, as activations reach further; with the median width both fall,
as they gather in groups.

Some rulers betray themselves. Nearest neighbours read 33 bits for 10 ReLU units, and there are 12. Bins on [-1, 1]
read more of the label in a later ReLU layer than in an earlier one, which no layer can do."""

DOUBT = """A quantity with a meaning of its own. Put noise on the units and say how much: then $I(X;T)$ exists
whatever the ruler, and a fall of it is a fact. It still depends on the noise; the lab *How much noise must be on a
layer before it forgets?* shows how."""


def lesson() -> Lesson:
    """Why compression must be asked of a network and a ruler together."""
    return Lesson(
        opening=OPENING,
        predict=PREDICT,
        play=Play(
            lab="rulers",
            state={"ruler": "bins on [-1, 1]", "units": 3},
            free=("ruler",),
            do="Change `ruler` to bins of 0.07, then go through the others. Left: both networks; right: what each "
            "ruler says "
            "is lost.",
        ),
        ask=ASK,
        explain=EXPLAIN,
        doubt=DOUBT,
        onward={"compare": "Compare two runs of your own"},
    )
