"""The second lesson: an estimate of information is not the information."""

from explorer.lessons.base import Answer, Lesson, Play, Question

TITLE = "Counting what two numbers share"
PLACE = 2
MINUTES = 6

OPENING = """For two coins you had the whole table. Of neurons you have samples, and the table must be counted: cut
both axes into cells, see how often each cell occurs, and compute. Here the truth is known, since the two variables are
normal numbers whose correlation ρ can be set. The unit is the nat, 1.44 bits."""

PREDICT = Question(
    "Two numbers have nothing to do with each other, ρ = 0. You count 200 samples in 20 by 20 cells. What does the "
    "table say that they share?",
    (
        Answer(
            "About nothing, as they share nothing",
            "The truth is 0. But 200 samples cannot fill 400 cells evenly, and the table takes every gap for a rule.",
        ),
        Answer(
            "About 0.6 nats",
            "Nearly a bit, from nothing: as much as two numbers with a correlation of 0.84 share.",
            right=True,
        ),
        Answer(
            "As often a little less than 0 as a little more",
            "That would be the mark of an estimate without bias. A counted table cannot read below 0, so whatever "
            "chance does to it goes upwards.",
        ),
        Answer(
            "Anything, depending on the luck of the samples",
            "Luck moves it by a tenth or so: look at how narrow the band is. Nearly all of it comes in every sample.",
        ),
    ),
)

ASK = Question(
    "Go from 1000 samples to 2000. What happens to what the cells read at ρ = 0?",
    (
        Answer(
            "It halves",
            "From 0.15 to 0.07 nats: this error is a bias, and falls as one over n. It has a size that can be told in "
            "advance.",
            right=True,
        ),
        Answer(
            "It falls by a factor of about 1.4, as errors do",
            "The scatter of an estimate falls with the root of n. What you see is no scatter: it has one sign in every "
            "sample, and falls faster.",
        ),
        Answer(
            "It stays, as the cells are the same",
            "Then more samples would never help. Compare the height of the curve at ρ = 0 for both: 0.15 and 0.07 "
            "nats.",
        ),
        Answer(
            "It vanishes: 2000 samples are enough",
            "0.07 nats are left, more than two numbers of correlation 0.3 share. With 5000 samples it is still 0.03.",
        ),
    ),
)

EXPLAIN = r"""The exact curve is $I = -\frac12 \ln(1 - \rho^2)$: a correlation of 0.3 is worth only 0.05 nats, one of
0.95 is worth 1.16.

A table of $B$ by $B$ cells has about $(B-1)^2$ numbers that chance can move, and each of them adds about $\frac{1}{2n}$
nats to the estimate and never takes any away: 0.18 nats in all for 20 by 20 cells and 1000 samples, a little less
where outer cells stay empty. While $n$ is small the bias is larger than anything weak that you wanted to see. Fewer
cells have less of it, but then they are wider than the dependence is narrow, and the estimate falls below the curve:
five by five cells at ρ = 0.95 read 0.57 of 1.16 nats, from 5000 samples.

The other two curves need no table. KSG asks how far the nearest neighbours are, and its cells shrink where samples are
many. The Gaussian estimate fits the correlation. Both lie on the truth here, for the second knows what nobody knows of
a neuron: that all is normal. Every estimate of information on this app's pages comes with what it reads when rows are
shuffled, which is this lesson's number for your data."""

DOUBT = """Samples of independent numbers, counted in many cells, that read close to 0 without a correction. Look for
them: play on with every control, change `bins` there, and see what the table reads at ρ = 0 against $(B-1)^2/2n$."""


def lesson() -> Lesson:
    """How near an estimate comes to the information, and what that depends on."""
    return Lesson(
        opening=OPENING,
        predict=PREDICT,
        play=Play(
            lab="correlated_gaussian",
            state={"rho": 0.0, "n": 200, "bins": 20},
            free=("n",),
            do="Raise `n` from 200 to 5000 and watch the left end of the curve of the counted cells. Stop at 1000 and "
            "at 2000.",
        ),
        ask=ASK,
        explain=EXPLAIN,
        doubt=DOUBT,
    )
