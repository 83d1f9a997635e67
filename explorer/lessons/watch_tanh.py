"""The lesson on the trail of a tanh network."""

from explorer.lessons.base import Answer, Lesson, Number, Play, Question

TITLE = "Watch a tanh network learn"
PLACE = 5
MINUTES = 6

OPENING = """A small network sees 12 bits and learns a label of 1 bit. Its layers have 10, 7, 5, 4 and 3 tanh units.
All 4096 inputs are known, so $H(X)$ is 12 bits. For the plane every unit's range is cut into 30 cells, and a layer
tells of the input as much as the cells tell in which its units lie. You will see each layer's trail, epoch by
epoch."""

PREDICT = Question(
    "How does the number for the layer of 3 units, what it tells of its input, move while the network learns?",
    (
        Answer(
            "It rises all the way: learning is gathering information",
            "It rises first. But the label needs 1 bit, and the number does not stay high.",
        ),
        Answer(
            "It rises, and later falls far below where it began",
            "First the layer spreads its inputs over more cells, then it gathers them in few.",
            right=True,
        ),
        Answer(
            "It falls from the first epoch: what is not needed is dropped at once",
            "At first the units are used more widely, and inputs that shared a cell are pulled apart: it rises.",
        ),
        Answer(
            "It stays at 12 bits: the network is deterministic and keeps inputs apart",
            "That is true of the information itself: as long as two inputs differ in any digit, all 12 bits are there. "
            "The plane shows another number, that of the cells. Keep this answer in mind for the next lesson.",
        ),
    ),
)

EXPLAIN = r"""Up to about epoch 216 the trail of the layer goes right and up: **fitting**. Then it goes left while it
still climbs: **compression**. It ends at 2.9 bits about the input and 0.99 of the 1 bit of the label. Naftali Tishby
and Ravid Shwartz-Ziv saw this in 2017 and proposed that the second phase is what lets networks generalise.

Look at what was measured. Without noise a layer that keeps inputs apart tells all 12 bits of them at every epoch.
What falls is the entropy of the **cells**: tanh saturates, the units press against -1 and 1, and thousands of
inputs share a few corners. That is a fact about the network, and a telling one. Whether to call it forgetting is
the next lesson.

The wide layers sit in the upper right corner from the start. There each input has a cell of its own, so the cells
tell any label: the dotted stalks below the marks reach down to what permuted labels read, and there they have no
length."""

DOUBT = """The same network with other units. If compression is part of learning, it should not need tanh. If it is
saturation seen through cells, units that do not saturate should not show it."""


def lesson() -> Lesson:
    """What fitting and compression look like on the plane, and what the numbers on it are made of."""
    return Lesson(
        opening=OPENING,
        predict=PREDICT,
        play=Play(
            lab="watch_tanh",
            state={"until": 30},
            free=("until",),
            do="Raise `until` from 30 to about 250, then to 8000. Follow the trail called tanh 3.",
        ),
        ask=Number(
            "How many bits does tanh 3 tell of its input at epoch 8000?",
            value=2.9,
            tolerance=0.3,
            unit="bits",
            feedback_right="2.9 of 12 bits, after a peak of 9.6 at epoch 216; meanwhile it came to tell the whole "
            "label.",
            feedback_wrong="Set `until` to 8000 and read the filled mark called tanh 3 on the axis to the right: it "
            "is near "
            "2.9 bits.",
        ),
        explain=EXPLAIN,
        doubt=DOUBT,
        onward={"plane?run=twelve_bit": "Open this run on the Information plane"},
    )
