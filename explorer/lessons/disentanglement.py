"""The lesson on what a score of disentanglement is about."""

from explorer.lessons.base import Answer, Lesson, Play, Question

TITLE = "Turn a perfect code"
PLACE = 8
MINUTES = 6

OPENING = """A picture was made from two numbers, and a network has found two numbers in it, its *latents*. Each latent
holds one of the true numbers exactly and nothing of the other. The **mutual information gap**, MIG, is 1 for such a
code: for every true number it takes what the best latent tells of it, less what the second best tells, as a share of
what there is to be told."""

PREDICT = Question(
    "Turn the plane of the two latents by 45 degrees, as one turns a map. Whoever has both can turn it back, so "
    "nothing is lost. What does the gap read now?",
    (
        Answer(
            "1, as before: nothing is lost",
            "It would, if the gap asked what the code holds. It asks what each latent holds by itself, and a turn "
            "mixes the two.",
        ),
        Answer(
            "About 0.7, the cosine of 45 degrees",
            "Each latent is 0.7 times one number plus 0.7 times the other, that is true. But it is so for both latents "
            "alike, and the gap is a difference of the two.",
        ),
        Answer(
            "0",
            "At 45 degrees either latent tells as much of one number as of the other: the best and the second best are "
            "equal.",
            right=True,
        ),
        Answer(
            "Below 0",
            "The second best latent never tells more than the best: the gap of counted information cannot be negative.",
        ),
    ),
)

ASK = Question(
    "Stop at 20 degrees. What do the scores say there?",
    (
        Answer(
            "All have fallen by half",
            "The gap has, to 0.48. Look at modularity: it is 0.98, and explicitness is 1.",
        ),
        Answer(
            "The gap has fallen by half, modularity hardly, explicitness not at all",
            "The gap reads 0.48, modularity 0.98 and explicitness 1, of the same code: each asks something else.",
            right=True,
        ),
        Answer(
            "None has changed much before 45 degrees",
            "Modularity and explicitness have not. The gap falls from the first: 0.86 at 5 degrees, 0.48 at 20.",
        ),
    ),
)

EXPLAIN = r"""The gap of a true number $v$ is $(I(z_{(1)}; v) - I(z_{(2)}; v)) / H(v)$, with the two latents that tell
most of it. It is about **axes**: it is 1 only where each number lies along one latent. Explicitness asks what all
latents tell together, and does not mind a turn. Modularity squares what a latent tells of the wrong number, and so
forgives a small turn. The other two bars are gaps as well: MIG-sup asks of each latent which number it tells best and
which second best, and SAP how well a straight line guesses a number from its best latent and from the next. None of
them is wrong: a code to be read latent by latent, with a slider for each number, needs
axes, and a code that another network reads does not.

A score is also silent about something. Every latent twice makes the gap 0, though each latent is pure; two numbers in
one latent make it 1. The lab *Which fault does which score not see?* has the table.

Real codes are neither perfect nor known. Two autoencoders that learned sprites are on the Disentanglement page: their
gaps are 0.10 and 0.35, and there you see which latent codes what, and move it."""

DOUBT = """A reason why the axes of a code should be the true numbers at all. Where all directions of a code are alike
to the network, as in a code whose prior is round, a turn costs it nothing, and data without labels cannot tell the
turned code from the straight one."""


def lesson() -> Lesson:
    """What a score of disentanglement asks, and what it cannot see."""
    return Lesson(
        opening=OPENING,
        predict=PREDICT,
        play=Play(
            lab="turned_code",
            state={"angle": 0, "twice": False},
            free=("angle",),
            do="Raise `angle` from 0 to 45 degrees and watch the five scores; go on to 90, then back to 20.",
        ),
        ask=ASK,
        explain=EXPLAIN,
        doubt=DOUBT,
        onward={
            "disentanglement?run=sprites_beta_tcvae": "Open the autoencoder with a gap of 0.35",
            "disentanglement?run=sprites_vae": "Open the one with a gap of 0.10",
        },
    )
