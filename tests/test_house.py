"""The house itself: import order, who may touch what, sizes, names, citations."""

import ast
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "explorer"
FILES = sorted(PACKAGE.rglob("*.py"))
HOMES = (PACKAGE, PACKAGE / "engines")
PAGES = sorted((ROOT / "pages").glob("*.py"))

LEVELS = [
    {"errors", "watching"},
    {"settings", "home", "packaged", "latex"},
    {"data", "bibliography"},
    {"result"},
    {"score"},
    {"results"},
    {"device", "updates"},
    {"checks"},
    {"catalogue"},
    {"entries"},
    {"numerics"},
    {"finite"},
    {"factors"},
    {"critics", "denoisers", "networks", "sprites"},
    {"objectives"},
    {"sources"},
    {"distributions"},
    {"known", "learned", "neighbourhoods", "repeats"},
    {"models"},
    {"recordings"},
    {"examples"},
    {"estimators", "arrays", "embeddings"},
    {"measures", "divergence", "columns"},
    {"reliability"},
    {"jobs"},
    {"plan", "metrics"},
    {"cells", "readings", "coded", "together"},
    {"planes", "profiles", "pointwise", "papers"},
    {"plane"},
    {"sweep", "studies"},
    {"bundle", "following", "runs"},
    {"api", "training", "trained", "converted"},
    {"demo", "figures", "rewards"},
    {"texts", "answers", "validity", "causes", "decisions", "sequences"},
    {"labs"},
    {"lessons", "lab_runs"},
    {"handouts", "launch", "benchmark"},
    {"ui", "commands"},
    {"cli", "app", "asgi"},
]
LEVEL = {name: level for level, names in enumerate(LEVELS) for name in names}

# Imports that go against the order, each with its reason.
LISTED = {
    ("results", "catalogue"): "a result finds its figure by name when it is asked to plot",
}


def room(path: Path) -> str:
    """The module or folder right under explorer/ or, of an engine, right under explorer/engines/."""
    return _room(path.relative_to(PACKAGE).with_suffix("").parts)


def _room(parts: Sequence[str]) -> str:
    return parts[1] if parts[0] == "engines" and len(parts) > 1 else parts[0]


def imports(path: Path) -> set[str]:
    """Dotted modules that a file imports, also inside functions."""
    tree = ast.parse(path.read_text())
    found = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


def rooms_imported(path: Path) -> set[str]:
    inner = {_room(name.split(".")[1:]) for name in imports(path) if name.startswith("explorer.")}
    return {name for name in inner if any((home / end).exists() for home in HOMES for end in (name, f"{name}.py"))}


def functions(path: Path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function's body without its docstring."""
    first = node.body[0]
    documented = ast.get_docstring(node) is not None
    if documented and len(node.body) == 1:
        return 0
    start = node.body[1].lineno if documented else first.lineno
    return (node.end_lineno or start) - start + 1


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_one_way(path):
    own = room(path)
    if own in ("__init__", "__main__"):
        return
    assert own in LEVEL, f"{own} has no place in the order; give it one in LEVELS"
    for other in rooms_imported(path) - {own}:
        listed = (own, other) in LISTED
        assert listed or LEVEL[other] < LEVEL[own], f"{path.name} imports {other}, which stands to its right"


def test_every_listed_exception_is_in_use():
    used = {(room(path), other) for path in FILES for other in rooms_imported(path)}
    assert set(LISTED) <= used


@pytest.mark.parametrize(
    "library, allowed",
    [
        ("streamlit", {"ui", "app", "asgi", "benchmark"}),  # the last times runs of its pages
        ("plotly", {"figures", "labs"}),  # a lab says that it gives a Figure
        ("distributed", {"jobs"}),
        ("dask", {"jobs"}),
        ("sqlalchemy", {"jobs"}),
        ("pickle", set()),
        ("joblib", set()),
    ],
)
def test_who_imports_what(library, allowed):
    users = {room(path) for path in FILES if any(name.split(".")[0] == library for name in imports(path))}
    assert users <= allowed


def test_figures_import_only_results():
    allowed = {"settings", "data", "catalogue", "figures", "result", "results", "score"}
    for path in FILES:
        if room(path) == "figures":
            assert rooms_imported(path) <= allowed, path


def test_only_device_says_cuda():
    # benchmark and jobs pass the word on that a person has typed; is_cuda asks where a tensor is
    for path in FILES:
        if room(path) not in ("device", "benchmark", "cli", "jobs"):
            code = re.sub(r'""".*?"""', "", path.read_text(), flags=re.S)
            assert not re.search(r'"cuda', code), path


def test_code_on_the_screen_is_wrapped():
    for path in FILES:
        assert "st.code(" not in path.read_text() or path.name == "show.py", f"{path.name}: show.code wraps it"


@pytest.mark.parametrize("path", [*FILES, *PAGES], ids=lambda p: str(p.relative_to(ROOT)))
def test_sizes(path):
    assert path.read_text().count("\n") <= 300, f"{path.name} is over 300 lines; split it"
    for node in functions(path):
        assert body_lines(node) <= 50, f"{path.name}:{node.lineno} {node.name} is over 50 lines"


def test_functions_read_in_one_breath():
    sizes = sorted(body_lines(node) for path in [*FILES, *PAGES] for node in functions(path))
    assert sizes[len(sizes) // 2] < 8


def test_pages_are_thin():
    for path in PAGES:
        assert path.read_text().count("\n") <= 100, path


@pytest.mark.parametrize("path", [*FILES, *PAGES], ids=lambda p: str(p.relative_to(ROOT)))
def test_says_what_it_is_for(path):
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree), f"{path} has no first line that says what it is for"
    if path in PAGES:
        return
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{path.name}: {node.name} has no docstring"


def test_no_module_hides_the_standard_library():
    # `streamlit run explorer/asgi.py` puts explorer/ first on the path
    assert not {room(path) for path in FILES} & (set(sys.stdlib_module_names) - {"__init__", "__main__"})


def test_nothing_is_swallowed():
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ExceptHandler):
                assert node.type is not None, f"{path.name}:{node.lineno} catches everything"
                assert not all(isinstance(line, ast.Pass) for line in node.body), f"{path.name}:{node.lineno}"


def test_every_citation_exists():
    keys = set(re.findall(r"@\w+\{(\w+),", (ROOT / "assets" / "references.bib").read_text()))
    assert len(keys) > 5
    for path in FILES:
        for block in re.findall(r"References: (.+?)(?:\n\s*\n|\"\"\")", path.read_text(), flags=re.S):
            for part in block.split(";"):
                key = part.split(",")[0].strip(" .\n")
                assert key in keys, f"{path.name} cites {key}, which references.bib lacks"


def test_the_public_import_is_light():
    import subprocess

    code = (
        "import sys, explorer; print(sorted({m.split('.')[0] for m in sys.modules} & {'torch', 'numpy', 'streamlit'}))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert out.stdout.strip() == "[]"


def test_no_trace_of_other_machines():
    for path in [*FILES, *PAGES, ROOT / "pyproject.toml"]:
        assert not re.search(r"(/home/|/Users/|/root/|/work/)\w", path.read_text()), path
