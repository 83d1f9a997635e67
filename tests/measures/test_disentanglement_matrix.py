"""Scores from the matrix of informations: other libraries' numbers, closed forms, and each known trap."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from disentangled_codes import (
    CODES,
    continuous,
    duplicated,
    flipped,
    interdependent,
    merged,
    missing,
    noisy,
    outlier,
    perfect,
    rotated,
    sprites_sized,
)
from scipy.stats import entropy

import explorer
from explorer.errors import SampleError

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "disentanglement_matrix.json").read_text())
ORDERED = ("dmig", "xmig", "dlig")


def score(z, v, measure, **settings):
    return explorer.measure(z, v, measure=measure, null=False, **settings)


def rules(found) -> set[str]:
    return {doubt.rule for doubt in found.warnings if not doubt.note}


def notes(found) -> set[str]:
    return {doubt.rule for doubt in found.warnings if doubt.note}


@pytest.mark.parametrize("name", CODES)
def test_values_are_those_of_disentanglement_lib(name):
    (z, v), theirs = CODES[name](), REFERENCE["disentanglement_lib"][name]
    mig = score(z, v, "mig")
    assert np.abs(np.array(mig.details["matrix"]) - theirs["matrix"]).max() < 1e-9
    assert np.abs(np.array(mig.details["entropies"]) - theirs["entropies"]).max() < 1e-9
    assert mig.value == pytest.approx(theirs["mig"], abs=1e-9)
    assert score(z, v, "modularity", dead="zero").value == pytest.approx(theirs["modularity"], abs=1e-9)
    if mig.details["dead"] == 0:  # the library counts the pairs of dead latents
        found = explorer.measure(z, measure="latent_information")
        assert found.value == pytest.approx(theirs["latent_information"], abs=1e-9)


def freed(z):
    return np.concatenate([z, np.random.default_rng(5).normal(size=(len(z), 1))], 1)


def latte_code(name):
    """The codes that latte has read, and cells enough for their levels."""
    rng = np.random.default_rng(7)
    many = {"interdependent": interdependent(252, 42), "flipped": flipped(300, 1500), "noisy": noisy()}
    many["sprites_sized"] = sprites_sized(20_000)
    z, v = interdependent(252, 42)
    many["interdependent, noisy"] = z + 0.2 * rng.normal(size=z.shape), v
    z, v = many[name]
    return freed(z), v, 40 if name == "sprites_sized" else 20


@pytest.mark.parametrize("name", REFERENCE["latte, discrete"])
def test_dependent_factors_read_as_in_latte_where_attributes_are_counted(name):
    """Within 0.05, as far as latte's own seeds lie apart: it adds noise to ties and takes 3 neighbours.

    With 40 levels and 40 cells counting needs the 20 000 samples: of 2000 a latent of noise reads 0.1 of the entropy.
    """
    z, v, bins = latte_code(name)
    for key, by_seed in REFERENCE["latte, discrete"][name].items():
        if key == "MIG":  # of the assigned latents; ours takes the best
            continue
        found = score(z, v, key.lower(), bins=bins).details["per_factor"]
        assert np.abs(np.mean(by_seed, 0) - found).max() < 0.05, key


def test_the_score_of_a_real_factor_does_not_fall_as_samples_are_added():
    """Nearest neighbours read I(a; a) as about ln n: latte's DMIG falls from 0.68 to 0.43, ours stays."""
    few, many = (np.mean(REFERENCE["latte, continuous"][n]["DMIG"]) for n in ("250", "4000"))
    assert few > 0.65 and many < 0.45
    ours = [score(*continuous(n), "dmig", strategy="equal_frequency").value for n in (4000, 64_000)]
    assert abs(ours[0] - ours[1]) < 0.02 and ours[0] > 0.75
    assert "cut factors" in notes(score(*continuous(250), "dmig"))


