"""Codes of digits that were taught for different rewards."""

from typing import Annotated, Any, Literal

from plotly.graph_objects import Figure

from explorer.engines.rewards import kept
from explorer.results.pictures import Bars, Cloud, Panels
from explorer.settings import Range

TITLE = "What does a reward on information buy?"
PAPERS = (34, 37, 107)
QUICK = False


def lab(
    objective: Literal["vae", "mim", "cmim", "info_diffusion"] = "mim",
    zeta: Annotated[float, Range(0.0, 1.0, 0.1)] = 1.0,
    updates: Annotated[int, Range(50, 600, 50)] = 200,
    batch: Annotated[int, Range(16, 256, 16)] = 64,
) -> Figure:
    """Two latents of digits after a short training, what they tell of the image, and whether digits lie together.

    Do: compare "vae" and "mim"; then take "info_diffusion" and lower `zeta` from 1 to 0.

    See: the code of the VAE tells 0.1 nats of the image, that of MIM nearly all that there can be,
    $\\ln 1797 = 7.5$ nats. InfoDiffusion keeps its code with a `zeta` of 1 and empties it at 0.

    A variational autoencoder pays for every nat that its code tells of the image. The mutual information machine (MIM)
    makes encoder and decoder agree on one joint distribution, which rewards codes that tell images apart; cMIM also
    pushes codes of different images apart in angle. InfoDiffusion tells a denoiser the code and adds
    $\\zeta\\, I(x; z)$ to its bound: without it a good denoiser does well alone.

    Information on the image is not information on the digit: a code that names the row of the data set is full. The
    share of digits that their five nearest codes tell is in the title: it is about half for all of them. After 200
    updates none is nearly trained, and one run says little of an objective: the papers' comparisons, on other data, are
    not shown, and cMIM is not ahead of MIM here.

    >>> vae, mim = told(lab(objective="vae")), told(lab())
    >>> round(vae["information"], 1) == 0.1 and mim["information"] > 0.95 * mim["most"]
    True
    >>> on, off = (told(lab(objective="info_diffusion", zeta=zeta)) for zeta in (1.0, 0.0))
    >>> off["information"] < 0.3 and on["information"] > 2
    True

    Args:
        objective: what is rewarded.
        zeta: weight of the information in InfoDiffusion; the others do not use it.
        updates: of the network, each on one batch; 600 take a second.
        batch: digits in an update.

    References: livne2025; livne2025a; wang2023; kingma2014.
    """
    own: Any = {"zeta": zeta} if objective == "info_diffusion" else {}
    found = kept(objective, updates, batch=batch, **own)
    names = ["information", "divergence"]
    return Panels(
        title=f"{objective}: the code tells {found.information:.1f} of at most {found.most:.1f} nats of the image, its "
        f"five nearest tell {found.neighbours:.0%} of the digits",
        note=f"{len(found.digits)} digits, {updates} updates of {batch}, seed 0",
        told={"information": found.information, "most": found.most}
        | {"divergence": found.kl, "neighbours": found.neighbours},
        parts=[
            Cloud(
                title="",
                points=found.means[::9],
                kinds=found.digits[::9],
                texts=[str(digit) for digit in found.digits[::9]],
                names=[str(digit) for digit in range(10)],
                x_title="latent 0",
                y_title="latent 1",
            ),
            Bars(
                title="On the image, and from the prior",
                names=names,
                values=[found.information, found.kl],
                value_title="nats",
            ),
        ],
        widths=(0.65, 0.35),
    ).plot()
