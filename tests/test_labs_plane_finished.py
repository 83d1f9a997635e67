"""Finished curves of the bundled runs: what is shipped is what this code reads; rulers are named as in their labs."""

import json
import subprocess
import sys

import numpy as np
import pytest

import explorer
from explorer.catalogue import labs
from explorer.cells import Cells
from explorer.engines.known.clusters import clusters
from explorer.engines.plane.finished import TY, curve
from explorer.engines.plane.noisy import by_neighbours
from explorer.engines.plane.rulers import RULERS, RUNS, by_depth, measured, rise, trail
from explorer.errors import InputError, UnknownNameError
from explorer.figures.finding import finding
from explorer.measures import DiffusionSpectralEntropy
from explorer.packaged import assets
from explorer.plan import Plan
from explorer.readings import Readings
from explorer.sweep import plan_of

DSMI = "diffusion_spectral_mutual_information"


def test_a_finished_curve_is_the_plane_of_the_opened_run() -> None:
    plane = explorer.plane(explorer.open("twelve_bit"), "binning").to("bits")
    for layer in ("tanh_3", "softmax_2"):
        xt, ty = curve("twelve_bit", "binning", layer), curve("twelve_bit", "binning", layer, TY)
        assert tuple(xt.steps) == plane.steps
        assert np.allclose(xt.bits, plane.curve(layer, "I(X;T)")) and np.isnan(xt.null).all()
        assert np.allclose(ty.bits, plane.curve(layer, "I(T;Y)"))
        assert np.allclose(ty.null, plane.curve(layer, "I(T;Y)", "null"))
    assert (xt.start, xt.end, xt.peak) == (xt.bits[0], xt.bits[-1], xt.bits.max())
    assert xt.steps[xt.bits.argmax()] == xt.at and xt.lost == xt.peak - xt.end


def test_a_trail_is_the_plane_up_to_an_epoch() -> None:
    plane, shown = explorer.plane(explorer.open("twelve_bit"), "binning"), trail("tanh", "bins on [-1, 1]", 1000)
    assert shown.steps == tuple(step for step in plane.steps if step <= 1000)
    assert shown.layers == plane.layers and trail("tanh", "bins on [-1, 1]", 0).steps == (0,)
    for key in ("entropy_x", "entropy_y", "n", "call", "x", "step_name"):
        assert shown.about[key] == plane.about[key]
    for layer in plane.layers:
        count = len(shown.steps)
        assert np.array_equal(shown.curve(layer, "I(X;T)"), plane.curve(layer, "I(X;T)")[:count])


def test_parts_of_a_curve() -> None:
    whole = measured("tanh", 3, "KDE upper")
    assert whole.until(100).steps[-1] == 100 and whole.until(-5).steps.tolist() == [0]
    assert whole.trained.steps[0] == 1 and len(whole.trained.bits) == len(whole.bits) - 1


@pytest.mark.parametrize("network", RUNS)
@pytest.mark.parametrize("ruler", RULERS)
def test_every_ruler_is_laid_on_every_hidden_layer(network: str, ruler: str) -> None:
    for units in (10, 7, 5, 4, 3):
        found = measured(network, units, ruler)
        assert len(found.steps) == 55 and found.steps[-1] == 8000 and np.isfinite(found.bits).all()


def test_labs_offer_the_rulers_that_there_are() -> None:
    offered = {setting.name: setting.choices for setting in labs.card("rulers").settings}["ruler"]
    assert offered == tuple(RULERS)
    for name in ("labels_permuted", "depth_can_only_lose"):
        some = {setting.name: setting.choices for setting in labs.card(name).settings}["ruler"]
        assert some == tuple(RULERS)[:5]


@pytest.mark.parametrize("run", RUNS.values())
def test_shipped_planes_are_what_this_code_reads(run: str) -> None:
    """Else run `python -m explorer.training._bundle assets/demo/NAME [relu]`."""
    recording = explorer.open(run)
    for shipped in json.loads((assets() / "demo" / run / "plane.json").read_text()):
        plan = Plan(**shipped["plan"])
        assert plan == plan.checked(recording)
        assert len(shipped["cells"]) == len(recording.steps) * len(recording.layers)
        step, layer = 1000, recording.layers[4]
        cell = Cells(recording, plan, "cpu").at(step, layer)
        kept = shipped["cells"][f"{step}/{layer}"]
        # a value within rounding of a cell edge can change cells: 3 of 4096 rows move H by less than 0.01
        assert [kept[k] for k in ("xt", "ty", "null")] == pytest.approx(
            [cell[k] for k in ("xt", "ty", "null")], abs=0.01
        )