def test_a_squared_code_loses_what_two_levels_share_a_cell():
    found = score(*perfect(), "mig")
    assert found.details["per_factor"] == pytest.approx([1, 1, 1, 1 - math.log(2) / (4 * math.log(8))])
    assert found.value == pytest.approx(0.9792, abs=1e-4) and "dead latents" in notes(found)
    assert score(*perfect(), "mig", bins=50).value == pytest.approx(1)
    assert score(*perfect(), "mig", strategy="equal_frequency").value == pytest.approx(1)
    assert found.details["dead"] == 2 and found.details["matrix"][4] == pytest.approx([0] * 4, abs=1e-12)


def test_dead_latents_are_left_out_of_modularity_or_count_zero():
    z, v = perfect()
    assert score(z, v, "modularity").value == pytest.approx(1)
    assert score(z, v, "modularity", dead="zero").value == pytest.approx(4 / 6)
    assert score(z, v, "modularity").details["per_unit"][4:] == [None, None]


def test_cells_that_cap_a_factor_are_doubted():
    """20 cells hold 40 levels two by two: ln 20 of ln 40 nats; 40 cells hold them all."""
    found = score(*sprites_sized(20_000), "mig")
    assert found.details["per_factor"][2] == pytest.approx(math.log(20) / math.log(40), abs=0.01)
    assert found.value == pytest.approx(0.9, abs=0.01) and "bins cap" in rules(found)
    wide = score(*sprites_sized(20_000), "mig", bins=40)
    assert wide.value > 0.98 and "bins cap" not in rules(wide)
    for name in ("mig_sup", "modularity", *ORDERED):
        assert "bins cap" in rules(score(*sprites_sized(), name))


def test_latents_of_noise_pull_means_over_latents_down():
    z, v = sprites_sized()
    weighted, mean = score(z, v, "mig_sup"), score(z, v, "mig_sup", weight="mean")
    assert mean.value == pytest.approx(0.54, abs=0.01) and "latents of noise" in rules(mean)
    assert weighted.value == pytest.approx(0.85, abs=0.01) and "latents of noise" not in rules(weighted)
    assert mean.details["weighted"] == weighted.value and weighted.details["mean"] == mean.value
    modular = score(z, v, "modularity")
    assert modular.value < 0.9 < 0.99 < modular.details["mean_of_telling"] and "latents of noise" in rules(modular)
    assert modular.details["telling"] == [True] * 5 + [False] * 3


def test_latents_of_noise_are_rarely_taken_for_telling():
    """One in a thousand codes of noise, and this table has 5 samples a cell; 2 of 200 latents by chance in 1000."""
    rng = np.random.default_rng(0)
    z, v = rng.uniform(size=(2000, 200)), rng.integers(0, 10, (2000, 2))
    assert sum(score(z, v, "modularity").details["telling"]) <= 2


def test_a_rotation_lowers_the_gap_and_copies_erase_it():
    assert score(*rotated(), "mig").value == pytest.approx(0.18, abs=0.01)
    assert score(*rotated(5, np.pi / 4), "mig").value == pytest.approx(0, abs=1e-12)
    z, v = duplicated()
    assert score(z, v, "mig").value == pytest.approx(0, abs=1e-12)
    assert [score(z, v, name).value for name in ("mig_sup", "modularity")] == pytest.approx([1, 1])
    assert score(z, v, "dmig", assignment="hungarian").value == pytest.approx(0, abs=1e-12)


def test_merged_factors_are_seen_along_latents_only():
    z, v = merged()
    assert score(z, v, "mig").value == pytest.approx(1)
    assert score(z, v, "mig_sup").details["per_unit"] == pytest.approx([0, 1])
    assert score(z, v, "mig_sup", weight="mean").value == pytest.approx(0.5)
    assert score(z, v, "modularity").details["per_unit"][0] == pytest.approx(1 - (math.log(4) / math.log(5)) ** 2 / 2)


def test_a_missing_factor_is_seen_along_factors_only():
    assert score(*missing(), "mig").details["per_factor"] == pytest.approx([1, 1, 0], abs=1e-12)
    assert [score(*missing(), name).value for name in ("mig_sup", "modularity")] == pytest.approx([1, 1])


