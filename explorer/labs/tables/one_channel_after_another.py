"""A source passes the same channel again and again."""

from typing import Annotated, Literal

from plotly.graph_objects import Figure

from explorer.engines.finite.channels import chain
from explorer.results.pictures import Curves, Line
from explorer.settings import Range

TITLE = "Can a later stage know more of the source than an earlier one?"
PAPERS = (23,)
QUICK = True
STAGES = 8


def lab(
    channel: Literal["binary symmetric", "erasure", "one-sided", "typewriter"] = "binary symmetric",
    noise: Annotated[float, Range(0.0, 1.0, 0.01)] = 0.1,
    first: Annotated[float, Range(0.05, 0.95, 0.05)] = 0.8,
    order: Annotated[float, Range(0.1, 1.9, 0.1)] = 0.5,
) -> Figure:
    r"""What is left of a source after 0, 1, 2 ... channels, by three rulers, and the entropy of what arrives.

    Do: switch through the channels; for each set `noise` to 0 and raise it to 0.3.

    See: each ruler falls at every stage, and none ever rises. The entropy of what arrives (dotted) goes up for one
    channel and down for another.

    Entropy can be defined as the distance from determinism: how far "copy one draw" is from "draw twice". With the
    Kullback-Leibler divergence as the distance that is Shannon's entropy, with Rényi's of order $\alpha$ the Rényi
    entropy of order $2 - \alpha$, with total variation the Gini-Simpson index $1 - \sum p^2$. The distance of a joint
    table from independence is the information that belongs to it. All three obey the same data-processing
    inequality, because no channel brings two distributions further apart.

    So a layer can have more entropy than the layer before it, and still cannot know more of the input. Each ruler
    is drawn as a share of what it gives for the source, for they have different units.

    The paper puts this for any divergence in the language of Markov categories; here are three, on small tables.

    >>> for name in ("binary symmetric", "erasure", "one-sided", "typewriter"):
    ...     seen = told(lab(channel=name, noise=0.2))
    ...     assert 0 < seen["shannon"] < 1 and 0 < seen["renyi"] < 1 and 0 < seen["variation"] < 1
    ...     assert seen["largest_rise"] < 0
    >>> told(lab(noise=0.2))["entropy"] > 1 > told(lab(channel="one-sided", noise=0.2, first=0.2))["entropy"]
    True

    Args:
        channel: which channel is passed at every stage.
        noise: probability that it flips, erases, misses a 1, or strikes the next key.
        first: probability of the first level of the source; the others share the rest.
        order: of Rényi's divergence; 1 gives Shannon's information.

    References: perrone2024; cover2006, section 2.8.
    """
    seen = chain(channel, noise, first, STAGES, order)
    shannon, renyi, variation, entropy = seen.shares
    end = {"shannon": shannon[-1], "renyi": renyi[-1], "variation": variation[-1], "entropy": entropy[-1]}
    lost = max(end["shannon"], end["renyi"], end["variation"]) < 0.9995
    left = f"leave {100 * shannon[-1]:.0f} % of the information" if lost else "lose nothing"
    return Curves(
        title=f"{STAGES} channels {left}; what arrives has {entropy[-1]:.2f} times the entropy of the source",
        note=f"exact; {channel} channel, noise {noise:g}, first level sent with probability {first:g}",
        told=end | {"largest_rise": seen.largest_rise}, x=range(STAGES + 1),
        x_title="channels passed", y_title="share of what the source has",
        lines=[
            Line("Shannon", shannon), Line(f"Rényi, order {order:g}", renyi), Line("total variation", variation),
            Line("entropy of the stage", entropy, style="dot"),
        ],
    ).plot()  # fmt: skip
