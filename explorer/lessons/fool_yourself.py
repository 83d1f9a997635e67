"""The lesson on looking again and again at the same held-out labels."""

from explorer.lessons.base import Answer, Lesson, Number, Play, Question

TITLE = "What do held-out labels say after many questions?"
PLACE = 9
MINUTES = 7

OPENING = """500 labels are held out. They are coin flips: nothing knows them. You have 1000 features, coin flips as
well, and 500 more labels to train on. You ask the holdout of one feature after the other how often it agrees with the
label, keep those that agree with the same sign as in training, and let the kept ones vote."""

PREDICT = Question(
    "What share of the held-out labels does the vote read right, by the holdout's own report?",
    (
        Answer(
            "0.50: they are coin flips",
            "On new labels, yes. The holdout has answered 1000 questions, and the vote is made of its answers.",
        ),
        Answer(
            "0.54 at most: the 95 % interval of 500 flips ends there",
            "That interval is made for one question that was fixed beforehand. This vote was put together from 1000 "
            "answers.",
        ),
        Answer(
            "About 0.79",
            "Each answer moves the vote a little towards this holdout's chance, and 1000 little steps are much.",
            right=True,
        ),
        Answer(
            "Nearly 1: 1000 features can fit 500 labels",
            "A fit to the holdout could. Here nothing is fitted to it: each feature has one vote, and only the choice "
            "of features has seen the held-out labels.",
        ),
    ),
)

EXPLAIN = r"""Half of $k$ features are kept, those whose chance in the holdout goes with that in training. Each then
reads this holdout right a little too often, and a vote adds up what is little: $\Phi(\sqrt{k / \pi n})$ after $k$
looks at $n$ labels, 0.79 for $k = 1000$ and $n = 500$. For few looks that is
$\frac12 + \frac1{\pi\sqrt2} \sqrt{k / n}$: **looks that follow from each other cost the square root of their number**.
Had all $k$ questions been fixed beforehand, none would be off by more than $\sqrt{\ln(2 k / \delta) / 2 n}$, the root
of its logarithm, with chance $1 - \delta$.

Nobody in this game trained on a held-out label, and nobody meant to cheat. Choosing a layer, a step, an estimator or a
width after having seen the last number is such a look.

Thresholdout keeps the answer honest: it answers from the training set as long as the holdout agrees with it, and else
with a little noise, so that the vote learns almost nothing of this holdout. The simplest remedy is older: keep some
labels that are read once, at the end."""

DOUBT = """New labels. If the vote still read 0.79 of labels that were drawn after it was put together, it would know
something. With `telling` above 0 in the lab some features do, and then fresh samples read more than 0.5 too."""


def lesson() -> Lesson:
    """Why a number that was read on held-out data may mean nothing, and what keeps it honest."""
    return Lesson(
        opening=OPENING,
        predict=PREDICT,
        play=Play(
            lab="fool_a_holdout",
            state={"looks": 10, "samples": 500, "telling": 0},
            free=("looks",),
            do="Raise `looks` from 10 to 1000 and compare the reused holdout with the fresh samples.",
        ),
        ask=Number(
            "What does the reused holdout report after 1000 looks?",
            value=0.79,
            tolerance=0.03,
            unit="share of labels",
            feedback_right="And fresh samples read 0.5, as they did all along: nothing was learned but this holdout.",
            feedback_wrong="Set `looks` to 1000 and read the right end of the line of the reused holdout: it is near "
            "0.79, while fresh samples read 0.5.",
        ),
        explain=EXPLAIN,
        doubt=DOUBT,
        onward={"plane?looks=true": "Count your own looks on the Information plane"},
    )
