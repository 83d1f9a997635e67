"""explorer.interactions: the numbers of the estimators, what is said about them, plain data, figures, the command."""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import explorer
from explorer import cli
from explorer.catalogue import figures
from explorer.commands.interactions import lines
from explorer.errors import InputError, SampleError, SettingError, UnitError
from explorer.estimators import KSG, OInformation, PartialInformation
from explorer.figures import interactions as drawing
from explorer.figures import pair_atoms
from explorer.figures.theme import THEMES
from explorer.results.interactions import TOTALS, Interactions
from explorer.watching import watched

rng = np.random.default_rng(0)
A, B, C = rng.integers(0, 2, (3, 600))
PARITY = np.c_[A, B, A ^ B, C]


def normal(count: int = 4, rho: float = 0.3, n: int = 400, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).multivariate_normal(
        np.zeros(count), np.full((count, count), rho) + (1 - rho) * np.eye(count), n
    )


@pytest.fixture(scope="module")
def parity() -> Interactions:
    return explorer.interactions(PARITY, y=A & B, names=["a", "b", "parity", "other"])


@pytest.mark.parametrize("method", ["gaussian", "copula", "neighbors"])
def test_every_number_is_that_of_its_estimator(method: str) -> None:
    x = normal()
    found = explorer.interactions(x, method=method)
    alone = explorer.estimate(x, estimator="o_information", method=method)
    assert found.totals == pytest.approx([alone.details[name] for name in ("TC", "DTC", "Omega", "S")], abs=1e-12)
    assert found.gradients == pytest.approx(alone.details["gradients"], abs=1e-12)
    assert (found.totals_low[2], found.totals_high[2]) == pytest.approx(alone.interval, abs=1e-10)
    assert found.names == ("x0", "x1", "x2", "x3") and found.about["method"] == method
    if method == "neighbors":
        assert found.pairs[0, 1] == pytest.approx(KSG(margins="standard")(x[:, 0], x[:, 1]).nats, abs=1e-12)
        assert np.isnan(found.gradients_low).all() and np.isnan(found.pairs_low).all()
    else:
        assert (found.gradients_low < found.gradients).all() and (found.pairs_low[0, 1] < found.pairs[0, 1])


def test_a_parity_is_synergy_and_the_bystander_adds_nothing(parity: Interactions) -> None:
    bit = np.log(2)
    assert parity.o_information == pytest.approx(-bit, abs=0.01) and parity.prevails == "synergy"
    assert parity.gradients == pytest.approx([-bit, -bit, -bit, 0], abs=0.02)
    assert abs(parity.null[2]) < 0.01 < parity.s_information
    assert np.nanmax(parity.pairs) < 0.01 and np.isnan(np.diag(parity.pairs)).all()
    assert parity.verdict == "No rule fired."


def test_pairs_are_decomposed_about_the_target(parity: Interactions) -> None:
    assert parity.about["pid"] == "broja"
    for i, j in ((0, 1), (2, 3)):
        atoms = PartialInformation()(PARITY[:, [i, j]], A & B).details
        read = parity.redundancy[i, j], parity.unique[i, j], parity.unique[j, i], parity.synergy[i, j]
        assert read == pytest.approx([atoms[k] for k in ("redundancy", "unique_1", "unique_2", "synergy")], abs=1e-12)
    assert np.allclose(parity.synergy, parity.synergy.T, equal_nan=True)
    assert parity.target[0] == pytest.approx(parity.redundancy[0, 1] + parity.unique[0, 1], abs=1e-12)


def test_targets_of_other_kinds() -> None:
    x = normal()
    real = explorer.interactions(x, y=x @ np.ones(4) + rng.normal(size=400), interval=False, null=False)
    assert (real.about["pid"], real.about["estimator"]) == ("mmi", "gaussian_copula") and real.doubts[
        -1
    ].rule == "redundancy"
    assert np.isnan(real.totals_low).all() and np.isnan(real.null).all() and real.prevails == "redundancy"
    for method, reader in (("gaussian", "gaussian"), ("neighbors", "ksg")):
        read = explorer.interactions(x, y=x[:, 0] + rng.normal(size=400), method=method, interval=False, null=False)
        assert read.about["estimator"] == reader and read.target[0] == pytest.approx(np.log(2) / 2, abs=0.1)
    label = explorer.interactions(x, y=(x[:, 0] > 0).astype(int), interval=False, null=False)
    assert label.about["estimator"] == "ross" and label.target[0] > 0.5 > label.target[1]
    with pytest.raises(InputError, match="x has 400 samples and y has 3"):
        explorer.interactions(x, y=[0, 1, 0])


