"""Cells of a plane by critics: trained together each has the value that it has alone, and none spoils another."""

import math
import re

import numpy as np
import pytest
import torch

import explorer
from explorer.cells import Cells
from explorer.critics import training
from explorer.data import Recording
from explorer.errors import SampleError
from explorer.estimators.base import Estimator
from explorer.estimators.critic import _many, base
from explorer.estimators.critic.infonce import InfoNCE
from explorer.plan import Plan, cost, keys
from explorer.sweep import collected, compute

QUICK = {"steps": 50, "batch": 32, "hidden": 8}


@pytest.fixture
def recording(layers, home) -> Recording:
    steps, x, y = layers
    dead = {step: {**found, "half": np.column_stack([found["tanh_1"], 0 * y])} for step, found in steps.items()}
    dead[10]["tanh_3"] = np.where(np.arange(200)[:, None] == 7, np.nan, dead[10]["tanh_3"])
    dead[0]["tanh_1"] = 0 * dead[0]["tanh_1"]
    return explorer.Recording.from_arrays(dead, x=x, y=y, name="small")


@pytest.mark.parametrize("name", ["infonce", "mine", "vclub"])
def test_each_cell_has_the_value_it_has_alone(recording, name):
    plan = Plan(name, QUICK, permutations=1).checked(recording)
    cells = [(step, layer) for layer in recording.layers for step in recording.steps]
    together = Cells(recording, plan, "cpu").together(cells)
    alone = {cell: Cells(recording, plan, "cpu").at(*cell) for cell in cells}
    assert list(sorted(together)) == list(sorted(cells))
    for cell in cells:
        values = [{key: one[cell].get(key) for key in ("xt", "ty", "null")} for one in (together, alone)]
        assert values[0] == pytest.approx(values[1], abs=1e-6)
        assert together[cell].get("error") == alone[cell].get("error")
        assert together[cell].get("doubts") == alone[cell].get("doubts")
    assert "NaN" in together[10, "tanh_3"]["error"] and together[0, "tanh_1"]["xt"] == 0.0


def test_a_sweep_keeps_every_cell_by_its_own_key(recording):
    plan = Plan("infonce", QUICK, permutations=1).checked(recording)
    seen: list[tuple] = []
    assert compute(recording, plan, ["tanh_1"], [1], device="cpu") == 1
    assert compute(recording, plan, device="cpu", progress=lambda *one: seen.append(one)) == 8
    assert compute(recording, plan) == 0
    plane = collected(recording, plan)
    assert plane.about["cells"] == len(keys(recording, plan, recording.steps, recording.layers)) == 9
    assert list(plane.about["failed"]) == ["tanh_3"] and (10, "tanh_3") not in Cells(recording, plan).together([])
    notes, where = [note for _, _, note in seen], "tanh_3, tanh_1, half at steps 0 to 10"
    assert f"I(X;T) of {where}: update 1 of 50" in notes
    assert any(note.startswith(f"I(T;Y) and I(T;Y) shuffled of {where}: update 50 of 50, held out") for note in notes)
    assert any(re.search(r"held out \S+ nats \(\S+ bits\), mean of 8$", note) for note in notes)
    alone = Cells(recording, plan, "cpu").at(10, "half")
    assert plane.curve("half", "I(X;T)")[-1] == pytest.approx(alone["xt"], abs=1e-6)


def test_groups_are_of_one_layer_after_another_and_end_soon(recording):
    cells = [(step, layer) for step in recording.steps for layer in recording.layers]
    quick = Cells(recording, Plan("infonce", QUICK, permutations=0).checked(recording), "cpu")
    (group,) = quick.groups(cells)
    assert [layer for _, layer in group] == sorted((one[1] for one in cells), key=recording.layers.index)
    default = Cells(recording, Plan("infonce").checked(recording), "cpu")
    assert max(len(one) for one in default.groups(cells)) > 1
    slow = Cells(recording, Plan("infonce", {"steps": 5000}).checked(recording), "cpu")
    assert [len(one) for one in slow.groups(cells)] == [1] * 9
    assert [len(one) for one in Cells(recording, Plan("ksg").checked(recording)).groups(cells)] == [1] * 9


def test_a_cell_that_meets_no_number_is_doubted_alone(recording, monkeypatch):
    plan = Plan("infonce", QUICK, permutations=0).checked(recording)
    cells = [(step, "half") for step in recording.steps]
    whole = Cells(recording, plan, "cpu").together(cells)
    calls = []

    def objective(self, scores):
        calls.append(1)
        broken = (torch.arange(len(scores)) == 1) & (len(calls) == 30)
        return explorer_infonce(scores).masked_fill(broken, math.nan)

    explorer_infonce = InfoNCE().objective
    monkeypatch.setattr(InfoNCE, "objective", objective)
    monkeypatch.setattr(InfoNCE, "read", lambda self, scores: explorer_infonce(scores))
    found = Cells(recording, plan, "cpu").together(cells)
    assert [found[one] for one in (cells[0], cells[2])] == [whole[one] for one in (cells[0], cells[2])]
    said = {rule: text for rule, text, _ in found[cells[1]]["doubts"]}
    assert "no number at update 30; the last good state was read" in said["no number"]
    assert not any(rule == "no number" for one in (cells[0], cells[2]) for rule, *_ in found[one]["doubts"])
    assert math.isfinite(found[cells[1]]["xt"])


