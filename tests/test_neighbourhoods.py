"""Neighbour distributions and their mean divergence: identities, published losses, a known optimum."""

import math

import numpy as np
import pytest
import torch
from scipy.special import rel_entr

from explorer.engines.known.digits import some_digits
from explorer.engines.neighbourhoods import learned, supervisory
from explorer.engines.neighbourhoods.divergence import divergences, fitted
from explorer.engines.neighbourhoods.methods import learning
from explorer.errors import SampleError, SettingError


def samples(n=40, d=5, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).normal(size=(n, d)))


SUPERVISED = {
    "gaussian": lambda z: supervisory.gaussian(z, 7),
    "nearest": lambda z: supervisory.nearest(z, 7),
    "same_label": lambda z: supervisory.same_label(torch.arange(len(z)) % 4),
    "blurred": lambda z: supervisory.blurred(supervisory.nearest(z, 7), 0.3),
}


@pytest.mark.parametrize("name", SUPERVISED)
def test_rows_are_distributions_over_the_others(name):
    p = SUPERVISED[name](samples())
    assert p.sum(1).numpy() == pytest.approx(np.ones(40)) and float(p.min()) >= 0
    assert p.diagonal().abs().max() == 0


@pytest.mark.parametrize("kernel", [learned.gaussian, learned.student, learned.cosine, learned.shared_cluster])
def test_rows_of_what_is_learned_are_distributions(kernel):
    q = kernel(samples()).exp()
    assert q.sum(1).numpy() == pytest.approx(np.ones(40))
    assert (float(q.diagonal().max()) == 0) == (kernel is not learned.shared_cluster)


def test_the_width_gives_every_row_the_same_perplexity_and_is_that_of_scikit_learn():
    from sklearn.manifold._utils import _binary_search_perplexity

    x = samples(60, 4, 1)
    p = supervisory.gaussian(x, 9)
    assert supervisory.row_entropies(p).exp().numpy() == pytest.approx(9 * np.ones(60), rel=1e-9)
    squared = torch.cdist(x, x).square().numpy().astype(np.float32)
    theirs = _binary_search_perplexity(squared, 9.0, 0)
    assert p.numpy() == pytest.approx(theirs, abs=2e-5)  # it stops at 1e-5 of an entropy, in single precision


def test_nearest_are_the_nearest():
    x = torch.tensor([[0.0], [1.0], [2.5], [4.5]], dtype=torch.float64)
    wanted = [[0, 0.5, 0.5, 0], [0.5, 0, 0.5, 0], [0, 0.5, 0, 0.5], [0, 0.5, 0.5, 0]]
    assert supervisory.nearest(x, 2).tolist() == wanted


def test_blurring_spreads_a_share_over_all_others():
    p = supervisory.nearest(samples(11), 2)
    found = supervisory.blurred(p, 0.2)
    assert float(found.max()) == pytest.approx(0.8 / 2 + 0.2 / 10) and float(found[p == 0].max()) == pytest.approx(0.02)
    assert torch.equal(supervisory.blurred(p, 0.0), p)


def test_the_divergence_is_that_of_scipy_and_0_for_equals():
    z = samples()
    p, log_q = SUPERVISED["gaussian"](z), learned.student(z[:, :2])
    assert divergences(p, log_q).numpy() == pytest.approx(rel_entr(p.numpy(), log_q.exp().numpy()).sum(1))
    assert divergences(p, p.log()).abs().max() < 1e-12
    assert (divergences(p, log_q) > 0).all()


def test_of_pairs_and_cosines_it_is_the_cross_entropy_of_contrastive_learning():
    z, n = samples(20, 6), 20
    partner = torch.arange(n) ^ 1  # 0 and 1 are two views, 2 and 3, ...
    p = torch.nn.functional.one_hot(partner, n).double()
    unit = torch.nn.functional.normalize(z, dim=1)
    logits = (unit @ unit.T / 0.5).masked_fill(torch.eye(n, dtype=torch.bool), -torch.inf)
    published = torch.nn.functional.cross_entropy(logits, partner)
    assert float(divergences(p, learned.cosine(z, 0.5)).mean()) == pytest.approx(float(published), rel=1e-12)


def test_of_labels_and_cosines_it_is_supervised_contrastive_learning_less_a_constant():
    z, y = samples(24, 6), torch.arange(24) % 3
    p, log_q = supervisory.same_label(y), learned.cosine(z, 0.1)
    same = (y[:, None] == y) & ~torch.eye(24, dtype=torch.bool)
    published = torch.stack([-log_q[i][same[i]].mean() for i in range(24)])
    assert (published - divergences(p, log_q)).numpy() == pytest.approx(np.full(24, math.log(7)))  # H(p), 7 others


