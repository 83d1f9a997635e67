"""The lesson on the information bottleneck: what is worth keeping comes piece by piece."""

from explorer.lessons.base import Answer, Lesson, Play, Question

TITLE = "What is worth keeping"
PLACE = 3
MINUTES = 7

OPENING = r"""X is one of eight leaves of a tree, and Y a blurred look at it: near leaves are often confused, far ones
seldom. You write down something about X, and only Y will be asked. What you write, T, costs $I(X; T)$, and each bit
of $I(T; Y)$ pays $\beta$."""

PREDICT = Question(
    "At beta = 1 a bit about Y pays as much as a bit about X costs. You raise beta slowly. What does the best T do?",
    (
        Answer(
            "It keeps a little of everything, and then more and more",
            "So it would be if a bit about Y could be had for a bit about X. Here even the first costs 1.56, so it is "
            "not worth it for a while.",
        ),
        Answer(
            "It keeps all of X as soon as beta is above 1",
            "Most of what tells the leaves apart says little about Y. T takes only what pays, and the rest is dearer.",
        ),
        Answer(
            "It keeps nothing for a while, then one distinction after another",
            "Nothing up to 1.56; then three distinctions, one by one, each when it begins to pay.",
            right=True,
        ),
    ),
)

ASK = Question(
    "The first code with two values, t1 and t2: which distinction did it choose?",
    (
        Answer(
            "The left half of the tree from the right half",
            "The one that Y sees best. The price at which it begins to pay is 1 / 0.8², for Y takes one half for the "
            "other only when it has forgotten all.",
            right=True,
        ),
        Answer(
            "One leaf from all the others",
            "Look at the rows of the code: four leaves have their weight in t1 and four in t2. One leaf alone is rare, "
            "and Y hardly tells it from its neighbour.",
        ),
        Answer(
            "Every second leaf from its neighbour",
            "Neighbours are what Y confuses most. That distinction is the last to be kept, from about 3 on.",
        ),
    ),
)

EXPLAIN = r"""The **information bottleneck** asks for the code $P(t \mid x)$ with the least
$I(X; T) - \beta\, I(T; Y)$. All best codes lie on one curve, and no code lies above it. For this table it starts at
the origin with slope $\rho^2$, where $\rho = 0.8$ is the largest correlation that any function of X can have with any
function of Y; so nothing is kept below $\beta = 1 / \rho^2 = 1.56$.

Along the curve T changes its kind at certain places: two values from 1.56, four from about 2.2, eight from about 3.
In between only the blur of the code changes. A new distinction begins faint and grows, as the order of a magnet does
when it cools below its Curie point; such places are called phase transitions.

A hidden layer T of a network is a code of its input X as well, and one can ask where it lies against this curve. That
is the information plane. Nothing forces a trained layer onto the curve; that it goes there by itself is a claim, and
the next lessons look at it."""

DOUBT = """A table where T grows evenly from nothing. With `coins`, `tree` and `ring` in the lab the first step has this
closed form; with `alarm`, a rare event, the best code leaves nothing a little earlier, by a jump. So the formula
says where the first step comes at the latest, and that things come in steps stays true."""


def lesson() -> Lesson:
    """What the information bottleneck is, and what its best codes look like."""
    return Lesson(
        opening=OPENING,
        predict=PREDICT,
        play=Play(
            lab="bottleneck_curve",
            state={"beta": 1.05, "table": "tree", "noise": 0.2},
            free=("beta",),
            do="Raise `beta` slowly from 1.05 to 7. Watch the code on the left, and the point on the curve.",
        ),
        ask=ASK,
        explain=EXPLAIN,
        doubt=DOUBT,
    )
