"""An autoencoder on sprites or digits, taught one of many objectives, with its code recorded and its models kept."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from explorer.device import one_thread, resolve, seeded
from explorer.jobs.progress import nothing
from explorer.networks.kinds import save
from explorer.recordings.recorder import Recorder
from explorer.recordings.schedule import log_steps
from explorer.settings import Range
from explorer.training._vae import cleared, metrics_of, network_of, objective_of, probed, taught
from explorer.training.base import Checkpoint, Pupil, updates

PLANS = ({"measure": "mig", "target": "factors"},)
"""What a demonstration computes of the recording while it grows."""
PAGE = "disentanglement"


def train(
    path: str,
    *,
    data: Literal["sprites", "digits"] = "sprites",
    objective: Literal[
        "vae", "beta_vae", "annealed_capacity", "beta_tcvae", "factor_vae", "dip_vae", "info_diffusion", "mim", "cmim"
    ] = "beta_tcvae",
    beta: Annotated[float | None, Range(0.0, 1000.0)] = None,
    alpha: Annotated[float | None, Range(0.0, 100.0)] = None,
    gamma: Annotated[float | None, Range(0.0, 10_000.0)] = None,
    capacity: Annotated[float | None, Range(0.0, 1000.0)] = None,
    annealing: Annotated[int | None, Range(1, 10_000_000)] = None,
    weights: Literal["mws", "mss"] | None = None,
    kind: Literal["i", "ii"] | None = None,
    lambda_od: Annotated[float | None, Range(0.0, 1000.0)] = None,
    lambda_d: Annotated[float | None, Range(0.0, 1000.0)] = None,
    hidden: Annotated[int | None, Range(8, 2000)] = None,
    critic_rate: Annotated[float | None, Range(1e-7, 1.0, log=True)] = None,
    floor: Annotated[float | None, Range(-20.0, 0.0)] = None,
    temperature: Annotated[float | None, Range(0.01, 10.0, log=True)] = None,
    zeta: Annotated[float | None, Range(0.0, 1.0)] = None,
    strength: Annotated[float | None, Range(0.0, 10_000.0)] = None,
    bandwidth: Annotated[float | None, Range(0.01, 10_000.0, log=True)] = None,
    latents: Annotated[int, Range(2, 100)] = 10,
    width: Annotated[int, Range(8, 1024)] = 128,
    channels: Annotated[int, Range(4, 128)] = 16,
    epochs: Annotated[int, Range(1, 10_000)] = 40,
    batch: Annotated[int, Range(2, 4096)] = 128,
    learning_rate: Annotated[float, Range(1e-6, 1.0, log=True)] = 1e-3,
    size: Annotated[int, Range(8, 64)] = 32,
    scales: Annotated[int, Range(1, 6)] = 6,
    orientations: Annotated[int, Range(1, 40)] = 20,
    positions: Annotated[int, Range(1, 32)] = 8,
    distinct_orientations: bool = True,
    probe: Annotated[int, Range(100, 20_000)] = 4000,
    device: str = "auto",
    seed: Annotated[int, Range(0, 2**31 - 1)] = 0,
    progress: Callable[..., None] = nothing,
) -> dict[str, Any]:
    """Train an autoencoder and record mean and variance of q(z|x) on a fixed probe, with the model at every step.

    torch's own initial weights, Bernoulli pixels, Adam; the steps recorded are epochs, on a logarithmic schedule. The
    probe is drawn at random from the images that are taught. Its metrics are in nats an image: reconstruction, kl and
    the three terms that kl is made of, for the mixture of the probe's posteriors, so that the index-code information
    of n images is at most ln n; the terms are means over one sample of every posterior and sum to kl, which is in
    closed form. A latent whose mean has a variance above 0.01 counts as active. `loss` is the mean over the batches of
    an epoch, constants of the objective included.

    The layers are `mean` and `variance`; `models/` in the folder holds the network of every recorded step. After every
    epoch the state is kept: a training that was ended goes on from there when it is called with the same path and
    settings, to the same result on the same machine. Convolutions are used at sizes 32 and 64, dense layers at others.

    Args:
        path: folder of the recording.
        data: sprites of a grid, or the 1797 digits of 8 x 8 pixels.
        objective: what the network is trained for.
        beta: weight of the objective of that name; none takes the objective's own.
        alpha: as beta.
        gamma: as beta.
        capacity: as beta, in nats.
        annealing: as beta, in updates; none takes all updates of the run, so that the capacity arrives at its end.
        weights: as beta, the estimate of q(z) from one batch.
        kind: as beta, which covariance DIP-VAE holds.
        lambda_od: as beta, off the diagonal.
        lambda_d: as beta, on the diagonal.
        hidden: as beta, units of the classifier of FactorVAE.
        critic_rate: as beta, of the same classifier.
        floor: as beta, of MIM and cMIM.
        temperature: as beta, of cMIM.
        zeta: as beta, of InfoDiffusion.
        strength: as beta, of the same.
        bandwidth: as beta, of the same.
        latents: units of the code.
        width: units of each fully connected layer.
        channels: of each convolution.
        epochs: passes over the images.
        batch: most images in one update.
        learning_rate: of Adam.
        size: of sprites, pixels on a side.
        scales: of sprites, levels.
        orientations: of sprites, levels.
        positions: of sprites, levels of each direction.
        distinct_orientations: of sprites, leave out the last orientation, which is the first again.
        probe: images whose code is recorded; all when there are fewer.
        device: "auto", "cpu" or "cuda"; equal seeds give equal runs on one device.
        seed: of weights, order and noise; the probe is the same for every seed, so that runs can be compared.

    References: kingma2014; burgess2018; burda2016, section 5.
    """
    given = {name: value for name, value in locals().items() if name not in ("path", "progress")}
    set_of = taught(given)
    whole = epochs * updates(set_of, batch)
    aim = objective_of(given, whole)
    folder, where, every = Path(path), resolve(device), set(log_steps(epochs))
    title = ", ".join(filter(None, [data, aim.title, aim.remark(whole), f"seed {seed}"]))
    about: dict[str, Any] = {"title": title, "settings": given, "data": set_of.title, "step": "epoch"}
    about |= {"image_shape": [set_of.size] * 2, "objective": {"name": aim.name, **aim.settings}}
    start, point = time.perf_counter(), Checkpoint(folder, about)
    fed, factors = probed(set_of, probe)
    with one_thread(), seeded(seed, where):
        pupil = Pupil(network_of(given, aim).to(where), aim, set_of, batch, learning_rate)
        done = point.taken(pupil, epochs)
        cleared(folder / "models", -1 if done is None else done)
        recorder = Recorder(
            folder, pupil.model, fed, ("mean", "variance"), every, factors=factors, overwrite=True, after=done,
            provenance=about,
        )  # fmt: skip
        with recorder:
            for epoch in range(0 if done is None else done + 1, epochs + 1):
                loss = pupil.epoch() if epoch else float("nan")
                metrics = metrics_of(pupil, fed[0], seed) if epoch in every else {}
                if epoch in every:
                    save(pupil.model, folder / "models" / f"{epoch:08d}.safetensors")
                recorder.step(epoch, epoch=epoch, **({"loss": loss} if epoch else {}), **metrics)
                point.keep(pupil, epoch)
                progress(epoch, epochs, f"epoch {epoch}, loss {loss:.1f} nats" if epoch else "")
    return {"recording": path, "title": title, "seconds": time.perf_counter() - start}