def about(x: np.ndarray, y: np.ndarray, method: str) -> Interactions:
    return explorer.interactions(x, y=y, names=["a", "b", "c"], method=method, interval=False, null=False)


def test_a_target_that_is_a_function_is_doubted_or_refused_with_the_names_of_its_columns() -> None:
    x = normal(3)
    for y, named in ((x, "'a', 'b', 'c'"), (x[:, 1], "'b'"), (x[:, 0] - x[:, 2], "'a' with 'c'")):
        found = about(x, y, "neighbors")
        (doubt,) = [one for one in found.doubts if one.rule == "deterministic"]
        assert f"function of {named}, or" in doubt.text and found.unbounded and "No rule" not in found.verdict
        title = pair_atoms.finding(found, "bits")
        assert "look like functions of each other" in title and not any(letter.isdigit() for letter in title)
        assert "doubtful: deterministic" in pair_atoms.draw(found).layout.title.text.replace("<br>", " ")
        assert "doubtful" not in drawing.draw(found).layout.title.text, "no total rests on the target"
        with pytest.raises(SampleError, match=f"function of {named}, or .*Leave its columns out of x"):
            about(x, y, "gaussian")
    assert about(x, np.exp(x[:, 1]), "gaussian").unbounded


def test_a_target_of_labels_that_is_a_variable_is_noted_by_its_name() -> None:
    names = ["a", "b", "parity", "other"]
    found = explorer.interactions(PARITY, y=np.where(A > 0, "yes", "no"), names=names, interval=False, null=False)
    assert [str(one) for one in found.doubts if one.rule == "copy"] == [
        "note (copy): The target is 'a' itself: that it tells all of it is no finding. Leave it out."
    ]
    other = explorer.interactions(PARITY, y=A & B, names=names, interval=False, null=False)
    assert "copy" not in [one.rule for one in other.doubts]


def test_of_many_rows_it_is_said_which_were_looked_at() -> None:
    x = np.random.default_rng(2).normal(size=(9000, 3))
    for rows, said in ((3000, ", copula"), (9000, " of 3000 evenly spaced rows, copula")):
        doubts = explorer.interactions(x[:rows], interval=False, null=False).doubts
        assert any(f"bits){said}" in one.text for one in doubts if one.rule == "method")


def test_bars_about_a_doubted_target_are_open_and_starred_and_nothing_is_shuffled() -> None:
    x, heard = normal(3), []
    with watched(lambda *one: heard.append(one[2])):
        found = explorer.interactions(x, y=x, method="neighbors", interval=False)
    assert found.unbounded and set(heard) == {"pairs about the target"}
    (doubt,) = [one for one in found.doubts if one.rule == "deterministic"]
    assert "the target was not shuffled" in doubt.text and np.isnan(found.synergy_null_high).all()
    sure = explorer.interactions(x, y=rng.normal(size=400), method="gaussian", interval=False, null=False)
    for theme, look in THEMES.items():
        open_, filled = (pair_atoms.draw(one, theme=theme) for one in (found, sure))
        for bar in open_.data:
            assert bar.marker.color == bar.marker.pattern.bgcolor == look.background
            assert bar.marker.line.color == bar.marker.pattern.fgcolor != bar.marker.color
            assert all("doubtful" in text for text in bar.hovertext)
        assert all(bar.marker.pattern.bgcolor == bar.marker.color for bar in filled.data)
        assert "open, *: doubtful: deterministic" in open_.layout.title.text.replace("<br>", " ")
        ends = [{one.text for one in drawn.layout.annotations if one.xanchor == "left"} for drawn in (open_, filled)]
        assert all(text.endswith(" *") for text in ends[0]) and not any("*" in text for text in ends[1])
    assert pair_atoms.alternative(found, "nats").count(", doubtful: redundancy") == 3


