"""Where, between no noise and nothing but noise, a dependence shows."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.distributions import BivariateNormal
from explorer.engines.known.noise_levels import integrand
from explorer.estimators import MINDE
from explorer.results.pictures import Curves, Line, Mark
from explorer.settings import Range

TITLE = "At which noise level does the information live?"
PAPERS = (10, 25)
N = 1000


def lab(
    rho: Annotated[float, Range(0.3, 0.99, 0.01)] = 0.9,
    steps: Annotated[int, Range(50, 1000, 50)] = 150,
) -> Figure:
    r"""How much better noise is told from X when Y is known, over the level of noise: exact, and by a small network.

    Do: raise `rho`; then lower `steps` to 50.

    See: the hill moves to the right, to less noise, and grows. Few updates suffice: the best guess of a normal pair is
    linear, and what the learned hill is off by is the chance of the samples.

    Noise X until its variance and that of the noise have the log ratio $\alpha$. A denoiser with Y guesses the noise
    better than one without, by $\frac12 E\|\hat e(x_\alpha) - \hat e(x_\alpha, y)\|^2$, and the area below that curve
    is $I(X;Y)$. For a normal pair the hill is highest just where $\alpha = I$ in nats: a strong dependence shows only
    when there is little noise. With little noise all know X; with much, nobody does.

    The area cannot be negative. On curved pairs a network trained too short misses part of the hill and reads too
    little; that is no bound, since chance adds a little everywhere. The papers do this with pictures and their
    captions. The estimator `minde` tells its network the normal part unless it is asked not to, as here: a normal pair
    needs no training then.

    >>> weak, strong = told(lab(rho=0.5, steps=50)), told(lab(rho=0.99, steps=50))
    >>> round(weak["exact"], 3), round(strong["exact"], 3)
    (0.144, 1.959)
    >>> abs(weak["peak"] - 0.14) < 0.16 and abs(strong["peak"] - 1.96) < 0.16  # levels lie 0.3 apart
    True
    >>> more = told(lab(rho=0.99, steps=600))
    >>> all(abs(one["learned"] - 1.96) < 0.1 for one in (strong, more))
    True

    Args:
        rho: correlation of the two normal variables.
        steps: updates of the network.

    References: franzese2024; kong2024.
    """
    pair = BivariateNormal(rho)
    found = MINDE(kind="c", form="distance", normal=False, steps=steps)(*pair.sample(N))
    levels, learned = (found.details[name][::2] for name in ("log_snr", "integrand"))
    exact = integrand(found.details["log_snr"], rho)
    peak = found.details["log_snr"][int(exact.argmax())]
    return Curves(
        title=f"The area is {pair.nats:.2f} nats and the hill highest at α = {pair.nats:.2f}; after {steps} updates a "
        f"network reads {found.nats:.2f} nats",
        note=f"normal pair, ρ = {rho:g} · n = {N}, {found.details['held out']} of them read · MINDE",
        told={"exact": pair.nats, "learned": found.nats, "peak": peak, "steps": steps},
        x=found.details["log_snr"],
        lines=[Line("exact", exact, style="dash"), Line("learned", learned, x=levels)],
        marks=[Mark(pair.nats, "α = I")],
        x_title="ln of signal to noise α (more noise to the left)",
        y_title="nats per unit of α",
    ).plot()
