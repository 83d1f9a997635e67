"""Many parameters, and how much must be learned."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.validity.prior_mass import Product, counted
from explorer.results.pictures import Curves, Line, Mark
from explorer.settings import Range

TITLE = "Why need a model of many parameters not overfit?"
PAPERS = (64,)
QUICK = True

CHANCES = (1e-6, 1e-5, 1e-4, 1e-3, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def lab(
    parameters: Annotated[int, Range(1, 30)] = 10,
    flips: Annotated[int, Range(10, 500, 10)] = 200,
    truth: Annotated[float, Range(0.001, 0.9, log=True)] = 0.01,
) -> Figure:
    r"""What a Bayes mixture over models of a coin pays for not knowing it, by the coin that is true.

    Do: set `parameters` to 1 and raise it to 10 with `truth` at 0.01, then raise `truth` to 0.5.

    See: with ten parameters the rare coin costs less than with one: 1.9 nats instead of 3.6. The fair coin costs ten
    times as much, 18. Counting parameters says 26 for both.

    The chance of heads is the product of $k$ parameters, each uniform before anything is seen. All of them are needed
    to write a model down, yet very many choices give nearly the same coin, and a mixture predicts as if it knew the
    truth $p^*$ as soon as the data has ruled out what is not near it. Its regret after $n$ flips is at most
    $\min_\epsilon \, n \epsilon - \ln W(\epsilon)$ with $W$ the prior mass of the models within $\epsilon$ of the truth
    in Kullback-Leibler divergence: the dotted line, less than 6 nats above the exact one. What counts is this mass near
    the truth, and parameters move it: the coin of 0.01 costs 3.6, 1.9, 9.1 and 18.3 nats with 1, 10, 20 and 30 of them.
    A coin that the prior makes rare costs more than counting says: with ten parameters, that of 0.9 costs 34 nats.

    The regret is exact, and so is the mass. The paper's claim is for any class of models and this prior is only one; it
    does not show that a network's prior favours what is true in the world, nor that training finds the mixture.

    >>> one, ten = told(lab(parameters=1)), told(lab(parameters=10))
    >>> ten["regret"] < 2 < 3.5 < one["regret"]
    True
    >>> fair = told(lab(truth=0.5))
    >>> fair["regret"] > 17 and fair["regret"] < fair["bound"] < fair["regret"] + 2
    True
    >>> round(ten["counting parameters"]), round(fair["counting parameters"])
    (26, 26)
    >>> [round(told(lab(parameters=k))["regret"], 1) for k in (1, 10, 20, 30)]
    [3.6, 1.9, 9.1, 18.3]
    >>> round(told(lab(truth=0.9))["regret"], 1)
    33.7

    Args:
        parameters: whose product is the chance of heads.
        flips: of the coin that are to be predicted, one after the other.
        truth: the chance of heads that is told in the title.

    References: feder2025; schwarz1978.
    """
    coin, counting = Product(parameters), counted(parameters, flips)
    *regrets, regret = coin.regret((*CHANCES, truth), flips)
    *bounds, bound = coin.bound((*CHANCES, truth), flips)
    return Curves(
        title=f"A coin of chance {truth:.3g} costs {regret:.1f} nats; prior mass says at most {bound:.1f}, counting "
        f"{parameters} parameter{'s' * (parameters > 1)} {counting:.1f}",
        note=f"{flips} flips, chance of heads a product of {parameters} uniform "
        f"parameter{'s' * (parameters > 1)}; exact",
        told={"regret": regret, "bound": bound, "counting parameters": counting},
        x=CHANCES,
        lines=[
            Line("regret", regrets),
            Line("bound by prior mass", bounds, style="dot"),
        ],
        marks=[Mark(truth, "the true coin"), Mark(counting, "k/2 ln n", "y")],
        x_title="true chance of heads",
        y_title="regret (nats)",
        log_x=True,
    ).plot()
