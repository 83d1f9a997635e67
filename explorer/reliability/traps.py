"""What scores of disentanglement do not see by themselves: codes that are good or bad in a way a score is blind to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch

from explorer.catalogue import measures
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
CHANCE = 0.3
"""Share of a factor's entropy that shuffled rows must read, on average over latents, for samples to be too few."""
GAPS = ("mig", "mig_posterior", "rmig", "jemmig", "sap")
"""Scores that subtract the second latent from the first."""
UNTURNED = (
    "explicitness",
    "beta_vae_score",
    "gaussian_total_correlation",
    "minibatch_total_correlation",
    "wasserstein_correlation",
)
"""Scores that see no axes, or hardly those of factors that are turned into each other."""


@dataclass(frozen=True)
class Shares:
    """Informations beyond chance, as shares of an entropy.

    Attributes:
        held: (d, K) of latents on factors as the matrix cuts them; 0 where it is not above chance.
        coarse: the same in so few cells that every pair of cells has five samples on average.
        of_factors: (K, K) of factors on each other, of the smaller entropy.
        chance: (d, K) what shuffled rows read on average, as the matrix cuts them.
        names: of the factors.
    """

    held: torch.Tensor
    coarse: torch.Tensor
    of_factors: torch.Tensor
    chance: torch.Tensor
    names: tuple[str, ...]

    @classmethod
    def of(cls, z: torch.Tensor, v: Factors, bins: int, strategy: str) -> "Shares":
        """From codes and factors."""
        cells, few = v.cells(bins, strategy), min(bins, max(3, int((len(z) / 5) ** 0.5)))
        own = _entropies(cells)
        held, chance = _beyond_chance(binned(z, bins, strategy), cells)
        rough = _coarse(v, few, strategy)
        coarse = _beyond_chance(binned(z, few, strategy), rough)[0] / _entropies(rough)
        each_other = _beyond_chance(cells, cells)[0] / torch.minimum(own[:, None], own)
        return cls(held / own, coarse, each_other, chance / own, v.names)

    def without(self, marked: torch.Tensor) -> "Shares":
        """As if the latents that are marked, (d,), told nothing."""
        held, coarse = (torch.where(marked[:, None], 0.0, one) for one in (self.held, self.coarse))
        return replace(self, held=held, coarse=coarse)

    @property
    def told(self) -> bool:
        """Whether any latent tells enough of a factor for it to be spoken of."""
        return float(torch.maximum(self.held, self.coarse).max()) >= TOLD

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
    """Doubts about codes z (n, d) and factors v (n, K) as a whole, with the scores that they bear on.

    Those of the matrix come first and name no score: scores that cut latents have them of their own cells.

    Args:
        variances: of Gaussian q(z|x), (n, d): latents that hardly leave their noise are spoken of, and left out of
            what is said of the others.
    """
    every, found = Shares.of(z, v, bins, strategy), list(Matrix.of(z, v, bins, strategy).doubts)
    shares = every
    if variances is not None:
        drowned = quiet(z, variances).cpu()
        found += _drowned(every, drowned)
        shares = every.without(drowned)
    if not shares.told:
        which = "No latent that leaves its noise" if every.told else "No latent"
        text = f"{which} tells more than {TOLD:.0%} of any factor beyond what shuffled rows read."
        found.append(Doubt("nothing told", text, scores=_those(_of_factors)))
    mixed = _mixed(shares)
    found += [*_said_of_mixed(shares, mixed), *_merged(shares, mixed), *_doubled(shares, mixed), *_dependent(shares)]
    return (*found, *_few(shares, *z.shape))


def quiet(z: torch.Tensor, variances: torch.Tensor) -> torch.Tensor:
    """Which latents hardly leave their own noise, (d,) bool."""
    return z.var(0) < DROWNED * variances.mean(0)