@pytest.mark.parametrize(
    "of, sure", [([1], {"a, c", "a, d", "c, d"}), ([0, 2], {"a, b", "a, d", "b, c", "b, d", "c, d"})]
)
def test_pairs_without_the_variable_that_is_doubted_are_drawn_as_sure(of: list[int], sure: set[str]) -> None:
    """What a pair tells rests on its own two variables: it is finite where only another one repeats the target."""
    x = normal(4)
    y = x[:, of] @ [1.0, -1.0][: len(of)]
    found = explorer.interactions(x, y=y, names=list("abcd"), method="neighbors", interval=False)
    totals = np.sum([values for values, _ in found.atoms().values()], 0)
    for pair, total in zip(("a, b", "a, c", "a, d", "b, c", "b, d", "c, d"), totals, strict=True):
        assert total < 0.5 if pair in sure else total > 1
    drawn, look = pair_atoms.draw(found), THEMES["light"]
    pairs = list(drawn.layout.yaxis.ticktext)
    assert len(pairs) == 6
    for bar in drawn.data:
        filled, known = bar.marker.color != look.background, not any("doubtful" in text for text in bar.hovertext)
        assert filled == known and {pairs[row] for row in bar.y} == (sure if known else {*pairs} - sure)
    assert [bar.name for bar in drawn.data] == [name for name in pair_atoms.ATOMS for _ in (filled, known)]
    ends = [one for one in drawn.layout.annotations if one.xanchor == "left"]
    assert {pairs[int(one.y)] for one in ends if not one.text.endswith("*")} == sure
    assert "■ redundancy" in drawn.layout.title.text and "open, *: doubtful" in drawn.layout.title.text
    words = pair_atoms.alternative(found, "bits")
    assert all((f"{pair.replace(', ', ' and ')}: " in words) == (pair in sure) for pair in pairs)
    assert Interactions.from_dict(json.loads(found.to_json())).doubts == found.doubts


@pytest.mark.parametrize("seed", range(4))
def test_a_target_with_noise_of_its_own_is_not_called_a_function(seed: int) -> None:
    x, noise = normal(3, seed=seed), np.random.default_rng(seed + 9).normal(size=400)
    for y in (x @ np.ones(3), x[:, 0] + 0.3 * noise, noise, (x[:, 0] > 0).astype(int)):
        assert not about(x, y, "gaussian").unbounded


def test_atoms_are_set_against_a_shuffled_target() -> None:
    """What three independent labels and a fourth read of each other is chance; a parity is not, nor a bit that is told.

    Chance alone reads (2 - 1)^2 (2 - 1) / 2n of synergy at least. Of sixty such draws two or three pass each null.
    """
    names = ["a", "b", "parity", "other"]
    chance = explorer.interactions(PARITY, y=np.random.default_rng(3).integers(0, 2, 600), names=names, interval=False)
    assert 1 / 1200 < chance.most("synergy")[0] <= chance.most("synergy")[1]
    assert {"null: synergy", "null: redundancy", "null: unique information"} <= {one.rule for one in chance.doubts}
    assert pair_atoms.finding(chance).startswith("No synergy beyond chance: ")
    assert (chance.target_null < 0.01).all() and np.isfinite(chance.to_frame()["null"][8:]).all()
    told = explorer.interactions(PARITY[:, [0, 1, 3]], y=A ^ B, names=["a", "b", "other"], interval=False)
    assert told.most("synergy")[0] == pytest.approx(np.log(2), abs=0.01) and told.most("synergy")[1] < 0.02
    assert pair_atoms.finding(told).startswith("a and b tell 0.69") and "not set" not in pair_atoms.finding(told)
    frame = told.pairs_frame()
    assert (
        frame["synergy shuffled"].max() == told.most("synergy")[1] and frame["synergy"].max() == told.most("synergy")[0]
    )
    drawn = pair_atoms.draw(told)
    assert list(drawn.data[3].marker.opacity) == [1.0, pair_atoms.FAINT, pair_atoms.FAINT]
    assert (
        "With the target shuffled" in drawn.layout.title.text and "With the target shuffled" in drawn.layout.meta["alt"]
    )
    bare = explorer.interactions(PARITY, y=A ^ B, interval=False, null=False)
    assert np.isnan(bare.most("synergy")[1]) and "not set against shuffles" in pair_atoms.finding(bare)


def test_values_that_coincide_have_atoms_about_labels() -> None:
    """Half of the values at one place, as saturated units have."""
    y = rng.integers(0, 2, 300)
    x = np.maximum(rng.normal(size=(300, 3)) + np.c_[2 * y - 1, y * 0, y * 0], 0)
    found = explorer.interactions(x, y=y, interval=False)
    assert found.about["estimator"] == "mixed_ksg" and found.target[0] > 0.2 > found.most("synergy")[0]


def test_groups_and_names() -> None:
    x = normal(5)
    by_text = explorer.interactions(x, groups="0-1,2,3+4", null=False, interval=False)
    by_name = explorer.interactions(
        x, groups={"left": [0, 1], "middle": [2], "right": [3, 4]}, null=False, interval=False
    )
    assert by_text.totals == pytest.approx(by_name.totals) and by_name.names == ("left", "middle", "right")
    assert by_text.names == ("x0–x1", "x2", "x3–x4")
    assert explorer.interactions(pd.DataFrame(x, columns=list("abcde")), null=False).names == tuple("abcde")
    with pytest.raises(InputError, match="names holds 2 names and there are 5 variables"):
        explorer.interactions(x, names=["a", "b"])
    with pytest.raises(SampleError, match=r"at least 3 variables.*estimator='partial_information'"):
        explorer.interactions(x[:, :2])
    with pytest.raises(SettingError, match=r"method='kernel' must be one of .*'score'"):
        explorer.interactions(x, method="kernel")