def test_one_outlier_erases_cells_of_equal_width_and_is_doubted():
    for name in ("mig", "mig_sup", "modularity", "dmig", "dlig"):
        assert "outliers" in rules(score(*outlier(), name))
    assert score(*outlier(), "mig").value < 0.001
    found = score(*outlier(), "mig", strategy="equal_frequency")
    assert found.value > 0.97 and not rules(found)
    assert "outliers" in rules(explorer.measure(outlier()[0], measure="latent_information"))


@pytest.mark.parametrize(("n", "far"), [(20, 1), (60, 1), (99, 1), (1000, 1), (1000, 15)])
def test_few_values_far_away_are_doubted_at_every_size(n, far):
    rng = np.random.default_rng(0)
    v = rng.integers(0, 4, (n, 2))
    z = v.astype(float)
    assert not rules(score(z, v, "mig"))
    z[:far] = 1e4 * (1 + rng.random((far, 2)))
    assert "outliers" in rules(score(z, v, "mig")) and score(z, v, "mig").value < 0.2
    z[:far] *= -1
    assert "outliers" in rules(score(z, v, "mig"))


@pytest.mark.parametrize("bins", [2, 3, 5, 20])
def test_normal_latents_have_no_outliers(bins):
    rng = np.random.default_rng(0)
    for n in (30, 1000, 30_000):
        assert "outliers" not in rules(score(rng.normal(size=(n, 6)), np.arange(n) % 2, "mig", bins=bins))


def test_dependent_factors_have_a_dmig_of_one():
    z, v = interdependent()
    mig, dmig = score(z, v, "mig"), score(z, v, "dmig")
    rows = entropy([6 / 8, 1 / 8, 1 / 8]) / math.log(3)
    assert mig.value == pytest.approx(rows) and rows == pytest.approx(0.6696, abs=1e-4)
    assert dmig.value == pytest.approx(1) and score(z, v, "dlig").value == pytest.approx(1)
    assert dmig.details["numerators"] == pytest.approx([rows * math.log(3)] * 2)
    assert dmig.details["denominators"] == pytest.approx([rows * math.log(3)] * 2)


@pytest.mark.parametrize("flips", [1, 5, 20, 50, 80, 99])
def test_a_bit_and_its_noisy_copy_for_every_noise(flips):
    """I = ln 2 - h(p) and H(a | b) = h(p): MIG = h(p) / ln 2, and DMIG = 1 wherever p is between 0 and 1."""
    z, v = flipped(flips)
    h = entropy([flips / 100, 1 - flips / 100])
    assert score(z, v, "mig").value == pytest.approx(h / math.log(2))
    found = score(z, v, "dmig")
    assert found.value == pytest.approx(1) and found.details["denominators"] == pytest.approx([h, h])
    assert ("small denominator" in rules(found)) == (h < 0.1 * math.log(2))
    assert score(z, v, "dlig").value == pytest.approx(1)
    with_noise = np.stack([z[:, 0], np.random.default_rng(0).normal(size=len(z))], 1)
    numerators = score(with_noise, v, "dmig").details["numerators"]
    # the best other latent holds noise: 20 cells of 100 samples and 2 levels read about 0.1 nats of chance
    assert math.log(2) - 0.2 < numerators[0] <= math.log(2)


def test_a_factor_that_another_determines_has_no_ratio():
    z, v = flipped(0)
    with pytest.raises(SampleError, match="factor factor 0 is told by another factor completely"):
        score(z, v, "dmig")
    with pytest.raises(SampleError, match="completely"):
        score(z, v, "dlig")


def test_a_dead_latent_that_is_meant_for_a_factor_has_no_number():
    z, v = interdependent()
    found = score(np.stack([z[:, 0], np.ones(len(z))], 1), v, "dlig")
    assert found.details["per_unit"] == [pytest.approx(1), None]
    assert found.details["per_factor"] == pytest.approx([1, 0])


def test_negative_values_and_values_above_one_are_left():
    z, v = interdependent()
    swapped = score(z[:, ::-1], v, "dmig")
    assert swapped.value == pytest.approx(-1) and "assignment" in rules(swapped)
    taken = score(z[:, ::-1], v, "dmig", assignment="hungarian")
    assert taken.value == pytest.approx(1) and taken.details["latents"] == [1, 0] and "assignment" in notes(taken)
    grid = np.array([[a, b, c] for (a, b) in v for c in (0, 1)])
    half = score(np.stack([grid[:, 0], grid[:, 2]], 1), grid[:, :2], "dmig").details["per_factor"]
    assert half[0] == pytest.approx(1 / 0.6696, abs=1e-3) and half[1] < 0


