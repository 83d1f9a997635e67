"""The loop that trains an autoencoder, and the state from which it goes on."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as packed

from explorer.errors import FileError, JobError
from explorer.networks.autoencoder import Autoencoder, Gaussian
from explorer.objectives.base import Batch, Objective
from explorer.recordings.images import Images
from explorer.recordings.manifest import write_atomically
from explorer.updates.states import moments, put_moments

STATE = "state.safetensors"


@dataclass
class Pupil:
    """An autoencoder in training, with all that changes on the way.

    Attributes:
        images: what it is taught.
        batch: most images in one update; an epoch is cut into batches of nearly one size.
        step: updates made.
        critic: the objective's own network, or None.
    """

    model: Autoencoder
    objective: Objective
    images: Images
    batch: int
    learning_rate: float
    step: int = 0

    def __post_init__(self) -> None:
        self.device = next(self.model.parameters()).device
        self.optimiser = torch.optim.Adam(self.model.parameters(), lr=self.learning_rate, fused=True)
        self.critic = self.objective.critic(self.model)
        if self.critic is not None:
            self.critic.to(self.device)
            self.critic_optimiser = self.objective.critic_optimiser(self.critic.parameters())

    def epoch(self) -> float:
        """Every image once, in a new order; the mean loss of the batches in nats an image.

        Raises:
            JobError: when the loss is no longer a number.
        """
        batches = torch.randperm(len(self.images)).tensor_split(updates(self.images, self.batch))
        losses = [self.update(self.images.pixels(rows).to(self.device)) for rows in batches]
        loss = float(torch.stack(losses).mean())
        if not math.isfinite(loss):
            raise JobError(f"the loss was {loss} after {self.step} updates; take a lower learning_rate")
        return loss

    def update(self, x: torch.Tensor) -> torch.Tensor:
        """One update of the autoencoder, and one of the objective's own network; the loss."""
        self.model.train()
        posterior = self.model.encode(x)
        z = posterior.drawn()
        loss = self.objective.loss(self.model, self._batch(x, posterior, z)).loss
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        if self.critic is not None:
            still = Gaussian(posterior.mean.detach(), posterior.log_variance.detach())
            own = self.objective.critic_loss(self._batch(x, still, z.detach()))
            self.critic_optimiser.zero_grad(set_to_none=True)
            own.backward()
            self.critic_optimiser.step()
        self.step += 1
        return loss.detach()

    def _batch(self, x: torch.Tensor, posterior: Gaussian, z: torch.Tensor) -> Batch:
        return Batch(x, posterior, z, self.step, len(self.images), self.critic)

    @property
    def _learners(self) -> dict[str, tuple[torch.nn.Module, torch.optim.Optimizer]]:
        found: dict[str, tuple[torch.nn.Module, torch.optim.Optimizer]] = {"model": (self.model, self.optimiser)}
        return found if self.critic is None else found | {"critic": (self.critic, self.critic_optimiser)}

    def state(self) -> dict[str, torch.Tensor]:
        """Weights, moments of the optimisers and torch's random state, by name, on the CPU."""
        found = {"random": torch.get_rng_state(), "step": torch.tensor(self.step)}
        if self.device.type != "cpu":
            found["random.device"] = torch.get_device_module(self.device).get_rng_state(self.device)
        for learner, (module, optimiser) in self._learners.items():
            found |= {f"{learner}/{name}": value for name, value in module.state_dict().items()}
            found |= {f"{learner}.moments/{name}": value for name, value in moments(optimiser).items()}
        return {name: value.detach().cpu().contiguous() for name, value in found.items()}

    def restore(self, state: Mapping[str, torch.Tensor]) -> None:
        """Go on where `state` was taken.

        Raises:
            KeyError, TypeError, ValueError, RuntimeError: for a state of another pupil, or one that lacks a part.
        """
        self.step = int(state["step"])
        for learner, (module, optimiser) in self._learners.items():
            module.load_state_dict(_under(state, f"{learner}/"))
            put_moments(optimiser, _under(state, f"{learner}.moments/"))
        torch.set_rng_state(state["random"])
        if "random.device" in state:
            torch.get_device_module(self.device).set_rng_state(state["random.device"], self.device)


def updates(images: Images, batch: int) -> int:
    """How many updates an epoch makes, with batches of at most `batch` images."""
    return math.ceil(len(images) / batch)


def _under(state: Mapping[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    return {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}


@dataclass(frozen=True)
class Checkpoint:
    """Where a training stands, in one file that is renamed into place.

    Attributes:
        path: folder of the recording.
        about: the settings; a file of other settings is not gone on with.
    """

    path: Path
    about: Mapping[str, Any] = field(default_factory=dict)

    def keep(self, pupil: Pupil, epoch: int) -> None:
        """Write the state after an epoch."""
        metadata = {"about": json.dumps(self.about, sort_keys=True), "epoch": str(epoch)}
        write_atomically(self.path / STATE, packed(pupil.state(), metadata))

    def taken(self, pupil: Pupil, epochs: int) -> int | None:
        """Put the pupil where the file says, and return the epoch; None when there is none of these settings.

        Raises:
            FileError: for a file of these settings that is damaged, or of no epoch of this run.
        """
        path = self.path / STATE
        try:
            with safe_open(str(path), "pt") as file:
                metadata = file.metadata() or {}
                if metadata.get("about") != json.dumps(self.about, sort_keys=True):
                    return None
                state = {name: file.get_tensor(name) for name in list(file.keys())}
        except (FileNotFoundError, SafetensorError):
            return None
        try:
            epoch = _epoch(metadata.get("epoch", ""), state, epochs, updates(pupil.images, pupil.batch))
            pupil.restore(state)
        except (KeyError, TypeError, ValueError, RuntimeError, OverflowError) as error:
            why = " ".join(str(error).split())[:160]
            raise FileError(f"{path} is damaged: {why}; remove it to begin anew") from error
        return epoch


def _epoch(text: str, state: Mapping[str, torch.Tensor], epochs: int, updates: int) -> int:
    """The epoch after which a state was kept.

    Raises:
        ValueError: unless it is one of the run, and the updates are those made until then.
    """
    if not text.isdecimal() or int(text) > epochs:
        raise ValueError(f"its epoch is {text[:40]!r}, not one from 0 to {epochs}")
    if int(state["step"]) != int(text) * updates:
        raise ValueError(f"it has made {int(state['step'])} updates, not the {int(text) * updates} of epoch {text}")
    return int(text)