def _drowned(shares: Shares, drowned: torch.Tensor) -> list[Doubt]:
    """Latents that hardly leave their own noise: their means may tell of factors, and count in scores of means."""
    heard = shares.held.amax(1) > HEARD
    telling, silent = ((drowned & one).nonzero().ravel().tolist() for one in (heard, ~heard))
    found = []
    if telling:
        text = f"The means of latent {', '.join(map(str, telling))} tell of factors, but vary less than a tenth of"
        text += " their noise: a sample of the code tells next to nothing."
        more = "Scores of means count them; mig_posterior and rmig read the noise."
        found.append(Doubt("drowned latents", f"{text} {more}", scores=_those(_of_means)))
    if silent:
        text = f"The means of latent {', '.join(map(str, silent))} vary less than a tenth of their noise"
        more = "Scores of the means alone that mind no scale, as the Gaussian total correlation, count them in full."
        found.append(Doubt("quiet latents", f"{text}. {more}", scores=_those(_scale_free)))
    return found


def _few(shares: Shares, n: int, d: int) -> list[Doubt]:
    """Samples so few that a latent of noise tells much of a factor."""
    chance = shares.chance.mean(0)
    if d <= n and float(chance.max()) < CHANCE:
        return []
    worst = int(chance.argmax())
    text = f"There are {d} latents and {n} samples, and shuffled rows read {float(chance[worst]):.0%} of"
    more = f"{shares.names[worst]} on average over latents: some latent tells any factor by chance."
    return [Doubt("few samples", f"{text} {more}", scores=_those(_of_factors))]


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
    more = "Total correlation, above all the Gaussian, and the beta-VAE score may not see it."
    return [Doubt("mixed factors", f"{text}. {more}", scores=UNTURNED)]


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
            more = "those over latents, as MIG-sup and modularity, fall."
            found.append(Doubt("merged factors", f"{text}; {more}", scores=_those(_over_factors)))
    return found


def _doubled(shares: Shares, mixed: list[int]) -> list[Doubt]:
    """Factors that two latents hold alike and share with no other factor."""
    if len(shares.held) < 2:
        return []
    top = shares.held.topk(2, 0).values
    alike = [k for k in range(top.shape[1]) if k not in mixed and top[0, k] > HELD and top[1, k] > ALIKE * top[0, k]]
    text = f"Two latents each hold {_listed(shares.names, alike)}: gaps, as MIG, fall to 0"
    more = "though each latent may hold one factor only"
    return [Doubt("duplicated latents", f"{text} {more}.", scores=GAPS)] if alike else []


def _dependent(shares: Shares) -> list[Doubt]:
    """Factors that tell of each other: no code can reach a gap of 1."""
    names, count = shares.names, len(shares.names)
    pairs = [(b, a) for a in range(count) for b in range(a) if shares.dependent(a, b)]
    if not pairs:
        return []
    named = ", ".join(f"{names[a]} and {names[b]} ({float(shares.of_factors[a, b]):.0%})" for a, b in pairs[:6])
    text = f"Factors depend on each other: {named}. Even a perfect code has an MIG below 1 by what they share"
    return [Doubt("dependent factors", f"{text}; DMIG takes it into account.", scores=(*GAPS, "mig_sup", "modularity"))]


def _beyond_chance(a: torch.Tensor, b: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Plug-in informations less the mean of what shuffled rows read, 0 where one reads as much; and that mean."""
    orders = torch.Generator().manual_seed(0)
    read = information_matrix(a, b)
    rows = (torch.randperm(len(b), generator=orders).to(b.device) for _ in range(SHUFFLES))
    chance = torch.stack([information_matrix(a, b[one]) for one in rows])
    return torch.where(read > chance.amax(0), read - chance.mean(0), 0.0).cpu(), chance.mean(0).cpu()


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


def _those(wanted: Callable[[Mapping[str, Any]], bool]) -> tuple[str, ...]:
    """Keys of the scores of one code that are wanted by the constants of their cards."""
    cards = [measures.card(name) for name in measures]
    own = [one for one in cards if one.family == "disentanglement" and one.constants.get("against") != "representation"]
    return tuple(one.name for one in own if wanted(one.constants))


def _of_factors(constants: Mapping[str, Any]) -> bool:
    return constants.get("against", "factors") == "factors"


def _over_factors(constants: Mapping[str, Any]) -> bool:
    return constants.get("view") == "factors"


def _of_means(constants: Mapping[str, Any]) -> bool:
    return not constants.get("posterior")


def _scale_free(constants: Mapping[str, Any]) -> bool:
    return constants.get("view") == "code" and _of_means(constants) and "stretching" in constants.get("invariant", ())
