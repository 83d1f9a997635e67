"""The Gaussian and the Student copula: against frites, in closed form, and where they must fall back."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

from explorer.distributions import Asinh, HeavyTails, MultivariateNormal, StudentT
from explorer.errors import InputError, SampleError
from explorer.estimators import GaussianCopula, StudentCopula
from explorer.numerics import student

rng = np.random.default_rng(0)


@pytest.mark.parametrize(("n", "dx", "dy"), [(50, 1, 1), (200, 3, 2), (1000, 10, 10)])
def test_gaussian_copula_is_gcmi(n: int, dx: int, dy: int) -> None:
    """frites gives bits; its core functions take (variables, samples)."""
    gcmi = pytest.importorskip("frites.core.gcmi_nd", reason="frites is not installed")
    x = rng.standard_t(3, (n, dx))
    y = np.tanh(x[:, :1]) + rng.normal(size=(n, dy))
    theirs = float(np.squeeze(gcmi.gcmi_nd_cc(x.T, y.T, mvaxis=0, traxis=-1))) * math.log(2)
    assert GaussianCopula()(x, y).nats == pytest.approx(theirs, abs=1e-6)


def test_conditional_gaussian_copula_is_gcmi() -> None:
    gcmi = pytest.importorskip("frites.core.gcmi_nd", reason="frites is not installed")
    z = rng.normal(size=(300, 2))
    x, y = z + rng.normal(size=(300, 2)), z[:, :1] + rng.normal(size=(300, 1))
    theirs = float(np.squeeze(gcmi.gccmi_nd_ccc(x.T, y.T, z.T, mvaxis=0, traxis=-1))) * math.log(2)
    assert GaussianCopula()(x, y, z=z).nats == pytest.approx(theirs, abs=1e-6)


def test_ranks_alone_count() -> None:
    truth = HeavyTails(dim=2, rho=0.7)
    x, y = truth.sample(500)
    assert GaussianCopula()(x, y).nats == pytest.approx(
        GaussianCopula()(np.sign(x) * np.log1p(abs(x)), y**3).nats, abs=1e-12
    )
    with pytest.raises(InputError, match="ranks do not know the entropy"):
        GaussianCopula()(x)


def test_student_likelihood_is_that_of_scipy() -> None:
    """ln c(u) = ln t_d(q; R) - sum ln t_1(q), with q the quantiles of the ranks."""
    values = torch.as_tensor(StudentT(dim=2, df=4.0, rho=0.5).sample(300)[0])
    fit = student.fitted(values)
    assert fit is not None
    q = stats.t(fit.freedom).ppf(stats.rankdata(values.numpy(), axis=0) / 301)
    joint = stats.multivariate_t(shape=fit.correlation.numpy(), df=fit.freedom).logpdf(q)
    assert fit.log_likelihood == pytest.approx(
        float((joint - stats.t(fit.freedom).logpdf(q).sum(1)).sum()), abs=1e-6
    )  # quantiles of two codes


def test_the_search_finds_the_best_of_the_list() -> None:
    values = torch.as_tensor(np.hstack(StudentT(dim=2, df=3.0).sample(400)))
    shares = torch.stack([student.mean_ranks(column) for column in values.T], 1) / 401
    every = [student._at(shares, freedom) for freedom in student.FREEDOMS]
    best = min(every, key=lambda one: one.criterion(400))
    found = student.fitted(values)
    assert 0.5 * best.freedom < found.freedom < 2 * best.freedom and found.log_likelihood >= best.log_likelihood - 1e-6


@pytest.mark.parametrize("truth", [StudentT(3, 3.0), StudentT(5, 2.0), Asinh(3, 2.0), StudentT(2, 1.0, 0.5)], ids=str)
def test_student_copula_sees_the_common_scale(truth: StudentT) -> None:
    """Four standard errors over ten samples; a Gaussian copula reads next to nothing of what the scale carries."""
    found = np.array([StudentCopula()(*truth.sample(1000, seed)).nats for seed in range(10)])
    assert abs(found.mean() - truth.nats) < 4 * found.std() / math.sqrt(10) + 0.002  # the copula's ranks
    assert GaussianCopula()(*truth.sample(1000)).nats < 0.7 * truth.nats


def test_normal_samples_have_no_tail() -> None:
    x, y = MultivariateNormal(dim=4, rho=0.6).sample(800)
    found = StudentCopula()(x, y)
    assert found.details["degrees_of_freedom"] == math.inf
    assert found.nats == pytest.approx(
        GaussianCopula()(x, y).nats, abs=0.02
    )  # a freedom of 30 is 0.01 nats in 8 columns


def test_tails_that_are_not_shared_carry_nothing() -> None:
    """One scale for two heavy-tailed vectors that know nothing of each other would read 0.2 nats."""
    x, y = StudentT(dim=5, df=2.0).sample(2000)
    found = StudentCopula()(x, y[np.random.default_rng(0).permutation(2000)])
    assert abs(found.nats) < 0.03
    assert found.details == {"tails": "x and y have tails of their own"}


def test_columns_that_determine_each_other_are_refused() -> None:
    x = rng.normal(size=(100, 1))
    with pytest.raises(SampleError, match="student_copula cannot be fitted to 100 samples of 3 columns"):
        StudentCopula()(np.hstack([x, x**3]), rng.normal(size=100))