def test_a_title_names_nothing_that_shuffled_variables_read() -> None:
    """Sparse tables of independent labels read much TC, and so do shuffled ones."""
    found = explorer.interactions(np.random.default_rng(0).integers(0, 6, (150, 3)))
    assert found.totals_low[2] > 0 or found.totals_high[2] < 0
    assert found.as_shuffled and found.prevails == ""
    assert "as with variables shuffled" in drawing.finding(found)


def test_what_is_not_there_is_said() -> None:
    nothing = explorer.interactions(np.random.default_rng(4).normal(size=(150, 3)), method="neighbors")
    assert "undecided" in [doubt.rule for doubt in nothing.doubts] and nothing.prevails == ""
    assert drawing.finding(nothing).startswith("Neither redundancy nor synergy prevails")


def test_the_same_seed_gives_the_same_numbers() -> None:
    x = normal()
    one, other = (explorer.interactions(x, seed=3).to_dict() for _ in range(2))
    for found in (one, other):
        found["about"].pop("seconds")
    assert one == other


def test_plain_data_comes_back(parity: Interactions) -> None:
    back = Interactions.from_dict(json.loads(parity.to_json(), parse_constant=pytest.fail))
    assert back.to_json() == parity.to_json() and back.names == parity.names
    plain = explorer.interactions(normal(), null=False, interval=False)
    assert Interactions.from_dict(json.loads(plain.to_json())).synergy is None
    frame = parity.to_frame()
    assert list(frame.quantity[:4]) == list(TOTALS) and len(frame) == 4 + 4 + 4
    assert len(parity.pairs_frame()) == 6 and "synergy" in parity.pairs_frame() and "synergy" not in plain.pairs_frame()
    bits = parity.to_frame("bits")
    assert bits["value"].tolist() == pytest.approx((frame["value"] / np.log(2)).tolist()) and set(bits.unit) == {"bits"}
    pairs = parity.pairs_frame(), parity.pairs_frame("bits")
    assert pairs[1]["synergy shuffled"].tolist() == pytest.approx((pairs[0]["synergy shuffled"] / np.log(2)).tolist())
    with pytest.raises(UnitError):
        parity.to_frame("hartleys")
    assert f"Ω {parity.o_information:.4g}" in str(parity)
    assert "table" in str(parity) and "other adds" in parity._repr_html_()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["interactions", "pair_atoms"])
def test_figures_say_and_draw(parity: Interactions, name: str, theme: str) -> None:
    found = figures[name](parity, theme=theme, unit="bits")
    assert "nan" not in found.layout.title.text and found.layout.meta["alt"] and found.to_json()
    if name == "interactions":
        assert "Synergy prevails by 0.9" in found.layout.title.text and found.data[1].x[0] == pytest.approx(
            -1, abs=0.02
        )
        bars = next(trace for trace in found.data if trace.type == "bar")
        assert bars.customdata[0] == "other" and len(bars.x) == 4
    else:
        assert found.layout.title.text.startswith("<b>a and ") and len(found.data) == 4
        assert sum(trace.x[0] for trace in found.data) == max(sum(t.x[i] for t in found.data) for i in range(6))


def test_the_line_at_zero_does_not_run_through_the_words_at_the_value(parity: Interactions) -> None:
    for look in THEMES.values():
        drawn = figures["interactions"](parity, theme=look.name)
        (words,) = [one for one in drawn.layout.annotations if "Ω = " in one.text]
        assert words.bgcolor == look.background


def test_figures_of_little_and_of_much() -> None:
    plain = explorer.interactions(normal(), interval=False, null=False)
    assert "Redundancy prevails" in plain.plot().layout.title.text
    assert "No target was given" in pair_atoms.draw(plain).layout.title.text
    many = explorer.interactions(normal(45, n=300), interval=False, null=False)
    drawn = many.plot()
    assert "40 of 45 variables" in drawn.layout.title.text and len(drawn.data[-1].x) == 40


