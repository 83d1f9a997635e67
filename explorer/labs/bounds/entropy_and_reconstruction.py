"""The plane of entropy and reconstruction, with exact channels of directions in it."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.known.spheres import DirectionChannel
from explorer.engines.repeats import Repeats
from explorer.estimators import EntropyReconstruction
from explorer.results.pictures import Curves, Line
from explorer.settings import Range

TITLE = "Do two views agree because they know something, or because they collapsed?"
PAPERS = (22,)
CROWDS, PRECISE, SEEDS, N = (0.0, 2.0, 5.0, 12.0, 30.0, 80.0), (1.0, 3.0, 8.0, 20.0, 60.0), 2, 500


def lab(
    crowding: Annotated[float, Range(0.0, 80.0, 1.0)] = 0.0,
    precision: Annotated[float, Range(1.0, 60.0, 1.0)] = 20.0,
    columns: Annotated[int, Range(2, 16, 1)] = 3,
) -> Figure:
    """Two views on a sphere: the entropy of the second, and how well it is reconstructed from the first.

    Do: raise `crowding` from 0 to 80; then set it back, set `precision` to 1 and raise it to 60.

    See: as the views crowd together, the point wanders left and the information is lost, while the reconstruction is
    as good as before; a more precise second view moves it straight up.

    The first view is a direction around one fixed axis, the closer the higher `crowding`; the second is the first with
    noise. $I(Z_1;Z_2) \\ge H(Z_2) + E\\ln q(z_2|z_1)$, so that dotted lines are those of equal information. A loss that
    raises the agreement of two views alone sees only the height: it is content with a collapse, all views at one point.
    The paper reads clustering and distillation as ways to hold the entropy up while the reconstruction is raised.

    Here $q$ is the true noise up to a fitted concentration, so that the bound is tight, and the entropies are those of
    directions, below 0 where they crowd. Its estimate, one point a crowding, leaves each sample out of its own density
    and is too high on average: in many columns points lie right of the exact line. No network is trained.

    >>> spread, crowded = told(lab()), told(lab(crowding=80.0))
    >>> crowded["entropy"] < spread["entropy"] - 2.4, abs(crowded["reconstruction"] - spread["reconstruction"]) < 1e-9
    (True, True)
    >>> spread["truth"] > 2.6 and crowded["truth"] < 0.3 and abs(spread["estimate"] - spread["truth"]) < 0.1
    True
    >>> loud, quiet = told(lab(precision=1.0)), told(lab(precision=60.0))
    >>> abs(loud["entropy"] - quiet["entropy"]) < 1e-6, quiet["reconstruction"] > loud["reconstruction"] + 3
    (True, True)

    Args:
        crowding: concentration of the first view around its axis; 0 spreads it over the sphere.
        precision: concentration of the second view around the first.
        columns: of both views.

    References: rodriguezgalvez2023; joe1989.
    """
    crowds = sorted({*CROWDS, crowding})
    channels = [DirectionChannel(columns, precision, one) for one in crowds]
    found = [[EntropyReconstruction()(*one.sample(N, seed)).details for one in channels] for seed in range(SEEDS)]
    read = [Repeats.of([[one[part] for one in row] for row in found]) for part in ("entropy", "reconstruction")]
    here, at = DirectionChannel(columns, precision, crowding), crowds.index(crowding)
    exact, low = [one.entropy for one in channels], -here.noise
    noisy = [DirectionChannel(columns, one, crowding) for one in PRECISE]
    levels = [here.nats * share for share in (1.0, 0.5, 0.0)]
    lines = [Line(f"{abs(level):.2f} nats", [level - one for one in exact], style="dot", x=exact) for level in levels]
    told = {"truth": here.nats, "entropy": here.entropy, "reconstruction": low}
    told["estimate"] = float(read[0].mean[at] + read[1].mean[at])
    return Curves(
        title=f"Reconstructed equally well, {low:.2f} nats, views crowded to {crowding:g} know {abs(here.nats):.2f} "
        f"nats of each other and spread ones {channels[0].nats:.2f}"
        if crowding
        else f"Views all over the sphere, reconstructed at {low:.2f} nats, know {here.nats:.2f} nats of each other",
        note=f"noise of concentration {precision:g} in {columns} columns · points: estimates, n = {N}, bars: lowest to "
        f"highest of {SEEDS} samples",
        told=told,
        x=exact,
        lines=[
            *lines,
            Line("exact, crowding 0 to 80", [low] * len(exact), style="dash"),
            Line("exact, precision 1 to 60", [-one.noise for one in noisy], x=[one.entropy for one in noisy]),
            Line("estimates", read[1].mean, read[1].low, read[1].high, style="points", x=read[0].mean),
            Line(f"crowding {crowding:g}", [low], style="points", x=[here.entropy]),
        ],
        x_title="entropy H(Z₂), nats",
        y_title="reconstruction E ln q(z₂|z₁), nats",
    ).plot()
