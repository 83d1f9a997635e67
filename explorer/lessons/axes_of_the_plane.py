"""The lesson on where no point of the information plane can lie."""

from explorer.lessons.base import Answer, Lesson, Play, Question

TITLE = "Which points of the plane can a layer reach?"
PLACE = 4
MINUTES = 6

OPENING = """A layer T of a network is made from the input X, perhaps with some chance. The **information plane**
has a point for it: how much T tells of the input, $I(X;T)$, to the right, and how much it tells of the label Y,
$I(T;Y)$, up. Here X has 8 values, and the points are 150 made-up layers, called encoders. Each
searches at random for a T that tells much of Y and little of X; a bit about X costs some of them more, others less."""

PREDICT = Question(
    "Let them search as long as you like. Where on the plane can none of them ever come?",
    (
        Answer(
            "Nowhere is closed: enough search finds a way to any point",
            "It finds a way to any point that exists. But T is made from X: what it tells of Y it tells by way of X, "
            "and "
            "no search can change that.",
        ),
        Answer(
            "Above the diagonal, where T tells more of Y than of X",
            "T has seen nothing of Y but what X shows of it. Each bit about Y costs at least one bit about X.",
            right=True,
        ),
        Answer(
            "To the far right, where T tells nearly all of X",
            "A copy of X lies there: it tells all of X, and all of Y that there is to be told. Encoders with a low "
            "price come near it, up to 2.89 of 3 bits.",
        ),
        Answer(
            "At the lower left, where T tells nothing",
            "A layer that always gives the same value lies exactly there, and encoders with a high price are on "
            "their way to it.",
        ),
    ),
)

ASK = Question(
    "What do the points look like after 60 rounds?",
    (
        Answer(
            "They crowd along the diagonal",
            "They stay well below it, near the origin too. Y is noisy: even the cheapest bit about X tells no more "
            "than 0.64 bit of Y.",
        ),
        Answer(
            "They fill the white part evenly",
            "They began as a cloud in the lower part. The search has emptied it: look at the upper border that they "
            "left.",
        ),
        Answer(
            "They lie along a curve below the diagonal, and none is in the shade",
            "It comes near that of the information bottleneck: the most that can be told of Y at each price in X. The "
            "shade above is ruled out for whatever network.",
            right=True,
        ),
    ),
)

EXPLAIN = r"""Y, X and T form a chain: Y and T have only X in common. Then **data processing** holds: no step of a
chain can add information about where it began, so $I(T;Y) \le I(X;Y)$, the upper shade, and $I(T;Y) \le I(X;T)$, the
diagonal. And nobody can tell more of X than there is: $I(X;T) \le H(X)$, the shade on the right.

These bounds need no assumption on the network. So they are a test that costs nothing: when an **estimate** puts a
layer into the shade, one of its two numbers is wrong, or both are. The Information plane page
shades them under every figure, with $H(Y)$ for $I(X;Y)$: a weaker bound, for nobody knows $I(X;Y)$ of images.

Between the curve and the shade no encoder lies either, but that curve depends on the whole table of X and Y. The
shade here needs two numbers of it, $H(X)$ and $I(X;Y)$; the one on that page needs only $H(X)$ and $H(Y)$."""

DOUBT = """A table of X and Y, and an encoder of X alone, with a point in the shade. It would be a counterexample to
a theorem. An encoder that sees the label as well, as labels in a training set are seen, is another matter: then T
does not depend on X alone."""


def lesson() -> Lesson:
    """Which parts of the information plane are closed to any network, and why that is useful."""
    return Lesson(
        opening=OPENING,
        predict=PREDICT,
        play=Play(
            lab="where_no_point_can_be",
            state={"table": "tree", "noise": 0.2, "states": 8, "rounds": 0},
            free=("rounds",),
            do="Raise `rounds` from 0 to 60 and watch where the points go.",
        ),
        ask=ASK,
        explain=EXPLAIN,
        doubt=DOUBT,
    )
