"""The parts of a table of disentanglement, one by one: the matrix, and every score with what can be said of it."""

import math
from dataclasses import asdict, replace
from typing import Any, cast

from explorer import checks
from explorer.catalogue import measures
from explorer.device import resolve
from explorer.errors import InputError
from explorer.factors import Factors, factors, posterior
from explorer.measures.disentanglement.base import Matrix
from explorer.numerics.bins import binned
from explorer.numerics.posteriors import Posterior
from explorer.reliability.interval import LEVEL
from explorer.reliability.matrices import trusted
from explorer.reliability.scores import PERMUTATIONS, RESAMPLES, scored
from explorer.reliability.traps import quiet, traps
from explorer.result import Doubt
from explorer.score import Score


class Scoring:
    """Computes parts of one table; codes and factors are checked once.

    Raises:
        SampleError: for codes or factors that no score can use.
    """

    def __init__(self, coded: Any, plan: Any, device: str = "auto"):
        self.coded, self.plan, self.device = coded, plan, device
        where = resolve(device)
        codes, columns = posterior(coded.z, "codes", where), factors(coded.factors, where)
        checks.paired(codes, columns)
        self.posterior, self.doubts = cast(Posterior, codes.values), columns.doubts
        self.factors = cast(Factors, columns.values)

    def row(self, name: str, trust: bool) -> dict[str, Any]:
        """One part as plain data."""
        return self._matrix(trust) if name == "matrix" else self._score(name, trust)

    def _score(self, name: str, trust: bool) -> dict[str, Any]:
        """The score, or why it has no value."""
        try:
            entry = measures[name](**self.plan.of(name))
            z = self.coded.z if entry.posterior else self.coded.means
            codes, v = entry.checked(z, self.factors if entry.against else None, self.device)
            found = scored(entry, codes, v, self.plan.seed, null=trust, interval=trust)
        except InputError as refusal:
            return {"undefined": f"{refusal}."}
        return {"score": asdict(_meant(found) if v is None else found)}

    def _matrix(self, trust: bool) -> dict[str, Any]:
        means, v, bins, strategy = self.posterior.mean, self.factors, self.plan.bins, self.plan.strategy
        found = Matrix.of(means, v, bins, strategy)
        noise = None if self.coded.variances is None else self.posterior.variance
        doubts = (*self.doubts, *traps(means, v, bins, strategy, noise))
        plain: dict[str, Any] = {
            "latents": list(self.coded.latents),
            "factors": list(v.names),
            "information": found.information.tolist(),
            "entropies": found.entropies.tolist(),
            "doubts": [asdict(one) for one in doubts],
            "about": {"n": len(means), "dead": [j for j, one in enumerate(found.alive.tolist()) if not one]},
        }
        plain["about"] |= {"levels": list(v.levels), "posterior": self.coded.variances is not None}
        if noise is not None:
            plain["about"]["drowned"] = quiet(means, noise).nonzero().ravel().tolist()
        if trust:
            sure = trusted(binned(means, bins, strategy), v.cells(bins, strategy), self.plan.seed)
            plain |= {name: getattr(sure, name).tolist() for name in ("low", "high", "null", "null_high")}
            plain["about"] |= {"shuffles": PERMUTATIONS, "resamples": RESAMPLES, "level": LEVEL}
        return plain


def _meant(score: Score) -> Score:
    """The score of a code alone; without its null where latents that are shuffled by themselves change nothing."""
    if score.null is None or not math.isclose(score.null.mean, score.value, rel_tol=1e-6):
        return score
    text = "There is no null: it does not change when every latent is shuffled by itself."
    return replace(score, null=None, warnings=(*score.warnings, Doubt("no null", text, note=True)))
