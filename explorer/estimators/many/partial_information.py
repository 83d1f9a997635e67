"""Partial information: what two sources tell of a target together, each alone, and only both."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Literal

import torch

from explorer import checks
from explorer.device import resolve
from explorer.errors import InputError, SampleError
from explorer.estimators.base import Estimator, Formula, Reading, Samples
from explorer.estimators.many._atoms import decomposed
from explorer.estimators.many.base import by_columns
from explorer.result import Doubt
from explorer.settings import Range

SIGNS = {"redundancy": "Red", "unique_1": "Unq₁", "unique_2": "Unq₂", "synergy": "Syn"}


@dataclass(frozen=True)
class PartialInformation(Estimator):
    r"""Redundancy, unique information and synergy of two sources about a target y; one of them is the value.

    .. math:: I(X_1, X_2; Y) = R + U_1 + U_2 + S, \qquad I(X_i; Y) = R + U_i

    The sources are the two columns of x, or x and z. All four are in the details; synergy is the value
    unless `atom` says otherwise. There are several decompositions, and which one is used is part of the answer:

    - "broja", of labels: unique information is the least that any table with the margins (X1, Y) and (X2, Y) of the
      data leaves to X1 when X2 is known. It is solved on the plug-in table to a certified gap, in the details, below
      1e-7 nats; what the table misses of the truth is larger: synergy of independent labels reads
      (L1 - 1)(L2 - 1)(M - 1) / 2n or more.
    - "mmi": redundancy is the smaller of I(X1; Y) and I(X2; Y), the most that any decomposition in use gives, so that
      synergy is the most too. For jointly normal variables with one column of y it is what "broja" gives
      (barrett2015). The informations are those of `gaussian` for real sources and target, of `ross` where one is
      a label, or `mixed_ksg` where more than k real values coincide, of `plug_in` for labels.

    Estimated atoms can lie below 0 by chance. The permutation null permutes y. Where no labelled sample has both
    sources, `explorer.numerics.unpaired.synergy_bounds` bounds the synergy from the three tables of pairs (liang2024).

    Args:
        measure: "auto" takes "broja" for labels and else "mmi".
        atom: which of the four is the value.
        k: neighbours of `ross` and `mixed_ksg`.

    Raises:
        InputError: without y, or for "broja" with real values.
        SampleError: for sources that are not two columns, or of two kinds.

    References: bertschinger2014; barrett2015; williams2010; liang2024.
    """

    by_column: ClassVar[bool] = True
    quantity: ClassVar[str] = "PID(X₁,X₂;Y)"
    finds: ClassVar[tuple[str, ...]] = ()

    measure: Literal["auto", "broja", "mmi"] = "auto"
    atom: Literal["synergy", "redundancy", "unique_1", "unique_2"] = "synergy"
    k: Annotated[int, Range(1, 100)] = 5

    def checked(
        self, x: Any, y: Any = None, z: Any = None, kinds: Sequence[Any] = ("auto",) * 3, device: str = "auto"
    ) -> Samples:
        if y is None:
            raise InputError(f"{self.name} decomposes what two sources tell of y; give y, and x with two columns")
        where = resolve(device)
        need = "discrete" if self.measure == "broja" else "any"
        parts = [by_columns(x, "x", kinds[0], need, where)]
        if z is not None:
            parts.append(by_columns(z, "z", kinds[2], need, where))
        target = checks.variable(y, "y", kinds[1], need, where)
        checks.paired(parts[0], *parts[1:], target, least=self.least)
        widths = [one.dim for one in parts]
        if widths not in ([2], [1, 1]):
            rule = " and ".join(f"{one.name} has {one.dim} column(s)" for one in parts)
            raise SampleError(f"{self.name} takes two sources, x with two columns, or x and z with one each; {rule}")
        if len({one.kind for one in parts}) > 1:
            raise SampleError(f"x is {parts[0].kind} and z is {parts[1].kind}; two sources of one kind are needed")
        sources = replace(parts[0], values=torch.cat([one.values for one in parts], 1), dim=2)
        return Samples(sources, target)

    def quantity_of(self, samples: Samples) -> str:
        return f"{SIGNS[self.atom]}(X₁,X₂;Y)"

    def nats(self, x: torch.Tensor, y: torch.Tensor) -> Formula:
        first, second = (x[:, [i]] if x.is_floating_point() else x[:, i] for i in (0, 1))
        found = decomposed(first, second, y, self.measure, self.k)
        told = dict(zip(("I(X1;Y)", "I(X2;Y)", "I(X1,X2;Y)"), found.informations, strict=True))
        details = {**found.atoms.to_dict(), **told, "measure": found.measure, "estimator": found.estimator}
        if found.measure == "broja":
            details["gap"] = found.gap
        return Reading(found.atoms.to_dict()[self.atom], details=details)

    def doubts(self, x: torch.Tensor, y: torch.Tensor | None, value: float) -> tuple[Doubt, ...]:
        labels = not any(one.is_floating_point() for one in (x, y) if one is not None)
        if self.measure == "broja" or (labels and self.measure == "auto"):
            return ()
        text = "Redundancy is the smaller information, the most that a decomposition in use gives; so is the synergy."
        return (Doubt("redundancy", text, note=True),)
