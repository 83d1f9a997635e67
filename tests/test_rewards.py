"""A small autoencoder of digits, taught in a moment: what is read of its code, and what its reward does to it."""

import math

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from explorer.engines.rewards import _neighbours, kept
from explorer.errors import SettingError, UnknownNameError
from explorer.measures.disentanglement.kl_decomposition import KLDecomposition


@pytest.fixture(scope="module")
def machine():
    return kept("mim", updates=100)


def test_what_is_read_of_a_code_is_what_the_measures_read(machine):
    found = KLDecomposition()((machine.means, machine.variances))
    assert machine.kl == pytest.approx(float(found), rel=1e-9)
    # other draws of every posterior: the measure tells the standard error
    errors = found.details["errors"]["index_code_information"]
    assert machine.information == pytest.approx(found.details["index_code_information"], abs=6 * errors)
    assert machine.information < machine.most == math.log(1797)


def test_the_five_nearest_are_those_of_scikit_learn(machine):
    import torch

    z, y = machine.means, machine.digits
    near = KNeighborsClassifier(6).fit(z, y).kneighbors(z, return_distance=False)[:, 1:]
    guess = [np.bincount(y[row]).argmax() for row in near]
    assert _neighbours(torch.from_numpy(z), y) == pytest.approx(np.mean(guess == y), abs=1e-12)


def test_a_run_is_its_seed(machine):
    again = kept("mim", updates=100)
    assert np.array_equal(again.means, machine.means) and again.information == machine.information
    assert not np.array_equal(kept("mim", updates=1, seed=1).means, kept("mim", updates=1).means)


def test_rewards_order_the_information_of_the_code(machine):
    vae, off, on = kept("vae", 200), kept("info_diffusion", 200, zeta=0.0), kept("info_diffusion", 200, zeta=1.0)
    assert max(vae.information, off.information) < 0.5 and on.information > 2 and machine.information > 6


def test_what_is_not_there_is_refused():
    with pytest.raises(UnknownNameError):
        kept("infomax", 1)
    with pytest.raises(SettingError):
        kept("vae", 1, zeta=0.5)