def test_dlig_is_never_above_one_and_equals_its_conditional_form():
    """I(v_k; z) - I(v_l; z) = I(v_k; z | v_l) - I(v_l; z | v_k), for plug-in values too."""
    rng = np.random.default_rng(0)
    for _ in range(30):
        v = rng.integers(0, 3, (40, 2)) if rng.random() < 0.5 else np.repeat(rng.integers(0, 4, (40, 1)), 2, 1)
        v[:5, 1] = rng.integers(0, 4, 5)
        z = v @ rng.normal(size=(2, 2)) + 0.5 * rng.normal(size=(40, 2))
        assert max(score(z, v, "dlig").details["per_factor"]) <= 1 + 1e-9


def test_free_latents_are_what_xmig_compares_with():
    z, v = interdependent(252, 42)
    assert score(freed(z), v, "xmig").value > 0.97 > 0.7 > score(freed(z), v, "mig").value
    leaking = score(np.concatenate([z, z[:, :1]], 1), v, "xmig")
    assert leaking.details["per_factor"] == pytest.approx([0, 0.6696], abs=1e-4)
    assert score(np.concatenate([z[:, ::-1] * 0, z], 1), v, "xmig").value == pytest.approx(-1)


def test_no_factor_and_no_latent_too_few():
    z, v = interdependent()
    for name, needed in (("mig_sup", "needs two"), ("modularity", "needs two"), ("dlig", "needs two")):
        with pytest.raises(SampleError, match=needed):
            score(z, v[:, 0], name)
    for name in ("mig", "dmig"):
        with pytest.raises(SampleError, match="needs two"):
            score(z[:, :1], v[:, :1], name)
    with pytest.raises(SampleError, match=r"1 latent.* for 2 factors; dlig gives each one of its own"):
        score(z[:, :1], v, "dlig")
    with pytest.raises(SampleError, match="one must be left for no factor"):
        score(z, v, "xmig")
    with pytest.raises(SampleError, match="a pair needs two"):
        explorer.measure(np.stack([z[:, 0], z[:, 0] * 0], 1), measure="latent_information")


@pytest.mark.parametrize("name", ["mig", "mig_sup", "modularity", *ORDERED])
def test_details_have_a_number_for_each_factor_or_latent(name):
    z, v = perfect()
    found = score(z, v, name).details
    lengths = {"per_factor": 4, "per_unit": 6, "matrix": 6, "numerators": 4, "denominators": 4, "entropies": 4}
    assert {key: len(found[key]) for key in lengths if key in found}.items() <= lengths.items()
    assert found["dead"] == 2 and ("per_unit" not in found or found["per_unit"][4:] == [None, None])


def test_latents_that_share_and_latents_that_do_not():
    z, _ = duplicated()
    found = explorer.measure(z, measure="latent_information")
    each = [math.log(k) / 5 for k in (3, 3, 4, 4, 5, 5)]
    assert found.details["per_unit"] == pytest.approx(each) and found.value == pytest.approx(np.mean(each))
    assert np.allclose(found.details["matrix"], np.transpose(found.details["matrix"]), atol=1e-12)
    assert found.details["matrix"][0][0] == pytest.approx(math.log(3))
    free = explorer.measure(np.random.default_rng(0).normal(size=(5000, 4)), measure="latent_information")
    assert free.value == pytest.approx(free.details["chance"], rel=0.2) and "chance" in notes(free)


def test_the_mean_over_bins_rises_and_falls():
    """A code with noise: too few cells hide it, too many fill with chance, and the score says neither by itself."""
    values = [score(*noisy(), "mig", bins=bins).value for bins in (3, 5, 10, 20, 50, 100, 300)]
    assert values[0] < values[1] < values[2] < values[3] > values[4] > values[5] > values[6]
