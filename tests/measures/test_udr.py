"""Agreement of the latents of two models, against published code."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from posterior_codes import models
from sklearn.linear_model import Lasso

import explorer
from explorer.data import Recording
from explorer.errors import SampleError
from explorer.numerics.lasso import lasso

PUBLISHED = json.loads((Path(__file__).parents[1] / "reference" / "posteriors.json").read_text())["udr"]
PAIRS = [("first", "reordered"), ("first", "noisy"), ("turned", "noisy"), ("first", "turned"), ("other", "turned")]


def udr(a, b, **given):
    return explorer.measure(a, b, measure="udr", null=False, **given)


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_scores_equal_those_of_published_code(a, b):
    codes = models()
    ranked = udr(codes[a], codes[b], correlation="spearman")
    assert ranked.value == pytest.approx(PUBLISHED["spearman"][f"{a} {b}"], rel=1e-10)
    assert ranked.details["forward"] == pytest.approx(ranked.details["backward"], rel=1e-12)
    sloped = udr(codes[a], codes[b])
    for way, key in (("forward", f"{a} {b}"), ("backward", f"{b} {a}")):
        assert sloped.details[way] == pytest.approx(PUBLISHED["lasso"][key], abs=2e-5)  # theirs stops at 1e-4
    assert sloped.value == pytest.approx((sloped.details["forward"] + sloped.details["backward"]) / 2, rel=1e-12)


def test_slopes_are_those_of_a_lasso_that_comes_to_its_end():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 6)) @ rng.normal(size=(6, 6))
    x = (x - x.mean(0)) / x.std(0)
    y = x @ rng.normal(size=(6, 3)) + rng.normal(size=(300, 3))
    y -= y.mean(0)
    gram, products = (torch.as_tensor(x.T @ side / 300) for side in (x, y))
    for penalty in (0.001, 0.1, 1.0):
        found, done = lasso(gram, products, penalty)
        known = Lasso(alpha=penalty, tol=1e-14, max_iter=200_000).fit(x, y).coef_.T
        assert done
        np.testing.assert_allclose(found, known, atol=1e-7)


def test_slopes_meet_the_conditions_of_a_minimum():
    rng = np.random.default_rng(1)
    x = torch.as_tensor(rng.normal(size=(20, 40)))  # more columns than samples
    y = torch.as_tensor(rng.normal(size=(20, 2)))
    gram, products = x.T @ x / 20, x.T @ y / 20
    found, done = lasso(gram, products, 0.1)
    slack = products - gram @ found
    assert done and (slack.abs() < 0.1 + 1e-8).all()
    assert ((slack - 0.1 * found.sign()).abs()[found != 0] < 1e-8).all() and 0 < int((found != 0).sum()) < 80


def test_equal_models_read_what_the_penalty_leaves():
    rng = np.random.default_rng(0)
    q = np.linalg.qr(np.column_stack([np.ones(64), rng.normal(size=(64, 3))]))[0][:, 1:]  # uncorrelated to rounding
    assert udr(q, -3 * q[:, ::-1]).value == pytest.approx(0.9, abs=1e-9)
    assert udr(q, q, alpha=0.3).value == pytest.approx(0.7, abs=1e-9)
    assert udr(q, q[:, :2]).value == pytest.approx(0.9 * (1 + 2 / 3) / 2, abs=1e-9)  # one of three has no peer


def test_it_is_symmetric_and_falls_with_a_rotation():
    codes = models()
    for correlation in ("lasso", "spearman"):
        ordered = udr(codes["first"], codes["turned"], correlation=correlation)
        back = udr(codes["turned"], codes["first"], correlation=correlation)
        assert ordered.value == pytest.approx(back.value, abs=1e-9)
        assert ordered.value < udr(codes["first"], codes["noisy"], correlation=correlation).value - 0.2


def test_ranks_do_not_see_a_bend():
    codes = models()
    bent = np.exp(3 * codes["noisy"])
    straight = udr(codes["first"], codes["noisy"], correlation="spearman", share=0.0).value
    assert udr(codes["first"], bent, correlation="spearman", share=0.0).value == pytest.approx(straight, abs=1e-12)


def test_latents_that_hardly_move_are_left_out():
    first = models()["first"]
    still = np.column_stack([first, 1e-3 * np.random.default_rng(0).normal(size=500), np.ones(500)])
    score = udr(still, first)
    assert score.value == pytest.approx(udr(first, first).value, rel=1e-12)
    assert score.details["latents_z"] == [0, 1, 2, 3] and np.shape(score.details["matrix"]) == (4, 4)
    assert [one.rule for one in score.warnings] == ["dead latents"]
    assert udr(still, first, share=0.0).details["latents_z"] == [0, 1, 2, 3, 4]
    with pytest.raises(SampleError, match="y never changes"):
        udr(first, np.ones((500, 2)))


def test_a_model_of_its_own_kind_has_the_lowest_median_over_its_peers():
    codes = models()
    runs = [
        Recording.from_arrays({0: {"mean": codes[name]}}, name=name)
        for name in ("first", "reordered", "noisy", "turned")
    ]
    found = explorer.similarity(runs, "udr")
    values = np.array(found.values)
    assert values.shape == (4, 4) and np.allclose(values, values.T)
    medians = [np.median(np.delete(row, i)) for i, row in enumerate(values)]
    assert np.argmin(medians) == 3 and medians[0] > 0.75
    assert values[0, 2] == pytest.approx(udr(codes["first"], codes["noisy"]).value, abs=1e-12)
