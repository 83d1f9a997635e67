"""The counter of looks: what counts once, what counts not at all, and what is said of the count."""

import numpy as np
import pytest
import streamlit as st
import torch
from pages_fixture import opened, quiet, texts  # noqa: F401

import explorer
from explorer import sweep
from explorer.engines.validity.looks import adaptive, fixed
from explorer.packaged import root
from explorer.plan import Plan
from explorer.profiles import Profile
from explorer.ui import looks

pytestmark = pytest.mark.usefixtures("quiet")


def recorded(folder, seed: int, labels: int = 0) -> str:
    """Two steps of a layer that sees labels through noise; the labels come from a seed of their own."""
    y = np.random.default_rng(labels).integers(0, 3, 200)
    rng = np.random.default_rng(100 + seed)
    x = np.c_[y + 0.3 * rng.normal(size=200), rng.normal(size=200)].astype(np.float32)
    model = torch.nn.Sequential(torch.nn.Linear(2, 2, bias=False))
    with explorer.Recorder(folder, model, (x, y), layers=["0"]) as recorder:
        for step in (0, 4):
            recorder.step(step)
    return str(folder)


@pytest.fixture
def runs(home):
    folder = home / "recordings"
    return [recorded(folder / f"run-{i}", i, labels=i // 2) for i in range(4)]  # the first two share their labels


def computed(path: str, *plans: Plan | Profile) -> None:
    recording = explorer.open(path)
    for plan in plans:
        sweep.compute(recording, plan.checked(recording))


def switches(test) -> list[str]:
    return [one.label for one in test.toggle if one.label == "Count my looks"]


def test_the_switch_is_off_and_says_nothing_until_it_is_on(runs):
    computed(runs[0], Plan())
    test = opened("3_plane.py", run=runs[0])
    assert not test.exception and switches(test) and "looks* at these" not in texts(test)
    (switch,) = (one for one in test.toggle if one.label == "Count my looks")
    assert not switch.value
    test = switch.set_value(True).run()
    assert not test.exception and "**1 look** at these 200 labels" in texts(test)
    assert f"{adaptive(200, 1):.2g}" in texts(test)


def test_a_link_switches_it_on_and_is_not_called_ignored(runs):
    computed(runs[0], Plan(), Plan("adaptive_binning"))
    test = opened("3_plane.py", run=runs[0], looks="true", rulers="adaptive_binning")
    assert not test.exception and "Ignored" not in texts(test)
    assert "**2 looks** at these 200 labels" in texts(test)


def test_the_same_result_counts_once_and_other_pages_count_on(runs):
    computed(runs[0], Plan(), Profile("hsic"))
    test = opened("3_plane.py", run=runs[0], looks="true")
    assert "**1 look** at" in texts(test.run()), "a page drawn again shows nothing new"
    test.query_params["run"], test.query_params["measure"] = runs[0], "hsic"
    test.switch_page(str(root() / "pages" / "4_representation.py")).run()
    assert not test.exception and "**2 looks** at" in texts(test), "the switch and the count are the session's"


def test_what_reads_no_labels_is_no_look(runs):
    computed(runs[0], Profile("participation_ratio"), Plan(target="0"))
    test = opened("4_representation.py", run=runs[0], looks="true", measure="participation_ratio")
    assert not test.exception and not switches(test)
    test = opened("3_plane.py", run=runs[0], looks="true", target="0")
    assert not test.exception and not switches(test)


def test_representation_counts_what_is_compared_with_labels(runs):
    computed(runs[0], Profile("hsic"))
    test = opened("4_representation.py", run=runs[0], looks="true", measure="hsic")
    assert not test.exception and "**1 look** at these 200 labels" in texts(test)


def test_compare_counts_runs_by_the_labels_that_they_share(runs):
    for path in runs:
        computed(path, Plan())
    others = {"baseline": runs[:1], "looks": "true", "what": "information"}
    test = opened("7_compare.py", **others, **{"with": runs[1:2]})
    assert not test.exception and "**2 looks** at these 200 labels" in texts(test)
    test = opened("7_compare.py", **others, **{"with": runs[2:3]})
    assert "**1 look** at these 200 labels" in texts(test), "other labels are other labels"


@pytest.mark.parametrize("count", [1, 17, 400])
def test_what_is_said_is_what_the_bounds_say(count):
    said = looks.meaning(count, 4096)
    assert f"**{count} look{'s' if count > 1 else ''}** at these 4\u202f096 labels" in said
    wide = adaptive(4096, count)
    assert f"**{wide:.2g}**" in said if wide < 0.5 else "by **anything** if each" in said
    assert f"**{fixed(4096, count):.2g}**" in said


def test_factors_are_labels_and_layers_are_not(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})
    rng = np.random.default_rng(0)
    layers = {"a": rng.random((20, 2)), "b": rng.random((20, 2))}
    run = explorer.Recording.from_arrays(
        {0: layers}, y=rng.integers(0, 2, 20), factors={"size": rng.integers(0, 4, 20)}
    )
    labels = looks._counted(run, Plan(target="y"))
    assert labels is not None and labels[1] == 20
    assert looks._counted(run, Plan(target="size")) != labels
    assert looks._counted(run, Profile("mig", target="factors")) == looks._counted(run, Plan(target="size"))
    assert looks._counted(run, Plan(target="b")) is None
    assert looks._counted(run, Profile("linear_cka", target="previous")) is None
    looks._counted(run, Plan(target="y", seed=1))
    looks._counted(run, Plan(target="y"))
    assert len(looks._seen(labels[0])) == 2
