"""Lines of thought and walks on a graph, scored against enumeration and matrix powers."""

import itertools

import numpy as np
import pytest

from explorer.engines.texts.paths import ASTRAY, COMMON, QUESTIONS, STEPS, Reasoner, answers, beam, rightness, scored
from explorer.engines.texts.walks import Graph, karate_club
from explorer.errors import SampleError, SettingError

KINDS = COMMON + 2 * QUESTIONS


def test_paths_are_distributions():
    reasoner = Reasoner(0.6, 0.1)
    assert np.allclose(reasoner.steps.sum(1), 1) and reasoner.steps.shape == (QUESTIONS, KINDS)
    assert np.allclose(np.exp(reasoner.log_paths).sum(1), 1)
    path = (0, COMMON + 3, COMMON + QUESTIONS + 3)
    index = np.ravel_multi_index(path, (KINDS,) * STEPS)
    expected = np.prod([reasoner.steps[3, step] for step in path])
    assert np.exp(reasoner.log_paths[3, index]) == pytest.approx(expected)
    assert reasoner.steps[3, COMMON + QUESTIONS + 3] == pytest.approx(0.1 * (1 - reasoner.steps[3, :COMMON].sum()))
    assert reasoner.steps[2, COMMON + QUESTIONS :].sum() == 0  # only every second question has made-up steps


def test_what_paths_end_in():
    ends = answers().reshape((KINDS,) * STEPS)
    assert ends[0, 1, 0] == 0  # common steps alone: what most people say
    assert ends[0, COMMON + 5, 1] == 5 and ends[COMMON + 5, COMMON + 2, COMMON + 2] == 2
    assert ends[COMMON + 5, COMMON + 5, COMMON + QUESTIONS] == -1


def test_scores_are_likelihood_and_information():
    reasoner = Reasoner(0.5, 0.2)
    given = reasoner.log_paths
    assert (scored(reasoner, 0.0) == given).all()
    seen = np.isfinite(given)
    ratios = np.exp(given)[seen] / np.broadcast_to(np.exp(given).mean(0), given.shape)[seen]
    assert np.allclose(scored(reasoner, 1.0)[seen], np.log(ratios))
    # mean PMI over questions and paths is the information of the path on the question, at most ln 8
    mean = (np.exp(given)[seen] * scored(reasoner, 1.0)[seen]).sum() / QUESTIONS
    assert 0 < mean < np.log(QUESTIONS)


@pytest.mark.parametrize("share", [0.0, 0.7, 1.0])
def test_a_wide_beam_finds_the_best_path(share):
    reasoner = Reasoner(0.6, 0.1)
    best = scored(reasoner, share).max(1)
    for width, exact in ((KINDS**2, True), (1, False)):
        found = scored(reasoner, share)[np.arange(QUESTIONS), beam(reasoner, share, width)]
        assert (found <= best + 1e-12).all()
        assert not exact or np.allclose(found, best)
    with pytest.raises(SettingError, match="width=0"):
        beam(reasoner, share, 0)


def test_likely_paths_are_common_and_informed_ones_are_to_the_point():
    clean, made = rightness(0.9, 0.0), rightness(0.9, 0.1)
    assert clean.path[0] < 1 == clean.path[20] and clean.shares[20] == pytest.approx(1)
    assert made.path[20] == 0.5 < made.weighted_vote  # made-up steps of every second question win
    assert made.path[18] == 1  # a little less of ln p(S), and the rare step is not worth it
    for common, made_up in ((1.0, 0.0), (0.5, 1 - ASTRAY), (-0.1, 0.0)):
        with pytest.raises(SettingError, match="must lie in"):
            Reasoner(common, made_up)


def test_the_club_is_zacharys():
    networkx = pytest.importorskip("networkx")
    graph, club = networkx.karate_club_graph(), karate_club()
    assert (networkx.to_numpy_array(graph, weight=None) == club.links).all() and club.links.sum() == 2 * 78
    sides = [graph.nodes[i]["club"] == "Officer" for i in graph]
    assert (club.features[:, 1] == sides).all()
    few, many = (sum(low <= one <= high for _, one in graph.degree()) for low, high in ((1, 2), (6, 99)))
    assert karate_club("friends").features.sum(0).tolist() == [few, 34 - few - many, many]
    with pytest.raises(SettingError, match="'age'"):
        karate_club("age")


def test_the_joint_table_is_that_of_walks():
    club = karate_club()
    joint, rng = club.joint(2), np.random.default_rng(0)
    degrees = club.links.sum(1)
    assert np.allclose(joint.sum(1), degrees / degrees.sum())
    walk = club.links / degrees[:, None]
    nodes = rng.choice(34, 200_000, p=degrees / degrees.sum())
    at = nodes
    for _ in range(2):
        at = (rng.random(len(at))[:, None] > walk.cumsum(1)[at]).sum(1).clip(max=33)
    counted = np.zeros(joint.shape)
    np.add.at(counted, (nodes, club.features[at].argmax(1)), 1 / len(at))
    assert np.abs(counted - joint).max() < 5 * (joint.max() / len(at)) ** 0.5


def test_more_steps_tell_less_and_fade_like_the_second_eigenvalue():
    club = karate_club()
    told = np.array([club.information(steps) for steps in range(1, 30)])
    assert (np.diff(told) < 0).all()
    assert (told[-1] / told[-2]) ** 0.5 == pytest.approx(club.slowest, abs=0.002)
    assert club.information(1, 2, 3) <= told[:3].mean()  # convex: pooling forgets the number of steps
    assert np.allclose((club.joint(3) * club.pmi(3)).sum(), club.information(3)) and told[0] < club.entropy
    with pytest.raises(SettingError, match="steps=0"):
        club.joint(0)


def test_a_path_of_two_nodes_by_hand():
    graph = Graph(np.array([[0.0, 1], [1, 0]]), np.eye(2), ("a", "b"))
    assert graph.information(1) == graph.information(2) == pytest.approx(np.log(2))
    assert (
        np.isnan(graph.pmi(1)[0, 0])
        and graph.entropy == pytest.approx(np.log(2))
        and graph.pmi(1)[0, 1] == pytest.approx(np.log(2))
    )
    assert graph.information(1, 2) == pytest.approx(0, abs=1e-12)
    for links in (np.array([[0.0, 1], [0, 0]]), np.zeros((2, 2))):
        with pytest.raises(SampleError, match="symmetric"):
            Graph(links, np.eye(2), ("a", "b"))


def test_all_paths_are_scored():
    assert len(list(itertools.product(range(KINDS), repeat=STEPS))) == len(answers()) == 5832