@pytest.mark.parametrize("run", RUNS.values())
def test_shipped_neighbours_are_what_this_code_reads(run: str) -> None:
    shipped, recording = json.loads((assets() / "demo" / run / "neighbours.json").read_text()), explorer.open(run)
    assert len(shipped["cells"]) == len(recording.steps) * len(recording.layers)
    for layer in recording.layers[3:5]:
        t, settings = recording.activations(8000, layer), {name: shipped[name] for name in ("deviation", "k", "seed")}
        # float32 activations of another processor differ in the last digit, noise of 0.03 does not
        assert shipped["cells"][f"8000/{layer}"] == pytest.approx(by_neighbours(t, **settings), abs=1e-3)


@pytest.mark.parametrize(
    "run", ["digits_mlp", "digits_mlp_taught", "digits_mlp_shuffled", "digits_mlp_shuffled_taught"]
)
def test_shipped_information_about_labels_is_what_this_code_reads(run: str) -> None:
    """Else run `python -m explorer.training._bundle_profiles NAME`."""
    recording, read = explorer.open(run), 0
    for shipped in json.loads((assets() / "demo" / run / "profiles.json").read_text()):
        plan = plan_of(shipped["plan"])
        if plan.measure == DSMI:
            cell = Readings(recording, plan, "cpu").at(200, "relu_16")
            assert shipped["cells"]["200/relu_16"]["value"] == pytest.approx(cell["value"], abs=2e-3)
            read += 1
    assert read == (4 if "shuffled" in run else 2)


def test_depth_is_read_in_its_order_and_a_rise_is_found_from_any_layer_to_a_later_one() -> None:
    layers = by_depth("relu", "bins on [-1, 1]", 8000)
    assert list(layers) == ["relu 10", "relu 7", "relu 5", "relu 4", "relu 3", "softmax 2"]
    assert rise({"a": 1.0, "b": 0.5, "c": 0.6, "d": 0.9}) == ("b", "d", pytest.approx(0.4))
    assert rise({"a": 1.0, "b": 0.5, "c": 0.5})[2] == 0


def test_what_is_not_bundled_is_named() -> None:
    with pytest.raises(InputError, match="nothing is bundled of twelve_bit by binning with"):
        curve("twelve_bit", "binning", "tanh_3", bins=31)
    with pytest.raises(InputError, match="nothing is bundled of sprites_vae by ksg"):
        curve("sprites_vae", "ksg", "mean")
    with pytest.raises(InputError, match="nothing is bundled of 'relu_3' of twelve_bit"):
        curve("twelve_bit", "binning", "relu_3")
    with pytest.raises(UnknownNameError):
        curve("twelve_bit", "binnings", "tanh_3")


def test_quick_labs_of_both_chapters_import_no_torch() -> None:
    chapters = ("plane", "diffusion")
    names = [name for name in labs if labs.card(name).constants.get("QUICK") and labs.card(name).family in chapters]
    assert len(names) == 7
    drawn = f"[getattr(labs, name)() for name in {names}]"
    code = f"import sys; from explorer import labs; {drawn}; print('torch' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"


@pytest.mark.parametrize("k", [1, 2, 5, 16])
@pytest.mark.parametrize("t", [1.0, 4.0])
def test_clusters_that_are_points_have_the_entropy_of_their_number(k: int, t: float) -> None:
    z = clusters(k, 240)
    assert z.shape == (240, 51) and len(np.unique(z, axis=0)) == k
    assert DiffusionSpectralEntropy(t=t)(z).value == pytest.approx(np.log2(k), abs=1e-9)
    noisy = DiffusionSpectralEntropy(t=t)(clusters(k, 240, noise=0.5)).value
    assert noisy > np.log2(k) - 1e-9


@pytest.mark.parametrize(
    "until, says",
    [
        (30, "tanh 3 forgets 0.6 of 8.6 bits about its input after epoch 1"),
        (250, "tanh 3 gains 1.0 bits about its input up to epoch 216"),
        (8000, "tanh 3 forgets 6.6 of 9.6 bits about its input after epoch 216"),
    ],
)
def test_a_title_can_follow_one_layer(until: int, says: str) -> None:
    assert finding(trail("tanh", "bins on [-1, 1]", until).to("bits"), "tanh_3").startswith(says)


@pytest.mark.parametrize(
    "agreement, shared", [(0.5, "0 bit"), (0.54, "0.005 bit"), (0.9, "0.53 bit"), (1.0, "1.00 bit")]
)
def test_little_that_is_shared_is_not_written_as_nothing(agreement: float, shared: str) -> None:
    title = labs["two_by_two"](agreement=agreement).layout.title.text.replace("<br>", " ")
    assert f"share {shared} of" in title
