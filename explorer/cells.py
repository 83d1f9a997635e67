"""Cells of a sweep: a layer at a step, estimated against the inputs and the target."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

from explorer import checks
from explorer.catalogue import estimators
from explorer.data import Recording, identity
from explorer.device import resolve, seeded
from explorer.errors import InputError, SampleError
from explorer.estimators.base import Point
from explorer.plan import Cell, Plan, seconds_of_cell
from explorer.result import Doubt
from explorer.results.trajectory import TY, XT

A_WHILE = 30.0
"""Seconds that a group of cells may take on one core, after which what is found is kept and seen."""


class Cells:
    """Computes cells of one plan; what does not change over the run is prepared once.

    Raises:
        SampleError: for an estimator that cannot take activations at all.
    """

    def __init__(self, recording: Recording, plan: Plan, device: str = "auto"):
        self.recording, self.plan, self.device = recording, plan, resolve(device)
        self.entry = estimators[plan.estimator](**plan.settings)
        if "discrete" in self.entry.needs:
            raise SampleError(f"{plan.estimator} counts discrete values and activations are real; choose 'binning'")
        self.n = len(recording)
        self.orders = self._orders()
        self._x: Any = None
        self._ys: list[torch.Tensor] = []
        self.target_doubts: tuple[Doubt, ...] = ()
        self._exact = self.entry.with_noise(plan.noise) if plan.noise else None
        self.entry = self._exact or self.entry

    def at(self, step: int, layer: str) -> dict[str, Any]:
        """The cell as plain data: xt, ty, null, doubts, bounds; error says why one of them, or both, has no value.

        A doubt is a rule, a sentence and the quantity that it is about, "" for both.
        """
        return self.together([(step, layer)])[step, layer]

    def groups(self, cells: Sequence[Cell]) -> Iterator[Sequence[Cell]]:
        """The cells in groups for `together`: one by one, or of one layer after another as many as take a while."""
        most = self.entry.cells_at_once
        if most > 1:
            cells = sorted(cells, key=lambda cell: self.recording.layers.index(cell[1]))
        if self.device.type == "cpu":
            most = max(1, min(most, int(A_WHILE / seconds_of_cell(self.plan, self.n, 1))))
        for first in range(0, len(cells), most):
            yield cells[first : first + most]

    def together(self, cells: Sequence[Cell]) -> dict[Cell, dict[str, Any]]:
        """Cells as `at` gives them, computed at once; each has the value that it has by itself.

        Random numbers are those of the plan's seed: of critics float32 products may be rounded otherwise beside others.
        """
        found: dict[Cell, dict[str, Any]] = {}
        given: dict[Cell, tuple[torch.Tensor, list[torch.Tensor]]] = {}
        refused = {}
        for step, layer in cells:
            try:
                x, t = self.x, self.noisy(self.recording.activations(step, layer), step, layer)
            except InputError as error:
                found[step, layer] = {"error": str(error)}
                continue
            ys, refused[step, layer] = self._targets_or_reason(step)
            given[step, layer] = t, ys
        if given:
            with seeded(self.plan.seed, self.device):
                points = self.entry.points(x, list(given.values()))
            found |= {
                cell: self._plain(one, refused[cell]) | self._sides(x, *given[cell])
                for cell, one in zip(given, points, strict=True)
            }
        return found

    def _sides(self, x: Any, t: torch.Tensor, ys: Sequence[torch.Tensor]) -> dict[str, Any]:
        """The quantities that are bounded, with the side: {"I(X;T)": "lower"}."""
        pairs = ((XT, (x, t)), *((TY, (t, y)) for y in ys[:1]))
        found = {quantity: self.entry.bound_on(*pair) for quantity, pair in pairs}
        return {"bounds": {quantity: side for quantity, side in found.items() if side != "none"}}

    def _plain(self, point: Point | InputError, refused: str) -> dict[str, Any]:
        if isinstance(point, InputError):
            return {"error": str(point)}
        about = (("", (*point.doubts, *self.target_doubts)), (XT, point.of_xt), (TY, point.of_ty))
        doubts = [[doubt.rule, doubt.text, quantity] for quantity, said in about for doubt in said]
        cell = {"xt": point.xt, "doubts": doubts}
        if not point.ty:
            return cell | {"error": refused}
        value, *shuffled = point.ty
        return cell | {"ty": value, "null": float(np.mean(shuffled)) if shuffled else None}

    def _targets_or_reason(self, step: int) -> tuple[list[torch.Tensor], str]:
        """The targets, or none and why: an estimator that refuses the labels can still tell I(X;T)."""
        try:
            return self.targets(step), ""
        except InputError as error:
            if self.entry.x_is_identity:
                raise
            return [], f"{self.plan.estimator} cannot take this target: {error}; 'binning' and 'kde_bounds' take labels"

    @property
    def x(self) -> Any:
        """The inputs, prepared once for the whole run."""
        if self._x is None:
            inputs = self.recording.x
            if self.entry.x_is_identity:
                codes = identity(inputs, self.n)
                self._x = self.entry.prepared(torch.as_tensor(codes, device=self.device))
            elif inputs is None:
                rule = f"{self.plan.estimator} needs the inputs as an array and the recording holds none"
                raise SampleError(f"{rule}; choose 'binning', or record with probe=(x, y)")
            else:
                given = checks.variable(inputs.reshape(self.n, -1), "x", "auto", self.entry.needs[0], self.device)
                self._x = self.entry.prepared(given.values)
        return self._x

    def targets(self, step: int) -> list[torch.Tensor]:
        """The target and its permutations; a layer as target changes with the step."""
        if self.plan.to_layer(self.recording):
            other = self.noisy(self.recording.activations(step, self.plan.target), step, self.plan.target)
            return [other[order] for order in self.orders]
        if not self._ys:
            column = self.recording.target(self.plan.target)
            target = checks.variable(column, self.plan.target, "auto", self.entry.needs[1], self.device)
            self._ys = [target.values[order] for order in self.orders]
            if target.kind == "continuous" and len(np.unique(column)) <= 20:
                text = f"The values of {self.plan.target} were taken as coordinates; they look like labels."
                self.target_doubts = (Doubt("labels", text),)
        return self._ys

    def noisy(self, activations: np.ndarray, step: int, layer: str) -> torch.Tensor:
        """T as float64 (n, d), with the plan's noise; refused where it holds NaN or infinity."""
        t = checks.variable(activations, layer, "continuous", "continuous", self.device).values
        if not self.plan.noise or self._exact:
            return t
        place = self.recording.layers.index(layer)
        rng = np.random.default_rng((self.plan.seed, step, place))
        return t + torch.as_tensor(self.plan.noise * rng.standard_normal(t.shape), device=self.device)

    def _orders(self) -> list[torch.Tensor]:
        rng = np.random.default_rng(self.plan.seed)
        shuffled = [rng.permutation(self.n) for _ in range(self.plan.permutations)]
        return [torch.as_tensor(order, device=self.device) for order in (np.arange(self.n), *shuffled)]
