"""Which label to ask for next."""

from typing import Annotated, Literal

from plotly.graph_objects import Figure

from explorer.engines.decisions.disagreement import asked
from explorer.results.pictures import Cloud
from explorer.settings import Range

TITLE = "Which sample should be labelled next?"
PAPERS = (83,)
QUICK = True

POOL, WANTED = 400, 20


def lab(
    rule: Literal["least disagreement", "entropy", "information gain"] = "least disagreement",
    labelled: Annotated[int, Range(10, 100, 5)] = 40,
    noise: Annotated[float, Range(0.05, 0.4, 0.05)] = 0.15,
) -> Figure:
    r"""Twenty of the samples of two moons that a rule would have labelled next.

    Do: change `rule` from least disagreement to entropy, then to information gain.

    See: the first two ask along the boundary and mostly for the same samples. Information gain asks at the edges, where
    the fitted weights are least sure, and shares few or none with them.

    The least disagree metric of a sample is the smallest share of all samples whose prediction changes along with it,
    over the classifiers that change it. It is small where a slight change of the model flips the sample, which needs no
    estimate of how sure the model is. Entropy asks where the mean prediction is even. Information gain, the entropy of
    the mean prediction less the mean entropy, asks where models that fit the labels disagree.

    The metric is a probability of disagreement and no information; it is shown here because it is used for the same
    choice. The least is taken over 2000 classifiers drawn around the fitted one, so it is an upper limit. Which rule
    learns fastest is not shown, and twenty samples asked at once repeat each other: the paper adds a rule for variety.

    >>> least, gain = told(lab()), told(lab(rule="information gain"))
    >>> least["also asked by entropy"] > 10 > gain["also asked by entropy"]
    True
    >>> told(lab(rule="entropy"))["also asked by entropy"]
    20.0

    Args:
        rule: by which the samples are chosen.
        labelled: samples whose labels the model has seen.
        noise: of the moons; more lets them overlap.

    References: cho2024; houlsby2011.
    """
    found = asked(POOL, noise, labelled, WANTED)
    shared, kinds = found.shared(rule, "entropy"), found.kinds(rule)
    return Cloud(
        title=f"Of {WANTED} samples asked by {rule}, entropy would ask {shared}",
        note=f"two moons, noise {noise:.2f}; {labelled} labelled, {POOL - labelled} not; logistic on Gaussian bumps",
        told={"also asked by entropy": shared},
        points=found.points,
        kinds=kinds,
        names=("not labelled", "label 0", "label 1", "asked next"),
        sizes=[(4, 8, 8, 10)[kind] for kind in kinds],
        x_title="x",
        y_title="y",
    ).plot()