def test_hard_clusters_of_the_labels_miss_only_the_sample_itself():
    y = torch.arange(30) % 3
    scores = 1e3 * torch.nn.functional.one_hot(y, 3).double()
    # q is even over the 10 of a cluster and p over the 9 others
    found = divergences(supervisory.same_label(y), learned.shared_cluster(scores))
    assert found.numpy() == pytest.approx(np.full(30, math.log(10 / 9)), rel=1e-9)


def test_a_wide_normal_that_counts_the_sample_itself_ranks_projections_as_principal_components_do():
    x = samples(50, 4, 2) * torch.tensor([3.0, 2.0, 1.0, 0.5], dtype=torch.float64)
    x, wide = x - x.mean(0), 300.0

    def loss(axes):
        # p is the sample itself: the divergence is -ln q(i|i)
        logits = -torch.cdist(x @ axes, x @ axes).square() / (2 * wide**2)
        return float(-logits.log_softmax(1).diagonal().mean())

    principal = torch.linalg.svd(x, full_matrices=False)[2][:2].T
    spread = float(torch.cdist(x @ principal, x @ principal).square().mean())
    # log-mean-exp to first order in 1 / wide^2; the second is 1e-4 of it
    assert math.log(50) - loss(principal) == pytest.approx(spread / (2 * wide**2), rel=1e-3)
    others = [torch.linalg.qr(samples(4, 2, seed))[0] for seed in range(20)]
    assert all(loss(axes) > loss(principal) for axes in others)


@pytest.mark.parametrize("kernel", [learned.gaussian, learned.student])
def test_neighbours_of_known_places_are_learned_to_divergence_0(kernel):
    truth = samples(30, 2, 4)
    fit = fitted(kernel(truth).exp(), kernel, truth + 0.3 * samples(30, 2, 5), steps=800, rate=0.03)
    assert fit.course[0] > 0.01 and float(fit.divergences.mean()) < 1e-5
    wanted, found = (torch.cdist(one, one) for one in (truth, fit.places))
    assert found.numpy() == pytest.approx(wanted.numpy(), abs=0.02)


def test_the_slope_is_that_of_t_sne_row_by_row():
    # dL/dz_i = 2/n sum_j (p_ij + p_ji - q_ij - q_ji) (z_i - z_j) / (1 + |z_i - z_j|^2)
    p, z = SUPERVISED["gaussian"](samples(20)), samples(20, 2, 7).requires_grad_()
    divergences(p, learned.student(z)).mean().backward()
    with torch.no_grad():
        q = learned.student(z).exp()
        weight = (p + p.T - q - q.T) / (1 + learned.squared(z))
        slope = 2 / 20 * (weight[:, :, None] * (z[:, None] - z)).sum(1)
    assert z.grad.numpy() == pytest.approx(slope.numpy(), abs=1e-12)


def test_the_same_data_by_any_pair_come_nearer_and_keep_their_digits():
    x, y = some_digits((0, 1, 3), 15)
    for supervision in ("gaussian", "nearest", "same_label"):
        for kind in ("gaussian", "student", "cosine", "clusters"):
            found = learning(x, y, supervision, kind, neighbours=5, steps=100)
            assert found.end < found.start and found.flat.shape == (45, 2)
            # a cluster of 15 keeps the sample itself; chance is a third
            assert found.same[1] > 0.75, (supervision, kind)
    assert learning(x, y, "gaussian", "student", 5, steps=5).name.startswith("t-SNE")
    assert learning(x, y, "gaussian", "student", 5, 0.2, steps=5).name == ""


def test_two_runs_are_one():
    x, y = some_digits((0, 1), 12)
    runs = [learning(x, y, "gaussian", "student", 5, steps=20).flat for _ in range(2)]
    assert np.array_equal(*runs)


def test_what_cannot_be_is_refused_in_a_sentence():
    z = samples(10)
    with pytest.raises(SettingError, match=r"neighbours=9\.5 must lie between 1 and n - 1 = 9"):
        supervisory.gaussian(z, 9.5)
    with pytest.raises(SettingError, match=r"neighbours=10 must lie in \[1, n - 1\]"):
        supervisory.nearest(z, 10)
    with pytest.raises(SettingError, match="share=2"):
        supervisory.blurred(supervisory.nearest(z, 2), 2.0)
    with pytest.raises(SampleError, match="label of 1 sample"):
        supervisory.same_label(torch.tensor([0, 0, 1]))
    with pytest.raises(SampleError, match="2 samples"):
        supervisory.nearest(samples(2), 1)
    # all neighbours of cluster 1 are taken by a q that gives them nothing
    hard = 1e4 * torch.nn.functional.one_hot(torch.arange(10) % 2, 2).double()
    with pytest.raises(SampleError, match="infinite"):
        fitted(
            supervisory.nearest(z, 3), lambda s: (learned.shared_cluster(s).exp() > 1e-9).double().log(), hard, steps=0
        )
