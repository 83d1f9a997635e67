"""Spectra of kernels against circles, groups and NumPy; sums by probes inside their bars; the spectrum of a layer."""

import json
import math

import numpy as np
import pytest
import torch
from scipy.linalg import circulant

import explorer
from explorer.errors import SampleError, SettingError, UnknownNameError
from explorer.measures.diffusion.base import estimated_bits, spectral_bits
from explorer.numerics import spectra
from explorer.numerics.lanczos import Density, density
from explorer.numerics.spectra import diffusion, eigenvalues, gaussian, rows_of_squares, squared_distances
from explorer.results.representation import Spectrum
from explorer.studies.spectrum import ROWS, Look, collected, compute, cost, run, specification, spectrum

rng = np.random.default_rng(0)


def walk(z: np.ndarray, sigma: float, alpha: float = 0.0, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return diffusion(gaussian(squared_distances(torch.as_tensor(z), sigma, dtype), sigma), alpha)


def plain_squares(z: np.ndarray) -> np.ndarray:
    return ((z[:, None] - z[None]) ** 2).sum(-1)


@pytest.mark.parametrize("far", [0.0, 1e3, 1e6])
def test_distances_are_those_of_plain_differences(far: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Far from each other, products of rows would lose the small distances; differences are taken then."""
    z = rng.normal(size=(80, 5))
    z[40:] += far
    monkeypatch.setattr(spectra, "rows_per_chunk", lambda *_: 7)
    found = squared_distances(torch.as_tensor(z), 0.1).numpy()
    # the bound that STEADY promises: 1e-9 of the exponent squares / (2 width^2)
    np.testing.assert_allclose(found / 0.02, plain_squares(z) / 0.02, rtol=1e-9, atol=1e-9)
    assert (found.diagonal() == 0).all()


def test_blocks_of_rows_are_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    z = torch.as_tensor(rng.normal(size=(30, 3)))
    monkeypatch.setattr(spectra, "rows_per_chunk", lambda *_: 8)
    parts = list(rows_of_squares(z, 1.0))
    assert [start for start, _ in parts] == [0, 8, 16, 24]
    torch.testing.assert_close(torch.cat([rows for _, rows in parts]), squared_distances(z, 1.0))


@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0])
def test_the_circle_has_the_spectrum_of_its_first_row(alpha: float) -> None:
    """Evenly spaced on a circle all rows are one row turned: eigenvalues are its Fourier transform over its sum."""
    angles = 2 * np.pi * np.arange(60) / 60
    z = np.c_[np.cos(angles), np.sin(angles)]
    row = np.exp(-plain_squares(z)[0] / (2 * 0.3**2))
    expected = np.sort(np.abs(np.fft.fft(row).real / row.sum()))[::-1]
    assert np.allclose(circulant(row)[:, 0], row)
    np.testing.assert_allclose(eigenvalues(walk(z, 0.3, alpha)).numpy(), expected, atol=1e-14)


@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0])
def test_the_symmetric_form_has_the_eigenvalues_of_the_walk(alpha: float) -> None:
    """NumPy on the row-normalised matrix, which has no symmetry."""
    z = rng.normal(size=(50, 3)) * np.linspace(0.2, 2, 50)[:, None]
    kernel = np.exp(-plain_squares(z) / 2)
    kernel = kernel / np.outer(kernel.sum(1), kernel.sum(1)) ** alpha
    expected = np.sort(np.abs(np.linalg.eigvals(kernel / kernel.sum(1, keepdims=True))))[::-1]
    found = eigenvalues(walk(z, 1.0, alpha)).numpy()
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert found[0] == pytest.approx(1.0, abs=1e-12)


def clouds(n: int, seed: int = 0) -> dict[str, tuple[np.ndarray, float]]:
    """Samples and sigma with spectra of every kind: flat, of rank one, of groups, of slow and of quick decay."""
    g = np.random.default_rng(seed)
    centres = 3 * g.normal(size=(10, 64))
    angle = g.uniform(0, 10, n)
    return {
        "groups": (np.repeat(100 * g.normal(size=(5, 6)), n // 5, 0), 1.0),
        "mixture": (g.normal(size=(n, 64)) + centres[g.integers(0, 10, n)], 10.0),
        "mixture, narrow": (g.normal(size=(n, 64)) + centres[g.integers(0, 10, n)], 5.0),
        "normal": (g.normal(size=(n, 10)), 1.0),
        "nearly the identity": (g.normal(size=(n, 10)), 0.5),
        "square": (g.uniform(size=(n, 2)), 0.05),
        "square, flat": (g.uniform(size=(n, 2)), 0.005),
        "nearly rank one": (g.uniform(size=(n, 10)), 10.0),
        "roll": (np.c_[angle * np.cos(angle), angle * np.sin(angle), 5 * g.uniform(size=n)], 0.3),
        "heavy tails": (g.standard_t(2, size=(n, 5)), 1.0),
        "line": (g.normal(size=(n, 1)), 0.01),
        "few places": (g.integers(0, 2, (n, 6)).astype(float), 0.5),
        "many scales": (np.exp(1.5 * g.normal(size=(n, 3))), 1.0),
    }


@pytest.mark.parametrize("name", clouds(10))
def test_the_truth_lies_inside_the_bar_of_the_probes(name: str) -> None:
    """And the bar is short: below 0.03 bits of up to 10, at every power."""
    z, sigma = clouds(1000)[name]
    truth = eigenvalues(walk(z, sigma))
    torch.manual_seed(0)
    found = density(walk(z, sigma, dtype=torch.float32))
    for t in (1.0, 1.5, 2.0, 4.0):
        bits, bar = estimated_bits(found, t)
        assert abs(bits - spectral_bits(truth, t)) <= bar < 0.03


def test_the_bar_holds_as_often_as_it_should() -> None:
    """3 standard errors of 32 probes hold 99.4 %: of 52 no more than 3 are missed but once in 3500 times."""
    missed = 0
    for seed, name in enumerate(clouds(10)):
        z, sigma = clouds(400, seed)[name]
        truth, matrix = eigenvalues(walk(z, sigma)), walk(z, sigma, dtype=torch.float32)
        for again in range(4):
            torch.manual_seed(10 * seed + again)
            bits, bar = estimated_bits(density(matrix))
            missed += abs(bits - spectral_bits(truth)) > bar
    assert missed <= 3


def test_parabolas_are_summed_exactly() -> None:
    """Their sums are known from the trace and the squares of the entries, so that no probe can err."""
    z, sigma = clouds(300)["square"]
    matrix = walk(z, sigma)
    found, values = density(matrix), eigenvalues(matrix)
    for coefficients in ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (2.0, -3.0, 5.0)):

        def parabola(x: torch.Tensor, c: tuple = coefficients) -> torch.Tensor:
            return c[0] + c[1] * x + c[2] * x**2

        sums, _ = found.sums(parabola)
        # what residuals couple is left out: at most SETTLED squared, 1e-5, of the squares of the settled ones
        np.testing.assert_allclose(sums.numpy(), float(parabola(values).sum()), rtol=1e-5)
        assert sums.std() < 1e-9


def test_small_matrices_and_equal_samples_are_no_trouble() -> None:
    for n in (2, 3, 31, 33, 65):
        z = np.random.default_rng(n).normal(size=(n, 2))
        bits, bar = estimated_bits(density(walk(z, 1.0)))
        assert abs(bits - spectral_bits(eigenvalues(walk(z, 1.0)))) <= bar
    assert abs(estimated_bits(density(walk(np.zeros((40, 2)), 1.0)))[0]) < 1e-9
    assert isinstance(density(walk(np.zeros((40, 2)), 1.0)), Density)


# the spectrum of a layer


@pytest.fixture
def recording(layers):
    steps, x, y = layers
    return explorer.Recording.from_arrays(steps, x=x, y=y)


def test_curves_are_the_measure_at_every_sigma_and_t() -> None:
    z = rng.normal(size=(150, 6))
    found = spectrum(z, sigmas=[3.0, 0.5], times=[2, 1], normalization="anisotropic", alpha=1.0, sigma=2.0)
    assert found.sigmas.tolist() == [0.5, 3.0] and found.times.tolist() == [1.0, 2.0] and found.n == 150
    same = {"measure": "diffusion_spectral_entropy", "normalization": "anisotropic", "alpha": 1.0}
    for i, sigma in enumerate(found.sigmas):
        for j, t in enumerate(found.times):
            score = explorer.measure(z, sigma=sigma, t=t, **same)
            assert found.entropies[i, j] == pytest.approx(score.value, abs=1e-9)
    np.testing.assert_allclose(
        found.eigenvalues, explorer.measure(z, sigma=2.0, **same).details["spectrum"], atol=1e-12
    )
    np.testing.assert_allclose(found.variances, np.linalg.eigvalsh(np.cov(z.T))[::-1])
    assert found.about["presets"]["sqrt_d"] == math.sqrt(6)
    assert (
        found.about["bits"] == pytest.approx(explorer.measure(z, sigma=2.0, **same).value) and not found.about["doubts"]
    )
    assert spectrum(z, sigma=1e5, sigmas=[1.0]).about["doubts"][0][0] == "dead zone"


@pytest.mark.parametrize("columns", [1, 2, 64])
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e4])
def test_the_curve_reaches_both_dead_zones(columns: int, scale: float) -> None:
    found = spectrum(scale * rng.normal(size=(200, columns)), times=[1])
    share = found.entropies[:, 0] / math.log2(200)
    assert share[0] > 0.99 and share[-1] < 0.01
    assert (np.diff(share) < 0).all() and ((share > 0.1) & (share < 0.9)).sum() >= 2


def test_equal_samples_do_not_stretch_the_curve() -> None:
    z = rng.integers(0, 2, (200, 8)) * rng.normal(size=8)
    assert spectrum(z, times=[1]).sigmas[0] > 1e-4


def test_a_layer_is_computed_once_and_kept(home, recording) -> None:
    look = Look(times=(1.0, 2.0), sigmas=(1.0, 3.0)).checked()
    assert collected(recording, 10, "tanh_3", look) is None
    seen: list[tuple[int, int]] = []
    found = compute(recording, 10, "tanh_3", look, progress=lambda done, total, note="": seen.append((done, total)))
    assert seen[-1] == (3, 3) and seen == sorted(seen)
    kept = collected(recording, 10, "tanh_3", look)
    assert isinstance(kept, Spectrum) and kept.n == 200
    np.testing.assert_allclose(kept.entropies, found.entropies)
    assert (kept.about["layer"], kept.about["step"], kept.about["rows"]) == ("tanh_3", 10, "all")
    seen.clear()
    compute(recording, 10, "tanh_3", look, progress=lambda *a: seen.append(a))
    assert not seen
    assert collected(recording, 1, "tanh_3", look) is None
    assert json.dumps(kept.to_dict()) and len(kept.to_frame()) == 4


def test_many_rows_are_thinned_evenly_and_it_is_said(home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.studies.spectrum.ROWS", 50)
    z = rng.normal(size=(120, 3))
    recording = explorer.Recording.from_arrays({0: {"a": z}})
    look = Look(sigmas=(1.0,), times=(1.0,)).checked()
    found = compute(recording, 0, "a", look)
    rows = np.linspace(0, 119, 50).round().astype(int)
    assert found.n == 50 and found.about["rows"] == "50 of 120, evenly spaced" and found.about["total"] == 120
    assert found.entropies == pytest.approx(spectrum(z[rows], sigmas=[1.0], times=[1]).entropies)
    assert ROWS == 2000


def test_the_job_does_the_same(home, tmp_path, layers) -> None:
    _, x, y = layers
    model = torch.nn.Sequential(torch.nn.Linear(6, 3), torch.nn.Tanh())
    with explorer.Recorder(tmp_path / "run", model, probe=(x.astype("float32"), y)) as recorder:
        recorder.step(0)
    opened = explorer.open(tmp_path / "run")
    look = Look(sigma=2.0, sigmas=(0.5, 2.0), times=(1.0, 2.0)).checked()
    job = specification(opened, 0, opened.layers[0], look)
    assert job == specification(opened, 0, opened.layers[0], look) and job.cost["seconds"] > 0
    arguments = json.loads(json.dumps(dict(job.arguments)))
    assert job.function == "explorer.studies.spectrum:run"
    assert run(**arguments, progress=lambda *_: None) == {"n": 200, "sigmas": 2}
    kept = collected(opened, 0, opened.layers[0], look)
    assert kept is not None
    z = opened.activations(0, opened.layers[0])
    assert kept.entropies == pytest.approx(spectrum(z, sigmas=[0.5, 2.0], times=[1, 2]).entropies)


def test_what_cannot_be_is_refused_in_a_sentence(home, recording) -> None:
    with pytest.raises(SettingError, match="sigma=-1"):
        Look(sigma=-1).checked()
    with pytest.raises(SettingError, match="times="):
        Look(times=()).checked()
    with pytest.raises(SettingError, match="normalization='none'"):
        Look(normalization="none").checked()
    with pytest.raises(UnknownNameError, match="layer"):
        compute(recording, 10, "other", Look())
    with pytest.raises(UnknownNameError, match="recorded step"):
        compute(recording, 3, "tanh_3", Look())
    with pytest.raises(SettingError, match="in memory"):
        specification(recording, 10, "tanh_3", Look())
    with pytest.raises(SampleError, match="constant"):
        spectrum(np.ones((20, 3)))
    assert cost(recording, Look())[0] > 0
