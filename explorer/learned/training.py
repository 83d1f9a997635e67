"""Teaching the network: rounds of new sets and of updates on all sets so far, kept so that it can go on later."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn

from explorer.errors import FileError
from explorer.learned import held_out
from explorer.learned.bank import kept_part, part
from explorer.learned.network import QUANTILES, Network, packed
from explorer.updates import states
from explorer.watching import report

WINDOW, UPDATES, BATCH = 1000, 60, 512
"""Parts that are kept in memory, updates a round and sets an update."""

RATE, SLOWER, AVERAGED = 1e-3, 50, 0.998
"""Learning rate of Adam; rounds after which it falls as their inverse root; decay of the average of weights."""

LEAST_WIDTH = 0.05
"""Nats added to the width of an interval where errors are divided by it."""

KEPT_EVERY = 60.0
"""Seconds between checkpoints."""

LEVEL, WIDENED_ON = 0.9, 6
"""What the interval shall hold, and parts of held-out families by which it is widened."""

Parts = Callable[[int], tuple[Tensor, Tensor]]


@dataclass
class Pupil:
    """The network, its average, the state of Adam and the round that comes next: all that a checkpoint holds."""

    seed: int
    network: Network
    average: Network
    optimiser: torch.optim.Adam
    round: int = 0
    told: list[tuple[Tensor, Tensor]] = field(default_factory=list)

    @classmethod
    def new(cls, seed: int) -> "Pupil":
        """Weights drawn from the seed."""
        with torch.random.fork_rng([]):
            torch.manual_seed(seed)
            network = Network()
        average = Network()
        average.load_state_dict(network.state_dict())
        return cls(seed, network, average.requires_grad_(False), torch.optim.Adam(network.parameters(), RATE))


def trained(
    path: Path, work: Path, minutes: float, seed: int = 0, rounds: int | None = None, parts: Parts | None = None
) -> Network:
    """Teach for some minutes, or up to some rounds, and write weights to `path`.

    The sets in numbered parts and, every minute, a checkpoint are kept in `work`, from where a later call goes on. The
    weights depend on the seed and the number of rounds alone, not on where they were interrupted.

    Args:
        parts: features and truths by number, in place of those drawn here.

    Returns:
        The average of the weights, its intervals widened to hold 90 % of families that it was not taught.

    Raises:
        FileError: when the checkpoint belongs to another seed.
    """
    work.mkdir(parents=True, exist_ok=True)
    beside, start = work / "checkpoint.safetensors", time.monotonic()
    pupil, kept = resumed(beside, seed), start
    draw = parts or partial(kept_part, work, seed)
    while time.monotonic() < start + 60 * minutes and (rounds is None or pupil.round < rounds):
        _round(pupil, draw)
        spent = time.monotonic() - start
        report(int(spent), int(60 * minutes), f"round {pupil.round}")
        if time.monotonic() > kept + KEPT_EVERY:
            _replace(beside, checkpoint(pupil))
            kept = time.monotonic()
    _replace(beside, checkpoint(pupil))
    widen(pupil.average, seed)
    _replace(path, packed(pupil.average))
    return pupil.average


def _round(pupil: Pupil, parts: Parts) -> None:
    """One more part, and updates on all in the window."""
    first = pupil.round if pupil.told else max(0, pupil.round + 1 - WINDOW)
    pupil.told += [parts(index) for index in range(first, pupil.round + 1)]
    pupil.told = pupil.told[-WINDOW:]
    features, nats = (torch.cat(one) for one in zip(*pupil.told, strict=True))
    if pupil.round == 0:
        for network in (pupil.network, pupil.average):
            network.centre.copy_(features.mean(0))
            network.scale.copy_(features.std(0).clamp(min=1e-6))
    newest = pupil.told[-1][0]
    for network in (pupil.network, pupil.average):
        network.low.copy_(torch.minimum(network.low, newest.amin(0)))
        network.high.copy_(torch.maximum(network.high, newest.amax(0)))
    rng = torch.Generator().manual_seed((pupil.seed << 32) + pupil.round)
    pupil.optimiser.param_groups[0]["lr"] = RATE / (1 + pupil.round / SLOWER) ** 0.5
    for rows in torch.randint(len(nats), (UPDATES, BATCH), generator=rng):
        _update(pupil, features[rows], nats[rows])
    pupil.round += 1


def _update(pupil: Pupil, features: Tensor, nats: Tensor) -> None:
    pupil.optimiser.zero_grad(set_to_none=True)
    loss(pupil.network, features, nats).backward()
    nn.utils.clip_grad_norm_(pupil.network.parameters(), 1.0)
    pupil.optimiser.step()
    for mean, one in zip(pupil.average.parameters(), pupil.network.parameters(), strict=True):
        mean.lerp_(one.detach(), 1 - AVERAGED)


def loss(network: Network, features: Tensor, nats: Tensor) -> Tensor:
    """The squared error of the mean and the pinball loss of the quantiles, both in units of the interval's width.

    References: gritsai2025.
    """
    mean, quantiles = network(features)
    weight = 1 / ((quantiles[:, -1] - quantiles[:, 0]).detach() + LEAST_WIDTH)
    away = (nats[:, None] - quantiles) * weight[:, None]
    levels = torch.tensor(QUANTILES, dtype=away.dtype, device=away.device)
    pinball = torch.maximum(levels * away, (levels - 1) * away)
    return ((mean - nats) * weight).square().mean() + pinball.mean()


def widen(network: Network, seed: int) -> None:
    """Stretch quantiles about the median so that the outer two hold 90 % of sets of families that were not taught.

    The factor is the conformal one (romano2019) of the distances from the median in units of those of the quantiles.

    References: romano2019.
    """
    network.widening.fill_(1.0)
    told, nats = (
        torch.cat(one)
        for one in zip(*(part(seed + 1, index, held_out.WIDENING) for index in range(WIDENED_ON)), strict=True)
    )
    with torch.no_grad():
        quantiles = network(told)[1]
    low, middle, high = quantiles[:, 0], quantiles[:, 2], quantiles[:, -1]
    ratios = torch.maximum((nats - middle) / (high - middle), (middle - nats) / (middle - low))
    level = min(1.0, LEVEL * (1 + 1 / len(ratios)))
    network.widening.fill_(float(torch.quantile(ratios, level)))


def checkpoint(pupil: Pupil) -> bytes:
    """All that is needed to go on, as a safetensors file with JSON in its header."""
    networks = {"network": pupil.network.state_dict(), "average": pupil.average.state_dict()}
    about = {"round": pupil.round, "seed": pupil.seed, "adam": states.moments(pupil.optimiser)}
    return states.packed(about | networks)


def resumed(path: Path, seed: int) -> Pupil:
    """The pupil of a checkpoint, or a new one where there is none.

    Raises:
        FileError: when the checkpoint is damaged, of something else, or belongs to another seed.
    """
    pupil = Pupil.new(seed)
    if not path.exists():
        return pupil
    try:
        state = states.unpacked(path.read_bytes())
        if state["seed"] == seed:
            _go_on(pupil, state)
            return pupil
    except (ValueError, LookupError, TypeError, AttributeError, RuntimeError) as error:
        why = " ".join(str(error).split())[:160]
        raise FileError(f"{path} is no checkpoint of this training: {why}; remove it to begin anew") from error
    raise FileError(f"{path} belongs to seed={state['seed']}; got seed={seed}")


def _go_on(pupil: Pupil, state: states.Tree) -> None:
    """Be as when the checkpoint was taken."""
    if type(state["round"]) is not int or state["round"] < 0:
        raise ValueError(f"its round is {state['round']!r:.40}, no whole number of at least 0")
    for which, network in (("network", pupil.network), ("average", pupil.average)):
        network.load_state_dict(state[which])
    states.put_moments(pupil.optimiser, state["adam"])
    pupil.round = state["round"]


def _replace(path: Path, content: bytes) -> None:
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(content)
    beside.replace(path)
