"""The lesson on the first plane of one's own network."""

from explorer.lessons.base import Answer, Lesson, Play, Question

TITLE = "Your own network"
PLACE = 10
MINUTES = 7

OPENING = """You have recorded your own network and drawn its plane. In the first layers, with many units, $I(T;Y)$
is as high as it can be: all of the label is there, at every epoch, even before training. That looks splendid.
Before you show it to anyone, deal the labels out at random, like cards, and draw the plane again."""

PREDICT = Question(
    "With random labels there is nothing to know. How many bits of them will the ruler find in the layer of 10 units, "
    "in the tanh network of the earlier lessons?",
    (
        Answer(
            "0 bits: random labels cannot be known",
            "No rule gives them, that is true. But a list of 4096 inputs with their labels does, and that is what the "
            "cells "
            "are when each holds one input.",
        ),
        Answer(
            "About 0.1 bits: a little by chance",
            "So it is in the narrow layer, whose cells hold many inputs each. In the wide layer there is no chance "
            "left to "
            "average out: one input, one cell.",
        ),
        Answer(
            "1 bit: the same as of the true labels",
            "Each input sits in a cell of its own, and a cell with one input knows its label, whatever it is.",
            right=True,
        ),
    ),
)

ASK = Question(
    "Which numbers of the plane with the true labels are then about the task?",
    (
        Answer(
            "All of them: they were computed with the true labels",
            "The first bars do not move when the labels become random. What does not depend on the labels is not "
            "about them.",
        ),
        Answer(
            "What lies above the value of permuted labels: most of it for 3 units, nothing for 10",
            "0.99 against 0.08 for 3 units, 1.00 against 1.00 for 10. The difference is what this ruler shows of the "
            "task; where it shows none, the layer may still know the label.",
            right=True,
        ),
        Answer(
            "None: a ruler that can be fooled is worthless",
            "For 3 units it was not fooled: 0.99 bits of true labels and 0.08 of permuted ones. The null tells you "
            "where it "
            "can be trusted.",
        ),
    ),
)

EXPLAIN = r"""Four things to do before a plane of your own is believed.

**Record** a fixed set of inputs while you train: `explorer.Recorder("runs/mine", model, probe=(x, y),
every="log")`, and `.step(epoch, loss=loss)` after each epoch. More inputs are better than more epochs, and inputs
that were not trained on answer another question than those that were.

**Look at the null.** The page draws it under every mark: the labels permuted. Where mark and null coincide, take
narrower layers, fewer cells, or more inputs.

**Look for the impossible**: points in the shade, a later layer that tells more of the label than an earlier one,
more bits than there are. Each shows that the ruler has failed.

**Lay a second ruler on it**, and say which you used, with how much noise or how many cells. If you want one number
that means something by itself, say the noise on the units and use bounds for that noise.

Then train it again from two other seeds. What differs between seeds is not a finding."""

DOUBT = """A null that stays low while the value is high, in several seeds, by two rulers, with held-out inputs.
Then the layer does know the label, and the plane says so."""


def lesson() -> Lesson:
    """How to record a network, and what to check before its plane is believed."""
    return Lesson(
        opening=OPENING,
        predict=PREDICT,
        play=Play(
            lab="labels_permuted",
            state={"labels": "true", "network": "tanh", "ruler": "bins on [-1, 1]", "epoch": 8000},
            free=("labels",),
            do="Change `labels` from true to permuted and back. Watch the first bar, of 10 units, and the fifth, of 3.",
        ),
        ask=ASK,
        explain=EXPLAIN,
        doubt=DOUBT,
        onward={
            "data?view=Add": "Record your own network, or open files of it",
            "plane?run=twelve_bit": "See the nulls of the tanh network on its plane",
        },
    )
