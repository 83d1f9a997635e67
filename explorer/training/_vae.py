"""What a run of an autoencoder is made of: objective, images, network, probe and what is measured."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from explorer.catalogue import objectives
from explorer.device import seeded
from explorer.errors import SettingError
from explorer.networks.autoencoder import Autoencoder, Gaussian
from explorer.networks.conv import SIZES
from explorer.networks.kinds import build
from explorer.numerics.posteriors import Posterior, kl_terms
from explorer.objectives.base import Objective, reconstruction
from explorer.recordings.images import Images, drawn_rows, images
from explorer.results.latents import ACTIVE
from explorer.training.base import Pupil

WEIGHTS = ("beta", "alpha", "gamma", "lambda_od", "lambda_d")
ANNEALING = "annealing"
OTHERS = ("capacity", ANNEALING, "weights", "kind", "hidden", "critic_rate", "floor", "temperature", "zeta")
OWN = (*WEIGHTS, *OTHERS, "strength", "bandwidth")
"""Settings of a run that are its objective's."""
GRID = ("size", "scales", "orientations", "positions", "distinct_orientations")
PROBE = 0
"""Seed of the images that are recorded."""
ROWS = 1000


def objective_of(given: Mapping[str, Any], updates: int = 0) -> Objective:
    """The objective of a run with the settings that were given.

    Args:
        updates: that the run makes; an annealing that was not given takes all of them, as far as it may, and the
            objective's own where they are 0.

    Raises:
        SettingError: for a setting that this objective does not have.
    """
    name = given["objective"]
    chosen = {one: given[one] for one in OWN if given[one] is not None}
    known = {setting.name: setting for setting in objectives.card(name).settings}
    for one, value in chosen.items():
        if one not in known:
            raise SettingError(f"{one}={value!r} is no setting of {name}, which has {', '.join(known) or 'none'}")
    if updates and ANNEALING in known:
        limits = known[ANNEALING].range
        chosen.setdefault(ANNEALING, min(updates, int(limits.high)) if limits else updates)
    return objectives[name](**chosen)


def taught(given: Mapping[str, Any]) -> Images:
    """The images of a run."""
    return images(given["data"], {name: given[name] for name in GRID}, keep=True)


def network_of(given: Mapping[str, Any], objective: Objective) -> Autoencoder:
    """The network of a run with its initial weights, by torch's random numbers."""
    size = 8 if given["data"] == "digits" else given["size"]
    kind = objective.network or ("conv" if size in SIZES else "dense")
    settings = {"size": size, "latents": given["latents"], "width": given["width"]}
    return build(kind, **settings, **({} if kind == "dense" else {"channels": given["channels"]}))


def probed(set_of: Images, count: int) -> tuple[tuple[torch.Tensor, np.ndarray], dict[str, np.ndarray]]:
    """(x, y) and the factors of the images that are recorded: the same for every seed, so that runs can be compared."""
    rows = drawn_rows(count, len(set_of), PROBE)
    return (set_of.pixels(rows), set_of.labels(rows)), set_of.factors(rows)


def cleared(folder: Path, after: int) -> None:
    """Make the folder of models, and leave those of no step after `after` in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.safetensors"):
        if path.stem.isdecimal() and int(path.stem) > after:
            path.unlink()


def metrics_of(pupil: Pupil, x: torch.Tensor, seed: int) -> dict[str, float]:
    """Reconstruction, divergence and its three terms in nats an image, and the number of active latents.

    The random numbers are the same at every epoch and none of the training's.
    """
    with seeded(seed, pupil.device):
        return measured(pupil.model.eval(), x.to(pupil.device))


@torch.no_grad()
def measured(model: Autoencoder, x: torch.Tensor) -> dict[str, float]:
    """As `metrics_of`, by torch's random numbers."""
    parts = [model.encode(rows) for rows in x.split(ROWS)]
    posterior = Gaussian(*(torch.cat([getattr(one, name) for one in parts]) for name in ("mean", "log_variance")))
    z = posterior.drawn()
    rebuilt = sum(
        float(reconstruction(model.decode(codes), rows)) * len(rows)
        for codes, rows in zip(z.split(ROWS), x.split(ROWS), strict=True)
    )
    found = kl_terms(Posterior(posterior.mean.double(), posterior.variance.double()), z.double())
    return {
        "reconstruction": rebuilt / len(x),
        "kl": float(found.kl.sum()),
        "index-code information": found.index_code_information,
        "total correlation": found.total_correlation,
        "dimension-wise KL": float(found.dimension_wise.sum()),
        "active units": int((posterior.mean.double().var(0) > ACTIVE).sum()),
    }
