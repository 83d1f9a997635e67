"""A folder of modules as a mapping: being in the folder is being in the catalogue.

A module holds one entry, the class or function of its own name (`ksg.KSG`,
`plug_in.PlugIn`) or, where a folder has a verb, the function of that name
(`figures/information_plane.draw`). Names, summaries and settings are read from
the source without running it; the entry is imported when it is first asked for.
Other packages join by entry points of the group `explorer.<folder>`.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from explorer.errors import InputError, UnknownNameError
from explorer.settings import Setting, settings_from_source

HERE = Path(__file__).parent
BASES = ("base", "theme", "finding", "kept")


@dataclass(frozen=True)
class Card:
    """What is known of an entry before it is imported."""

    name: str
    summary: str
    settings: tuple[Setting, ...]
    doc: str
    references: tuple[str, ...]
    family: str
    module: str
    attribute: str
    constants: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """The card as plain data: name, summary, settings, source."""
        settings = [
            {"name": s.name, "type": s.type.__name__, "default": s.default, "choices": list(s.choices)}
            | ({"low": s.range.low, "high": s.range.high} if s.range else {})
            for s in self.settings
        ]
        return {"name": self.name, "summary": self.summary, "settings": settings, "source": list(self.references)}


class Catalogue(Mapping[str, Any]):
    """The entries of one folder of the package, by name, in alphabetical order."""

    def __init__(self, folder: str, what: str, verb: str | None = None):
        self.folder, self.what, self.verb = folder, what, verb

    def __getitem__(self, name: str) -> Any:
        card = self.card(name)
        return getattr(import_module(card.module), card.attribute)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._modules))

    def __contains__(self, name: object) -> bool:
        return name in self._modules

    def __len__(self) -> int:
        return len(self._modules)

    def card(self, name: str) -> Card:
        """What is known of the entry called `name`, without importing it.

        Raises:
            UnknownNameError: when there is none; near names are in the message.
        """
        if name not in self._modules:
            raise UnknownNameError(self.what, name, self)
        if name not in self._cards:
            self._cards[name] = _card(name, self._modules[name], self.verb)
        return self._cards[name]

    def by_class(self, attribute: str) -> Any:
        """The entry whose class is called `attribute`, for `estimators.KSG`."""
        if attribute.startswith("_"):
            raise AttributeError(attribute)
        for name in self:
            if self.card(name).attribute == attribute:
                return self[name]
        raise AttributeError(str(UnknownNameError(self.what, attribute, (self.card(n).attribute for n in self))))

    @cached_property
    def _cards(self) -> dict[str, Card]:
        return {}

    @cached_property
    def _modules(self) -> dict[str, str]:
        """Entry name to dotted module."""
        found: dict[str, str] = {}
        for path in sorted((HERE / self.folder).rglob("*.py")):
            if path.stem not in BASES and not path.stem.startswith("_"):
                self._add(found, path.stem, ".".join(("explorer", *path.relative_to(HERE).with_suffix("").parts)))
        for point in entry_points(group=f"explorer.{self.folder}"):
            self._add(found, point.name, _module_of(point))
        return found

    def _add(self, found: dict[str, str], name: str, module: str) -> None:
        if name in found:
            raise InputError(f"two {self.what}s are called {name!r}: {found[name]} and {module}")
        found[name] = module


def _module_of(point: EntryPoint) -> str:
    return point.value.partition(":")[0]


def _card(name: str, module: str, verb: str | None) -> Card:
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise InputError(f"entry {name!r} names the module {module}, which is not installed")
    tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    node = _entry_node(tree, name, module, verb)
    doc = ast.get_docstring(node) or ast.get_docstring(tree) or ""
    family = (module.split(".")[-2:-1] or [module])[0].replace("_", " ")
    lineage = _lineage(tree, node)
    settings, constants = _settings(lineage), _constants(tree, lineage)
    return Card(name, _summary(doc), settings, doc, _references(doc), family, module, node.name, constants)


def _entry_node(tree: ast.Module, name: str, module: str, verb: str | None) -> ast.ClassDef | ast.FunctionDef:
    wanted = verb or name.replace("_", "")
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name.lower() == wanted.lower():
            return node
    raise InputError(f"{module} has no class or function called like {wanted!r}")


def _summary(doc: str) -> str:
    return " ".join(doc.partition("\n\n")[0].split())


def _references(doc: str) -> tuple[str, ...]:
    """Bibliography keys after "References:", as in "kraskov2004, equation 8; ross2014"."""
    text = doc.partition("References:")[2].strip().partition("\n\n")[0]
    return tuple(part.split(",")[0].strip(" .\n") for part in text.split(";") if part.strip())


def _constants(tree: ast.Module, lineage: Iterable[ast.AST]) -> dict[str, Any]:
    """Literal module constants and class variables, also those of bases in this package: TITLE, bound, unit, ..."""
    found = _literals(tree.body)
    for node in lineage:
        found |= _literals(node.body) if isinstance(node, ast.ClassDef) else {}
    return found


def _settings(lineage: Iterable[ast.ClassDef | ast.FunctionDef]) -> tuple[Setting, ...]:
    """The settings of an entry after those of its bases; one given again has its last rule and its old place."""
    found: dict[str, Setting] = {}
    for node in lineage:
        found |= {setting.name: setting for setting in settings_from_source(node)}
    return tuple(found.values())


def _lineage(tree: ast.Module, node: ast.ClassDef | ast.FunctionDef) -> list[ast.ClassDef | ast.FunctionDef]:
    """The bases of a class that lie in this package, the farthest first, and the class."""
    above: list[ast.ClassDef | ast.FunctionDef] = []
    for base in reversed(node.bases if isinstance(node, ast.ClassDef) else []):
        module = next((m for m, names in _imports(tree) if isinstance(base, ast.Name) and base.id in names), "")
        parent = _parsed(module) if module.startswith("explorer.") else tree
        found = next(
            (one for one in parent.body if isinstance(one, ast.ClassDef) and one.name == ast.unparse(base)), None
        )
        above += _lineage(parent, found) if found is not None else []
    return [*above, node]


def _imports(tree: ast.Module) -> Iterator[tuple[str, set[str]]]:
    for line in tree.body:
        if isinstance(line, ast.ImportFrom) and line.module:
            yield line.module, {alias.name for alias in line.names}


@cache
def _parsed(module: str) -> ast.Module:
    return ast.parse((HERE / Path(*module.split(".")[1:]).with_suffix(".py")).read_text(encoding="utf-8"))


def _literals(body: Iterable[ast.stmt]) -> dict[str, Any]:
    """The names to which lines give a literal."""
    found = {}
    for line in body:
        target = line.targets[0] if isinstance(line, ast.Assign) else getattr(line, "target", None)
        value = getattr(line, "value", None)
        if isinstance(line, ast.Assign | ast.AnnAssign) and isinstance(target, ast.Name) and value is not None:
            try:
                found[target.id] = ast.literal_eval(value)
            except ValueError:
                continue
    return found


sources = Catalogue("sources", "reader", "read")
distributions = Catalogue("distributions", "distribution")
estimators = Catalogue("estimators", "estimator")
measures = Catalogue("measures", "measure")
embeddings = Catalogue("embeddings", "embedding")
objectives = Catalogue("objectives", "objective")
training = Catalogue("training", "training run", "train")
figures = Catalogue("figures", "figure", "draw")
examples = Catalogue("examples", "bundled run", "record")
models = Catalogue("models", "form of network", "load")
labs = Catalogue("labs", "lab", "lab")
lessons = Catalogue("lessons", "lesson", "lesson")
