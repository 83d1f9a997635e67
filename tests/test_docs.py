"""What the documents say is run: the README's code and commands, links, the notebook, the tables."""

import os
import re
import shlex
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch
from nbclient import NotebookClient
from typer.testing import CliRunner

from explorer import cli
from explorer.benchmark.accuracy import candidates
from explorer.benchmark.peers import PEERS
from explorer.benchmark.tasks import TASKS
from explorer.catalogue import measures

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
DOCS = [ROOT / "README.md", ROOT / ".github" / "CONTRIBUTING.md", *sorted((ROOT / "assets" / "docs").glob("*.md"))]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.S)


@pytest.fixture
def workplace(tmp_path, monkeypatch, home):
    """A folder with the names that the README takes for granted."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    x = rng.normal(size=400)
    np.savez("data.npz", x=x, y=x + rng.normal(size=400))
    v = rng.integers(0, 3, (300, 2))
    np.savez("codes.npz", z=v + 0.1 * rng.normal(size=v.shape), v=v)
    x_val = torch.tensor(rng.normal(size=(300, 4)), dtype=torch.float32)
    model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Tanh(), torch.nn.Linear(3, 2))
    y_val = (x_val[:, 0] > 0).long()
    pair = {"codes": v + 0.1, "factors": v, "x": x, "y": x + rng.normal(size=400)}
    return {"model": model, "x_val": x_val, "y_val": y_val, "epochs": 2, "train_one_epoch": lambda model: 0.5, **pair}


def test_the_readme_runs(workplace):
    for block in blocks("python"):
        exec(compile(block, "README.md", "exec"), workplace)
    commands = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("explorer ")]
    assert len(commands) >= 3
    for line in commands:
        result = CliRunner().invoke(cli.app, shlex.split(line)[1:])
        assert result.exit_code == 0, (line, result.output, result.exception)
    assert Path("plane.csv").exists()


def test_the_readme_stays_under_two_screens_and_begins_with_a_picture():
    assert README.count("\n") < 85
    assert README.index("![") < README.index("```")


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text()):
        if not target.startswith("http"):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_commands_that_documents_name_exist():
    known = {command.name or command.callback.__name__ for command in cli.app.registered_commands} | {"jobs"}
    for path in DOCS:
        for name in re.findall(r"`explorer ([a-z]+)", path.read_text()):
            assert name in known, f"{path.name} names `explorer {name}`"


def test_variables_that_the_code_reads_are_documented():
    jobs = (ROOT / "assets" / "docs" / "jobs.md").read_text()
    code = "".join(path.read_text() for path in (ROOT / "explorer").rglob("*.py"))
    read = set(re.findall(r'environ(?:\.get\(|\[)"(EXPLORER_\w+)"', code))
    assert read and {name for name in read if name not in jobs} == set()


def test_rules_of_an_estimate_are_documented():
    words = (ROOT / "assets" / "docs" / "estimators.md").read_text()
    code = "".join((ROOT / "explorer" / "reliability" / name).read_text() for name in ("rules.py", "judge.py"))
    found = re.findall(r'Doubt\(\s*"([a-z ]+)"', code)
    assert len(found) > 6
    for rule in found:
        assert f"| {rule} |" in words, rule


def test_the_choices_of_auto_are_documented():
    words = (ROOT / "assets" / "docs" / "estimators.md").read_text()
    code = (ROOT / "explorer" / "estimators" / "auto.py").read_text()
    for name in set(re.findall(r'_entry\("(\w+)"', code)) - {"gaussian", "kozachenko_leonenko"}:
        assert f"`{name}`" in words.partition("## What stands")[0], name


def test_rules_that_fire_are_documented():
    words = (ROOT / "assets" / "docs" / "plane.md").read_text().lower()
    code = (ROOT / "explorer" / "reliability" / "verdict.py").read_text()
    for rule in re.findall(r'Doubt\(\s*"([A-Z][^"]+)"', code):
        assert rule.lower() in words, rule


def test_accuracy_is_a_generated_copy_of_this_catalogue():
    """It says machine, date and command, and has a row for every estimator of I(X;Y); else run that command again."""
    text = (ROOT / "assets" / "docs" / "accuracy.md").read_text()
    head = r"^Generated; do not edit\. Machine: .+; device: .+\. Date: [\d-]{10}\. Command: `explorer benchmark .+`"
    found = re.search(head, text, flags=re.M)
    assert found and "--quick" not in found[0], "a quick run judges nothing; run the command of its head"
    assert all(task.name in text for task in TASKS)
    table = text.partition("## Accuracy by estimator")[2].partition("\n## ")[0]
    own = {name for name in candidates() if name not in PEERS}
    assert own <= {row.split()[1] for row in table.splitlines() if row.startswith("| ")}


@pytest.mark.ends
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", ["twelve_bit", "representation", "disentanglement"])
def test_the_notebooks_run_with_one_seed(name, tmp_path):
    """All epochs of the 12-bit and the digits networks, the autoencoders, and every assertion on what they show."""
    notebook = nbformat.read(ROOT / "assets" / "notebooks" / f"{name}.ipynb", as_version=4)
    parameters = next(cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))
    parameters.source = parameters.source.replace("SEEDS = 5", "SEEDS = 1")
    os.environ["EXPLORER_HOME"] = str(tmp_path)
    NotebookClient(notebook, timeout=800, kernel_name="python3").execute()


def measure_rows() -> list[str]:
    """The table of measures as the catalogue has it."""
    rows = []
    for family in sorted({measures.card(name).family for name in measures}):
        rows.append(f"| **{family}** | | | | |")
        for name in (name for name in measures if measures.card(name).family == family):
            entry = measures[name]
            against = {None: "–", "representation": "another representation"}.get(entry.against, entry.against)
            against = "the same layer before" if entry.tracks else against
            kept = ", ".join(entry.invariant) or "–"
            rows.append(f"| `{name}` | {measures.card(name).summary} | {entry.unit or '–'} | {against} | {kept} |")
    return rows


def test_the_table_of_measures_is_the_catalogue():
    """`python tests/test_docs.py` writes it anew."""
    text = (ROOT / "assets" / "docs" / "measures.md").read_text()
    assert [line for line in text.splitlines() if line.startswith(("| `", "| **"))] == measure_rows()


if __name__ == "__main__":
    page = ROOT / "assets" / "docs" / "measures.md"
    head = page.read_text().partition("\n| **")[0].rstrip("\n")
    page.write_text("\n".join([head, *measure_rows(), ""]))
