"""A perfect code of two factors, turned and copied, and what five scores make of it."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.known.codes import copied, grid, turned
from explorer.measures.disentanglement.explicitness import Explicitness
from explorer.measures.disentanglement.mig import MIG
from explorer.measures.disentanglement.mig_sup import MIGSup
from explorer.measures.disentanglement.modularity import Modularity
from explorer.measures.disentanglement.sap import SAP
from explorer.results.pictures import Bars, Cloud, Panels
from explorer.settings import Range

TITLE = "What does a turn of a code do to its score?"
PAPERS = (57,)
QUICK = False
SCORES = {"MIG": MIG(), "MIG-sup": MIGSup(), "modularity": Modularity(), "SAP": SAP(), "explicitness": Explicitness()}


def lab(
    angle: Annotated[int, Range(0, 90, 5)] = 0,
    twice: bool = False,
) -> Figure:
    """Two latents that hold two factors of five levels, and five scores of them.

    Do: raise `angle` from 0 to 45 degrees, and on to 90.

    See: the mutual information gap falls from 1 to 0 at 45 degrees and comes back to 1 at 90. Modularity is still 0.98
    at 20 degrees, where the gap is half, and explicitness stays at 1.

    No sample comes nearer to another by a turn: whoever has the two latents knows both factors as before, which is what
    explicitness reads. But at 45 degrees either latent tells as much of one factor as of the other, and the gap
    $\\frac1K \\sum_k (I(z_{(1)}; v_k) - I(z_{(2)}; v_k)) / H(v_k)$ between the two that tell most is 0. The gap is
    about the axes of a code, not about what it holds; whether axes should matter is the question behind the word
    disentanglement.

    Now make every latent stand there `twice`: the gap is 0 at any angle, though each latent holds one factor alone.
    Scores over latents, MIG-sup and modularity, do not notice. That is why one score is never enough.

    >>> for angle, gap in ((0, 1.0), (5, 0.86), (20, 0.48), (45, 0.0), (90, 1.0)):
    ...     assert abs(told(lab(angle=angle))["MIG"] - gap) < 0.01
    >>> half = told(lab(angle=20))
    >>> round(half["modularity"], 2) == 0.98 and half["explicitness"] > 0.999
    True
    >>> told(lab(angle=45))["explicitness"] > 0.999
    True
    >>> copy = told(lab(twice=True))
    >>> copy["MIG"] == 0 and copy["modularity"] > 0.999 and copy["MIG-sup"] > 0.999
    True

    Args:
        angle: by which the two latents are turned into one another, in degrees.
        twice: every latent stands in the code twice.

    References: chen2018; li2020; ridgeway2018; locatello2019.
    """
    code = turned(grid(2, 5, 8), angle)
    code = copied(code) if twice else code
    found = {name: measure(code.z, code.factors).value for name, measure in SCORES.items()}
    of_a = code.factors["a"]
    return Panels(
        title=f"Turned by {angle}°{', each latent twice' if twice else ''}: a gap of {found['MIG']:.2f}, "
        f"a modularity of {found['modularity']:.2f}",
        note=f"{len(code.z)} samples, every combination of two factors of 5 levels once; 20 bins",
        told=found,
        parts=[
            Cloud(
                title="",
                points=code.z[::3, :2],
                kinds=of_a[::3],
                names=[f"a = {level}" for level in range(5)],
                x_title="latent 0",
                y_title="latent 1",
            ),
            Bars(
                title="Five scores",
                names=list(found),
                values=list(found.values()),
                value_title="score, 0 to 1",
            ),
        ],
        widths=(0.55, 0.45),
    ).plot()
