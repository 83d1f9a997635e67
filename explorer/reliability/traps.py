"""What scores of disentanglement do not see by themselves: codes that are good or bad in a way a score is blind to."""

from dataclasses import dataclass

import torch

from explorer.factors import Factors
from explorer.measures.disentanglement.base import Matrix
from explorer.numerics.bins import binned
from explorer.numerics.cells import entropy
from explorer.numerics.tables import information_matrix
from explorer.result import Doubt

SHUFFLES = 5
"""Orders of the rows in which chance is read: what is not above all of them counts as nothing."""
TOLD = 0.05
"""Share of a factor's entropy, chance taken off, that the best latent must tell for it to be spoken of."""
LEAKED = 0.15
"""A latent takes part in a factor when it tells at least this part of what the best latent does."""
HELD = 0.3
"""Share of a factor's entropy that a latent must tell to be said to hold it."""
ALIKE = 0.6
"""Two latents hold a factor alike when the second tells at least this part of what the first does."""
BOUND = 0.1
"""Two factors depend on each other when they share this part of the smaller entropy."""
DROWNED = 0.1
"""A latent whose means vary less than this part of its mean noise variance is quiet."""
HEARD = 0.1
"""Share of a factor's entropy that the means of a quiet latent must tell to be spoken of."""


@dataclass(frozen=True)
class Shares:
    """Informations beyond chance, as shares of an entropy.

    Attributes:
        held: (d, K) of latents on factors as the matrix cuts them; 0 where it is not above chance.
        coarse: the same in so few cells that every pair of cells has five samples on average.
        of_factors: (K, K) of factors on each other, of the smaller entropy.
        names: of the factors.
    """

    held: torch.Tensor
    coarse: torch.Tensor
    of_factors: torch.Tensor
    names: tuple[str, ...]

    @classmethod
    def of(cls, z: torch.Tensor, v: Factors, bins: int, strategy: str) -> "Shares":
        """From codes and factors."""
        cells, few = v.cells(bins, strategy), min(bins, max(3, int((len(z) / 5) ** 0.5)))
        own = _entropies(cells)
        held = _beyond_chance(binned(z, bins, strategy), cells) / own
        rough = _coarse(v, few, strategy)
        coarse = _beyond_chance(binned(z, few, strategy), rough) / _entropies(rough)
        return cls(held, coarse, _beyond_chance(cells, cells) / torch.minimum(own[:, None], own), v.names)

    def without(self, marked: torch.Tensor) -> "Shares":
        """As if the latents that are marked, (d,), told nothing."""
        held, coarse = (torch.where(marked[:, None], 0.0, one) for one in (self.held, self.coarse))
        return Shares(held, coarse, self.of_factors, self.names)

    def takers(self, k: int) -> set[int]:
        """Latents that take part in a factor."""
        told = self.coarse[:, k]
        return set((told >= LEAKED * told.max()).nonzero().ravel().tolist()) if float(told.max()) > TOLD else set()

    def dependent(self, a: int, b: int) -> bool:
        """Whether two factors depend on each other."""
        return bool(self.of_factors[a, b] > BOUND)


def traps(
    z: torch.Tensor, v: Factors, bins: int = 20, strategy: str = "equal_width", variances: torch.Tensor | None = None
) -> tuple[Doubt, ...]:
    """Doubts about codes z (n, d) and factors v (n, K) as a whole; those of the matrix come first.

    Args:
        variances: of Gaussian q(z|x), (n, d): latents that hardly leave their noise are spoken of, and left out of
            what is said of the others.
    """
    shares, found = Shares.of(z, v, bins, strategy), list(Matrix.of(z, v, bins, strategy).doubts)
    if variances is not None:
        drowned = quiet(z, variances).cpu()
        found += _drowned(shares, drowned)
        shares = shares.without(drowned)
    if float(torch.maximum(shares.held, shares.coarse).max()) < TOLD:
        text = f"No latent tells more than {TOLD:.0%} of any factor beyond what shuffled rows read."
        found.append(Doubt("nothing told", text))
    mixed = _mixed(shares)
    found += [*_said_of_mixed(shares, mixed), *_merged(shares, mixed), *_doubled(shares, mixed), *_dependent(shares)]
    if z.shape[1] > len(z):
        text = f"There are {z.shape[1]} latents and {len(z)} samples: some latent tells any factor by chance."
        found.append(Doubt("few samples", text))
    return tuple(found)


