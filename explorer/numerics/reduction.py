"""Fewer columns for many: principal components, and an autoencoder."""

from dataclasses import dataclass

import torch

EXACT = 2000
"""Columns or rows up to which all principal axes are computed; with more of both the first alone, by random maps."""

STEPS, BATCH, EVERY, PATIENCE = 2000, 256, 50, 5
"""Training steps at most, rows a step, steps between two looks at the held-out rows, looks without a gain of 3 %."""


@dataclass(frozen=True)
class Reduced:
    """The new columns (n, c), and the share of the old ones' variance that they give back."""

    values: torch.Tensor
    explained: float


def principal(values: torch.Tensor, components: int) -> Reduced:
    """The first principal components of (n, d) values, not scaled before."""
    centred = values - values.mean(0)
    if min(values.shape) > EXACT:
        axes = torch.svd_lowrank(centred, components + 10, niter=6)[2][:, :components]
    elif values.shape[1] <= len(values):
        axes = torch.linalg.eigh(centred.T @ centred)[1].flip(1)[:, :components]
    else:
        axes = torch.linalg.svd(centred, full_matrices=False)[2][:components].T
    scores = centred @ axes
    return Reduced(scores, float(scores.square().sum() / centred.square().sum()))


def encoded(values: torch.Tensor, components: int, steps: int = STEPS) -> Reduced:
    """The bottleneck of an autoencoder of (n, d) values, trained by torch's generator.

    Encoder and decoder have two hidden layers; a fifth of the rows is held out, training ends when their
    reconstruction stops improving, and the best weights are kept. The share explained is that of the held-out rows.
    """
    centred = (values - values.mean(0)).float()
    inputs = centred / centred.std()
    order = torch.randperm(len(inputs)).to(values.device)
    held, seen = inputs[order[: max(1, len(inputs) // 5)]], inputs[order[max(1, len(inputs) // 5) :]]
    encoder = _perceptron(inputs.shape[1], components).to(values.device)
    decoder = _perceptron(components, inputs.shape[1]).to(values.device)
    error = _trained(torch.nn.Sequential(encoder, decoder), seen, held, steps)
    with torch.no_grad():
        return Reduced(encoder(inputs).double(), 1 - error / float(held.square().mean()))


def _perceptron(inputs: int, outputs: int, width: int = 64) -> torch.nn.Sequential:
    layers = [torch.nn.Linear(inputs, width), torch.nn.GELU(), torch.nn.Linear(width, width), torch.nn.GELU()]
    return torch.nn.Sequential(*layers, torch.nn.Linear(width, outputs))


def _trained(network: torch.nn.Module, seen: torch.Tensor, held: torch.Tensor, steps: int) -> float:
    """The least mean square error of the held-out rows; the network keeps the weights that had it."""
    optimiser = torch.optim.Adam(network.parameters(), 2e-3)
    least, best, worse = float("inf"), network.state_dict(), 0
    with torch.enable_grad():
        for step in range(steps):
            if step % EVERY == 0:
                with torch.no_grad():
                    error = float((network(held) - held).square().mean())
                worse = 0 if error < 0.97 * least else worse + 1
                if error < least:
                    least, best = error, {name: part.clone() for name, part in network.state_dict().items()}
                if worse > PATIENCE:
                    break
            batch = seen[torch.randint(len(seen), (BATCH,)).to(seen.device)]
            optimiser.zero_grad()
            (network(batch) - batch).square().mean().backward()
            optimiser.step()
    network.load_state_dict(best)
    return least
