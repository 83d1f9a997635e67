"""The first lesson: what information is, on two coins."""

from explorer.lessons.base import Answer, Lesson, Play, Question

TITLE = "A table of two coins"
PLACE = 1
MINUTES = 6

OPENING = """Two coins lie under a cup. You see the first. How much does it tell you about the second? A fair coin
holds one bit of doubt; information is the part of it that is taken away."""

PREDICT = Question(
    "The second coin shows what the first shows nine times in ten. How much of its bit does the first take away?",
    (
        Answer(
            "0.9 bit",
            "Nearly everybody says so. But you never know which of the ten is the wrong one, and that doubt alone is "
            "0.47 bit.",
        ),
        Answer(
            "About half a bit",
            "Being wrong now and then, without knowing when, is expensive: 0.47 bit of doubt stays, 0.53 is gone.",
            right=True,
        ),
        Answer(
            "0.1 bit",
            "That would be so if they agreed a little more often than by chance, 68 times in a hundred. Nine in ten is "
            "much more.",
        ),
        Answer(
            "Nothing, as it is not certain",
            "Information need not be certain: you would bet on the second coin now, and win nine times in ten.",
        ),
    ),
)

ASK = Question(
    "How much does the first coin tell about a second one that never agrees with it?",
    (
        Answer(
            "A whole bit",
            "Who sees heads knows that the other shows tails. Information does not ask whether things agree, but "
            "whether one can be told from the other.",
            right=True,
        ),
        Answer("Nothing", "Nothing is told at 0.5, where the second coin is a fair toss whatever the first shows."),
        Answer(
            "Minus one bit",
            "Correlation would be -1 here. Information has no sign: it is how much doubt goes away, and looking at a "
            "coin cannot add doubt on average.",
        ),
    ),
)

EXPLAIN = r"""The doubt about a coin that shows heads with probability $p$ is its entropy,
$h(p) = -p \log_2 p - (1 - p) \log_2 (1 - p)$, in bits: one for a fair coin, 0.47 for nine in ten, none for a coin with
two heads. Information is the doubt before less the doubt after:

$$I(X; Y) = H(Y) - H(Y \mid X) = 1 - h(0.9) = 1 - 0.47 = 0.53 \text{ bit}.$$

It is the same from either side, $I(X; Y) = I(Y; X)$, it is zero for independent coins and for no others, and it needs
nothing but the table: rename heads and tails and it stays as it is. That is why it can be asked of a neuron, a label
and an image alike. A network's layer and the label are two such coins, with more faces."""

DOUBT = """A coin that holds little. Set `heads` to 0.95 in the lab: coin 1 now has only 0.29 bit of doubt, and two
coins cannot share more than that, however well one copies the other. Agreement alone is not information."""


def lesson() -> Lesson:
    """What information is: doubt that is taken away, and how a table says how much of it."""
    return Lesson(
        opening=OPENING,
        predict=PREDICT,
        play=Play(
            lab="two_by_two",
            state={"agreement": 0.5},
            free=("agreement",),
            do="Raise `agreement` from 0.5 to 0.9, and on to 1. Then take it down to 0.",
        ),
        ask=ASK,
        explain=EXPLAIN,
        doubt=DOUBT,
    )
