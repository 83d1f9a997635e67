"""The lesson on diffusion spectral entropy."""

from explorer.lessons.base import Answer, Lesson, Number, Play, Question

TITLE = "Count clusters by walking"
PLACE = 7
MINUTES = 6

OPENING = """240 points lie in a space of 51 columns. In truth they are k clusters, so an entropy of $\\log_2 k$
bits would do them justice: 4 bits for 16. But 50 columns hold only noise. Cells, two in each column, fail:
there are $2^{51}$ of them, every point sits alone, and they read $\\log_2 240 = 7.9$ bits for any k.
Another idea: walk at random from point to near point, and ask how well its end tells where it began. The entropy of
that is called DSE."""

PREDICT = Question(
    "After one step of the walk DSE reads 6.3 bits for 16 clusters: groups, and also noise within each. What will it "
    "read after four?",
    (
        Answer(
            "More than 6.3: a longer walk sees more of the space",
            "It sees more, and tells less apart: after some steps all points of a cluster are equally likely, and "
            "where the "
            "walk began within it is forgotten.",
        ),
        Answer(
            "4: the walk forgets where in a cluster it began, but not in which",
            "What is left after some steps is the cluster, and of those there are 16.",
            right=True,
        ),
        Answer(
            "0: after a while it could be anywhere",
            "It cannot leave its cluster: the next one is ten widths of the kernel away. It could be anywhere in one "
            "of 16.",
        ),
        Answer(
            "6.3 still: the points have not moved",
            "The points have not, but the question has: how many groups does a walk of four steps tell apart?",
        ),
    ),
)

EXPLAIN = r"""The walk goes from $i$ to $j$ with a probability that falls with distance, $e^{-|z_i - z_j|^2 / 2
\sigma^2}$. As a matrix it has an eigenvalue 1 for every group it cannot leave, and small ones for directions
within, about 0.04 for 16 clusters. The entropy of $|\lambda_i|^t$, divided by their sum, is **diffusion spectral
entropy** (DSE); $t$ steps raise every eigenvalue to the power $t$, so 1 stays, and after four 0.04 is 0.000003.

That is why it still tells something in many columns, where cells are all alone: it looks at distances, not at
places. And why it is a number about a **scale**: with a kernel so wide that the clusters touch, they are one; so
narrow that no point has a neighbour, every point is a group, and it reads $\log_2 n$ as the cells do.

For a layer of a network nobody tells you the scale. The authors take $\sigma = 10$ for all; the layer's median
distance is another choice, and the two can move in opposite directions in the same training."""

DOUBT = """A cloud without gaps. These clusters have a number; a curved sheet of activations has none, and then the
entropy depends on sigma and t smoothly and there is no true value to be right about."""


def lesson() -> Lesson:
    """How an entropy of a walk counts clusters where cells see single points, and what it needs for that."""
    return Lesson(
        opening=OPENING,
        predict=PREDICT,
        play=Play(
            lab="spectral_entropy",
            state={"noise": 1.0, "sigma": 10.0, "t": 1.0},
            free=("t",),
            do="Raise `t`, the steps of the walk, from 1 to 4, and compare the curve of DSE with the dashed one, "
            "which is without noise.",
        ),
        ask=Number(
            "What does DSE read for 16 clusters at t = 4?",
            value=4.0,
            tolerance=0.15,
            unit="bits",
            feedback_right="And 2 bits for 4 clusters, 0 for one: the noise is forgotten, the clusters are not.",
            feedback_wrong="Set `t` to 4 and read the right end of the curve of DSE: it lies on the dashed one, at 4 "
            "bits.",
        ),
        explain=EXPLAIN,
        doubt=DOUBT,
        onward={"representation?run=twelve_bit&measure=diffusion_spectral_entropy": "Read it of every tanh layer"},
    )
