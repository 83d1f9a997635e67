"""Every estimator with the kinds of samples it takes and the truths it claims to find."""

from collections.abc import Iterator

import numpy as np
import pytest

from explorer.catalogue import distributions, estimators
from explorer.distributions import MultivariateNormal

ENTRIES = [name for name in estimators if not estimators[name].by_column]
every_estimator = pytest.mark.parametrize("name", ENTRIES)
Kinds = tuple[str, str]


def kinds(name: str) -> list[Kinds]:
    """The kinds of x and y that an estimator takes."""
    entry = estimators[name]
    both = [(x, y) for x in ("continuous", "discrete") for y in ("continuous", "discrete")]
    taken = [pair for pair in both if all(n in ("any", k) for n, k in zip(entry.needs, pair, strict=True))]
    return [(x, y) for x, y in taken if x != y] if entry.mixed else taken


CASES = [(name, pair) for name in ENTRIES for pair in kinds(name)]
every_kind = pytest.mark.parametrize(("name", "kind"), CASES, ids=str)


def pair_of(name: str, kind: Kinds, n: int, seed: int = 0) -> tuple[np.ndarray, ...]:
    """Dependent samples of the given kinds: three columns, or what the estimator can take, or one of labels."""
    x, y = MultivariateNormal(dim=estimators[name].columns or 3, rho=0.7).sample(n, seed)
    labels = [np.digitize(v[:, 0], [-0.7, 0.7]) for v in (x, y)]
    return tuple(v if k == "continuous" else b for v, b, k in zip((x, y), labels, kind, strict=True))


def claims() -> Iterator[tuple[str, str]]:
    """Every estimator with every distribution whose truth it claims to find."""
    for name in ENTRIES:
        entry = estimators[name]
        for other in distributions:
            one = distributions[other]
            kinds = zip(entry.needs, (one.kind_x, one.kind_y), strict=True)
            fits = all(need in ("any", kind) for need, kind in kinds) and not (entry.mixed and one.kind_x == one.kind_y)
            if fits and (entry.finds is None or other in entry.finds):
                yield name, other


CLAIMS = list(claims())
every_claim = pytest.mark.parametrize(("name", "distribution"), CLAIMS)
QUICK = [claim for claim in CLAIMS if not estimators[claim[0]].learned]
every_quick_claim = pytest.mark.parametrize(("name", "distribution"), QUICK)
every_learned_claim = pytest.mark.parametrize(("name", "distribution"), sorted({*CLAIMS} - {*QUICK}))