def quiet(z: torch.Tensor, variances: torch.Tensor) -> torch.Tensor:
    """Which latents hardly leave their own noise, (d,) bool."""
    return z.var(0) < DROWNED * variances.mean(0)


def _drowned(shares: Shares, drowned: torch.Tensor) -> list[Doubt]:
    """Means that tell of factors though their latents hardly leave their own noise."""
    telling = (drowned & (shares.held.amax(1) > HEARD)).nonzero().ravel().tolist()
    if not telling:
        return []
    text = (
        f"The means of latent {', '.join(map(str, telling))} tell of factors, but vary less than a tenth of their noise"
    )
    more = "Scores of means count them; mig_posterior and rmig read the noise."
    return [Doubt("drowned latents", f"{text}: a sample of the code tells next to nothing. {more}")]


def _mixed(shares: Shares) -> list[int]:
    """Factors that share at least two of their latents with another factor that does not depend on them."""
    taken = [shares.takers(k) for k in range(len(shares.names))]
    return [
        k
        for k, mine in enumerate(taken)
        if any(
            len(mine & other) > 1 and not shares.dependent(k, other_k)
            for other_k, other in enumerate(taken)
            if other_k != k
        )
    ]


def _said_of_mixed(shares: Shares, mixed: list[int]) -> list[Doubt]:
    """Factors that several latents tell together, as after a rotation."""
    if not mixed:
        return []
    text = f"Several latents tell of {_listed(shares.names, mixed)} together, as after a rotation"
    return [
        Doubt(
            "mixed factors",
            f"{text}. Total correlation, above all the Gaussian, and the beta-VAE score may not see it.",
        )
    ]


def _merged(shares: Shares, mixed: list[int]) -> list[Doubt]:
    """Latents that hold two factors that do not depend on each other."""
    found = []
    for j, held in enumerate(shares.held):
        best = [
            k for k in range(len(held)) if held[k] > HELD and int(shares.held[:, k].argmax()) == j and k not in mixed
        ]
        if any(not shares.dependent(a, b) for a in best for b in best if a < b):
            text = (
                f"Latent {j} holds {_listed(shares.names, best)} at once. A score over factors, as MIG, can still be 1"
            )
            found.append(Doubt("merged factors", f"{text}; those over latents, as MIG-sup and modularity, fall."))
    return found


def _doubled(shares: Shares, mixed: list[int]) -> list[Doubt]:
    """Factors that two latents hold alike and share with no other factor."""
    if len(shares.held) < 2:
        return []
    top = shares.held.topk(2, 0).values
    alike = [k for k in range(top.shape[1]) if k not in mixed and top[0, k] > HELD and top[1, k] > ALIKE * top[0, k]]
    text = f"Two latents each hold {_listed(shares.names, alike)}: gaps, as MIG, fall to 0"
    return [Doubt("duplicated latents", f"{text} though each latent may hold one factor only.")] if alike else []


def _dependent(shares: Shares) -> list[Doubt]:
    """Factors that tell of each other: no code can reach a gap of 1."""
    names, count = shares.names, len(shares.names)
    pairs = [(b, a) for a in range(count) for b in range(a) if shares.dependent(a, b)]
    if not pairs:
        return []
    named = ", ".join(f"{names[a]} and {names[b]} ({float(shares.of_factors[a, b]):.0%})" for a, b in pairs[:6])
    text = f"Factors depend on each other: {named}. Even a perfect code has an MIG below 1 by what they share"
    return [Doubt("dependent factors", f"{text}; DMIG takes it into account.")]


def _beyond_chance(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Plug-in informations less the mean of what shuffled rows read; 0 where one of the shuffles reads as much."""
    orders = torch.Generator().manual_seed(0)
    read = information_matrix(a, b)
    rows = (torch.randperm(len(b), generator=orders).to(b.device) for _ in range(SHUFFLES))
    chance = torch.stack([information_matrix(a, b[one]) for one in rows])
    return torch.where(read > chance.amax(0), read - chance.mean(0), 0.0).cpu()


def _coarse(v: Factors, few: int, strategy: str) -> torch.Tensor:
    """Factors in at most `few` cells."""
    cells = v.cells(few, strategy)
    many = [k for k, levels in enumerate(v.levels) if levels > few]
    if many:
        cells[:, many] = binned(v.numbers[:, many], few, "equal_frequency")
    return cells


def _entropies(cells: torch.Tensor) -> torch.Tensor:
    return torch.stack([entropy(column) for column in cells.T]).cpu()


def _listed(names: tuple[str, ...], chosen: list[int]) -> str:
    return " and ".join(names[k] for k in chosen)
