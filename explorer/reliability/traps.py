"""What scores of disentanglement do not see by themselves: codes that are good or bad in a way a score is blind to."""

import math
from dataclasses import dataclass

import torch

from explorer.factors import Factors
from explorer.measures.disentanglement.base import Matrix
from explorer.numerics.bins import binned
from explorer.numerics.cells import entropy
from explorer.numerics.posteriors import Posterior
from explorer.numerics.tables import information_matrix
from explorer.result import Doubt

HELD = 0.3
"""Share of a factor's entropy that a latent must tell to be said to hold it, chance taken off."""
ALIKE = 0.6
"""The second latent tells at least this share of what the first does."""
COPIED = 0.5
"""Two latents are one another's copy when they share this part of the smaller entropy."""
DROWNED = 0.1
"""A latent whose means vary less than this part of its mean noise variance is quiet."""
HEARD = 0.1
"""Share of a factor's entropy that the means of a quiet latent must tell to be spoken of."""
BOUND = 0.1
"""Two factors depend on each other when they share this part of the smaller entropy."""


@dataclass(frozen=True)
class Shares:
    """Informations beyond what chance gives, as shares: of latents and factors, latents, factors."""

    held: torch.Tensor
    of_latents: torch.Tensor
    of_factors: torch.Tensor

    @classmethod
    def of(cls, z: torch.Tensor, v: Factors, bins: int, strategy: str) -> "Shares":
        """From codes and factors cut as the matrix cuts them."""
        codes, cells = binned(z, bins, strategy), v.cells(bins, strategy)
        held = _beyond_chance(codes, cells) / _entropies(cells)
        return cls(held, _shared(codes), _shared(cells))


def traps(z: torch.Tensor, v: Factors, bins: int = 20, strategy: str = "equal_width") -> tuple[Doubt, ...]:
    """Doubts about codes z (n, d) and factors v (n, K) as a whole; notes of the matrix come first."""
    shares = Shares.of(z, v, bins, strategy)
    latents = [str(j) for j in range(z.shape[1])]
    found = [*_merged(shares, v.names), *_spread(shares, v.names), *_dependent(shares, v.names)]
    if z.shape[1] > len(z):
        text = f"There are {len(latents)} latents and {len(z)} samples: some latent tells any factor by chance."
        found.append(Doubt("few samples", text))
    return (*Matrix.of(z, v, bins, strategy).doubts, *found)


def drowned(posterior: Posterior, v: Factors, bins: int = 20, strategy: str = "equal_width") -> tuple[Doubt, ...]:
    """A doubt where means tell of factors though their latents hardly leave their own noise."""
    quiet = (posterior.mean.var(0) < DROWNED * posterior.variance.mean(0)).cpu()
    cells = v.cells(bins, strategy)
    held = _beyond_chance(binned(posterior.mean, bins, strategy), cells) / _entropies(cells)
    telling = (quiet & (held.amax(1) > HEARD)).nonzero().ravel().tolist()
    if not telling:
        return ()
    text = (
        f"The means of latent {', '.join(map(str, telling))} tell of factors, but vary less than a tenth of their noise"
    )
    more = "Scores of means count them; mig_posterior and rmig read the noise."
    return (Doubt("drowned latents", f"{text}: a sample of the code tells next to nothing. {more}"),)


def _merged(shares: Shares, names: tuple[str, ...]) -> list[Doubt]:
    """Latents that hold more than one factor, though the factors do not depend on each other."""
    found = []
    for j, held in enumerate(shares.held):
        several = [k for k in range(len(names)) if held[k] > HELD and int(shares.held[:, k].argmax()) == j]
        apart = [k for k in several if all(shares.of_factors[k, other] < BOUND for other in several if other != k)]
        if len(apart) > 1:
            text = f"Latent {j} holds {_listed(names, apart)} at once. A score over factors, as MIG, can still be 1"
            found.append(Doubt("merged factors", f"{text}; those over latents, as MIG-sup and modularity, fall."))
    return found


def _spread(shares: Shares, names: tuple[str, ...]) -> list[Doubt]:
    """Factors that two latents hold alike: copies of each other, or a mixture."""
    if len(shares.held) < 2:
        return []
    top, place = shares.held.topk(2, 0)
    alike = [k for k in range(len(names)) if top[0, k] > HELD / 2 and top[1, k] > ALIKE * top[0, k]]
    copied = [k for k in alike if shares.of_latents[place[0, k], place[1, k]] > COPIED]
    mixed = [k for k in alike if k not in copied]
    found = []
    if copied:
        text = f"Two latents are copies of each other and hold {_listed(names, copied)}: gaps, as MIG, fall to 0"
        found.append(Doubt("duplicated latents", f"{text} though each latent holds one factor."))
    if mixed:
        text = f"{_listed(names, mixed)} is spread over latents that do not depend on each other, as a rotation spreads"
        blind = "Total correlation, above all the Gaussian, and the beta-VAE score do not see it."
        found.append(Doubt("mixed factors", f"{text} it. {blind}"))
    return found


def _dependent(shares: Shares, names: tuple[str, ...]) -> list[Doubt]:
    """Factors that tell of each other: no code can reach a gap of 1."""
    pairs = [(a, b) for a in range(len(names)) for b in range(a) if shares.of_factors[a, b] > BOUND]
    if not pairs:
        return []
    named = ", ".join(f"{names[b]} and {names[a]} ({float(shares.of_factors[a, b]):.0%})" for a, b in pairs[:6])
    text = f"Factors depend on each other: {named}. Even a perfect code has an MIG below 1 by what they share"
    return [Doubt("dependent factors", f"{text}; DMIG takes it into account.")]


def _beyond_chance(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Plug-in informations less the first-order bias of as many occupied cells, not below 0."""
    levels = [torch.tensor([len(torch.unique(c)) - 1.0 for c in one.T], dtype=torch.float64) for one in (a, b)]
    bias = levels[0][:, None] * levels[1] / (2 * len(a))
    return (information_matrix(a, b).cpu() - bias).clamp(min=0)


def _shared(codes: torch.Tensor) -> torch.Tensor:
    """Information of all pairs of columns as a share of the smaller entropy; 0 for constant ones."""
    own = _entropies(codes)
    smaller = torch.minimum(own[:, None], own).clamp(min=math.ulp(1.0))
    return _beyond_chance(codes, codes) / smaller


def _entropies(codes: torch.Tensor) -> torch.Tensor:
    return torch.stack([entropy(column) for column in codes.T]).cpu()


def _listed(names: tuple[str, ...], chosen: list[int]) -> str:
    return " and ".join(names[k] for k in chosen)