def test_the_command_tells_the_same(tmp_path, parity: Interactions) -> None:
    path = tmp_path / "bits.csv"
    pd.DataFrame(PARITY, columns=["a", "b", "parity", "other"]).assign(y=A & B).to_csv(path, index=False)
    run = CliRunner()
    told = run.invoke(cli.app, ["interactions", f"{path}:a,b,parity,other", f"{path}:y", "--json"])
    assert told.exit_code == 0, told.output
    found = Interactions.from_dict(json.loads(told.stdout))
    assert found.names == parity.names and found.totals == pytest.approx(parity.totals)
    assert found.synergy == pytest.approx(parity.synergy, nan_ok=True)
    text = run.invoke(cli.app, ["interactions", str(path), "--columns", "0,1,2+3"]).stdout
    about = run.invoke(cli.app, ["interactions", f"{path}:a,b,parity", f"{path}:y"]).stdout
    assert "about the target, by broja and plug_in; in brackets the most with it shuffled" in about and " (0.0" in about
    assert "3 variables, table, n=600" in text and "brackets" not in text and "verdict: No rule fired." in text
    assert run.invoke(cli.app, ["interactions", str(path), "--out", str(tmp_path / "out.csv")]).exit_code == 0
    assert len(pd.read_csv(tmp_path / "out.csv")) == 4 + 5


@pytest.mark.ends
def test_scores_tell_everything_at_once() -> None:
    x = normal(3, 0.6, 4000)
    found = explorer.interactions(x, method="score")
    exact = explorer.interactions(x)
    assert found.about["method"] == "score" and np.isnan(found.totals_low).all()
    assert "neither intervals nor shuffles are computed" in str(found.doubts) and "nan" not in lines(found)
    assert found.totals[:2] == pytest.approx(exact.totals[:2], abs=0.1)
    assert found.pairs[0, 1] == pytest.approx(exact.pairs[0, 1], abs=0.08)


def test_entries_agree_with_the_estimator() -> None:
    assert OInformation(gradients=False)(PARITY).nats == pytest.approx(explorer.interactions(PARITY).o_information)


def test_refusals_name_the_variables_that_others_determine():
    x = normal()
    shares = np.exp(x[:, :2]) / np.exp(x[:, :2]).sum(1, keepdims=True)
    with pytest.raises(SampleError, match="column of 'e' follows exactly from 'a', 'b'"):
        explorer.interactions(np.c_[x, x[:, 0] + x[:, 1]], names=list("abcde"))
    with pytest.raises(SampleError, match=r"columns of 'softmax' determine each other .* leave 'softmax' out"):
        explorer.interactions(np.c_[x, shares], groups={"p": [0], "q": [1, 2, 3], "softmax": [4, 5]})
    with pytest.raises(SampleError, match="column of 'x4' follows exactly from 'x2'"):
        explorer.interactions(np.c_[x, np.exp(x[:, 2])], method="copula")
    with pytest.raises(SampleError, match="2 samples are too few for the correlations of 4 columns"):
        explorer.interactions(x[:2])


def test_values_that_are_not_normal_are_said_to_be_so_and_normal_ones_are_not():
    x = normal(rho=0.6, n=1000)
    bare = {"interval": False, "null": False}
    assert "shape" not in {one.rule for one in explorer.interactions(x, **bare).doubts}
    assert "shape" in {one.rule for one in explorer.interactions(np.exp(2 * x), method="gaussian", **bare).doubts}
    (note,) = explorer.interactions(np.exp(2 * x), **bare).doubts
    assert note.note and note.text.startswith("auto took 'copula'")


def test_informations_below_zero_tell_how_little_atoms_are_worth():
    y = np.random.default_rng(1).integers(0, 2, 400)
    found = explorer.interactions(normal(rho=0.0), y=y, interval=False, null=False)
    assert found.target.min() < 0
    assert "small atoms" in {one.rule for one in found.doubts}
    told = explorer.interactions(normal(), y=normal()[:, 0] > 0, interval=False, null=False)
    assert told.target.min() > 0
    assert "small atoms" not in {one.rule for one in told.doubts}


def test_of_a_target_that_is_one_variable_the_other_pairs_have_a_null() -> None:
    x = np.random.default_rng(7).normal(size=(600, 4))
    found = explorer.interactions(x, y=x[:, 0], names=["a", "b", "c", "d"], method="neighbors", interval=False)
    (doubt,) = [one for one in found.doubts if one.rule == "deterministic"]
    assert doubt.scores == ("a, b", "a, c", "a, d") and "shuffled" not in doubt.text
    known = found.redundancy_null_high[np.triu_indices(4, 1)]
    assert np.isfinite(known).all() and "With the target shuffled" in pair_atoms.draw(found).layout.title.text