def test_the_seed_of_the_plan_decides_and_the_callers_random_state_does_not(recording):
    plans = [Plan("infonce", QUICK, permutations=0, seed=seed).checked(recording) for seed in (0, 1)]
    torch.manual_seed(1)
    first = Cells(recording, plans[0], "cpu").at(1, "half")
    torch.manual_seed(2)
    before = torch.get_rng_state()
    assert Cells(recording, plans[0], "cpu").at(1, "half") == first
    assert torch.equal(torch.get_rng_state(), before)
    assert Cells(recording, plans[1], "cpu").at(1, "half")["xt"] != first["xt"]


def short_of_memory(monkeypatch, most: int, batch: int = 10**6) -> list[tuple[int, int]]:
    """Let no more critics than `most` be trained at once, and none with more than `batch`; what is tried."""
    tried: list[tuple[int, int]] = []

    def fitted(critic, *given):
        plan = next(one for one in given if isinstance(one, training.Plan))
        tried.append((len(critic.seeds), plan.batch))
        if len(critic.seeds) > most or plan.batch > batch:
            raise torch.OutOfMemoryError("no memory")
        return training.fitted(critic, *given)

    monkeypatch.setattr(base, "fitted", fitted)
    return tried


def test_what_the_memory_does_not_hold_together_is_read_in_halves_with_the_same_values(recording, monkeypatch):
    plan = Plan("infonce", QUICK, permutations=1).checked(recording)
    cells = [(step, "half") for step in recording.steps]
    alone = {cell: Cells(recording, plan, "cpu").at(*cell) for cell in cells}
    tried = short_of_memory(monkeypatch, 2)
    together = Cells(recording, plan, "cpu").together(cells)
    assert {members for members, _ in tried} == {1, 2, 3, 6} and {batch for _, batch in tried} == {32}
    for cell in cells:
        values = [{key: one[cell][key] for key in ("xt", "ty", "null")} for one in (together, alone)]
        assert values[0] == pytest.approx(values[1], abs=1e-6)
        assert together[cell]["doubts"] == alone[cell]["doubts"]


def test_stacks_that_the_memory_does_not_hold_are_made_in_halves(recording, monkeypatch):
    plan = Plan("infonce", QUICK, permutations=0).checked(recording)
    cells = [(step, "half") for step in recording.steps]
    whole, stacked = Cells(recording, plan, "cpu").together(cells), _many._stacked

    def short(sides, members):
        if len(sides) > 1:
            raise torch.OutOfMemoryError("no memory")
        return stacked(sides, members)

    monkeypatch.setattr(_many, "_stacked", short)
    found = Cells(recording, plan, "cpu").together(cells)
    assert [found[one]["xt"] for one in cells] == pytest.approx([whole[one]["xt"] for one in cells], abs=1e-6)


def test_one_pair_alone_takes_half_a_batch_where_the_memory_asks_for_it(recording, monkeypatch):
    plan = Plan("infonce", QUICK, permutations=0).checked(recording)
    tried = short_of_memory(monkeypatch, 2, batch=20)
    found = Cells(recording, plan, "cpu").together([(step, "half") for step in recording.steps])
    assert tried.count((1, 32)) == tried.count((1, 16)) == 6
    assert all(any("took batch=16" in text for _, text, _ in one["doubts"]) for one in found.values())
    short_of_memory(monkeypatch, 0)
    found = Cells(recording, plan, "cpu").together([(step, "half") for step in recording.steps])
    assert all("batch=16 does not fit the memory" in one["error"] for one in found.values())


def test_columns_count_among_what_a_working_block_holds(recording, monkeypatch):
    plan = Plan("infonce", QUICK, permutations=0).checked(recording)
    asked = []
    monkeypatch.setattr(_many, "rows_per_chunk", lambda size, device: asked.append(size) or 1)
    Cells(recording, plan, "cpu").together([(step, "half") for step in recording.steps])
    assert asked == [4 * (4 * 32**2 + 200 * 7), 4 * (4 * 32**2 + 200 * 3)], "6 and 1 columns, then 1 and 2 labels"
    other = Plan("gaussian", permutations=0).checked(recording)
    assert cost(recording, plan)[1] > cost(recording, other)[1]


def test_why_there_is_no_number_is_what_the_member_met_that_has_none():
    why = "a value that is no number at update 9; the last good state was read"
    found = training.met(["no gain on held-out samples in 6 looks, at update 150", why, ""])
    assert found == "a value that is no number at update 9"
    assert training.met(["no gain on held-out samples in 6 looks, at update 150"]).startswith("a value that is no")


class Drawn(Estimator):
    """An estimator that draws a number a cell."""

    def point(self, x, t, ys):
        if not len(t):
            raise SampleError("no samples")
        return float(torch.rand(())), [], ()


def test_cells_of_an_estimator_that_draws_do_not_depend_on_those_beside(monkeypatch):
    monkeypatch.setattr(Drawn, "__post_init__", lambda self: None)
    none, some = (torch.zeros(0, 1), ()), (torch.zeros(2, 1), ())
    torch.manual_seed(0)
    alone = Drawn().points(None, [some])
    torch.manual_seed(0)
    assert [one for one in Drawn().points(None, [some, none, some]) if isinstance(one, tuple)] == alone * 2
