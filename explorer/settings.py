"""Settings read from a signature: the form, the flags and the test cases all come from here.

A setting is an annotated argument with a default:

    k: Annotated[int, Range(1, 50)] = 5
    margins: Literal["none", "standard", "gauss"] = "none"
    width: Annotated[float | None, Range(1e-6, 10.0)] = None
    word: Annotated[str, Length(40)] = "latent"
"""

import ast
import math
import types
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from explorer.errors import SettingError, unknown


@dataclass(frozen=True)
class Range:
    """Bounds of a number, both included; `step` and `log` shape the slider."""

    low: float
    high: float
    step: float | None = None
    log: bool = False


@dataclass(frozen=True)
class Length:
    """How many characters a text may have."""

    most: int


@dataclass(frozen=True)
class Setting:
    """One argument of an entry: its name, type, default and rule; `length` is the most characters of a text."""

    name: str
    type: type
    default: Any
    range: Range | None = None
    choices: tuple = ()
    optional: bool = False
    help: str = ""
    length: int | None = None

    def checked(self, value: Any) -> Any:
        """The value in this setting's type.

        Raises:
            SettingError: when it breaks the rule.
        """
        if value is None and self.optional:
            return None
        value = self._typed(value)
        if self.choices and value not in self.choices:
            raise SettingError(f"{self.name}={value!r} must be one of {', '.join(map(repr, self.choices))}")
        if self.range and not self.range.low <= value <= self.range.high:
            raise SettingError(f"{self.name}={value!r} must lie in [{self.range.low:g}, {self.range.high:g}]")
        if self.length is not None and len(value) > self.length:
            raise SettingError(f"{self.name} has {len(value)} characters; it may have at most {self.length}")
        return value

    def parsed(self, text: str) -> Any:
        """The value written as text, as on the command line or in a URL."""
        if self.optional and text.lower() in ("none", ""):
            return None
        if self.type is bool:
            if text.lower() not in ("true", "false", "1", "0", "yes", "no"):
                raise SettingError(f"{self.name}={text!r} must be true or false")
            return text.lower() in ("true", "1", "yes")
        return self.checked(text)

    def _typed(self, value: Any) -> Any:
        if self.type is bool and not isinstance(value, bool):
            raise SettingError(f"{self.name}={value!r} must be true or false")
        try:
            typed = self.type(value)
            exact = self.type is not int or float(typed) == float(value)
        except (TypeError, ValueError, OverflowError):
            exact, typed = False, None
        if not exact or (isinstance(typed, float) and math.isnan(typed)):
            kind = {int: "a whole number", float: "a number", str: "a text"}[self.type]
            raise SettingError(f"{self.name}={value!r} must be {kind}")
        return typed


def typed(value: Any) -> str:
    """The value of a setting as one types it."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def settings_from_source(node: ast.ClassDef | ast.FunctionDef) -> tuple[Setting, ...]:
    """The settings of a class or function read from its source, which is not run.

    Listing entries, drawing a form and printing help need no import of the entry,
    so none of them waits for torch.
    """
    helps = _argument_help(ast.get_docstring(node) or "")
    pairs = _fields(node) if isinstance(node, ast.ClassDef) else _arguments(node)
    return tuple(
        _setting(name, _evaluated(annotation), ast.literal_eval(default), helps.get(name, ""))
        for name, annotation, default in pairs
        if not isinstance(default, ast.Name)  # `progress: Report = nothing` is no setting
    )


def checked_settings(settings: Iterable[Setting], given: Mapping[str, Any], owner: str) -> dict[str, Any]:
    """Every given value checked and typed; defaults are left out.

    Raises:
        SettingError: for a name that the entry lacks, or a value out of its rule.
    """
    known = {setting.name: setting for setting in settings}
    for name in given:
        if name not in known:
            raise SettingError(unknown(f"setting of {owner} called", name, known))
    return {name: known[name].checked(value) for name, value in given.items()}


def parsed_settings(settings: Iterable[Setting], texts: Iterable[str], owner: str) -> dict[str, Any]:
    """Settings from `name=value` texts.

    Raises:
        SettingError: for a text without "=", an unknown name or a value out of its rule.
    """
    known = {setting.name: setting for setting in settings}
    values = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise SettingError(f"--set {text!r} must read name=value, as in --set {example(known.values(), name)}")
        if name not in known:
            raise SettingError(unknown(f"setting of {owner} called", name, known))
        values[name] = known[name].parsed(value)
    return values


def example(settings: Iterable[Setting], text: str) -> str:
    """How a setting is given: a text that can be, else the setting that it names at its default, else the first."""
    known = {setting.name: setting for setting in settings}
    name, equals, value = text.partition("=")
    if name in known and equals:
        with suppress(SettingError):
            known[name].parsed(value)
            return text
    setting = known.get(name) or next(iter(known.values()), None)
    return "NAME=VALUE" if setting is None else f"{setting.name}={setting.default}"


def _setting(name: str, annotation: Any, default: Any, help: str) -> Setting:
    rule, length = None, None
    if get_origin(annotation) is Annotated:
        annotation, *notes = get_args(annotation)
        rule = next((note for note in notes if isinstance(note, Range)), None)
        length = next((note.most for note in notes if isinstance(note, Length)), None)
    optional = get_origin(annotation) in (Union, types.UnionType) and type(None) in get_args(annotation)
    if optional:
        annotation = next(part for part in get_args(annotation) if part is not type(None))
    if get_origin(annotation) is Literal:
        choices = get_args(annotation)
        return Setting(name, type(choices[0]), default, rule, choices, optional, help)
    return Setting(name, annotation, default, rule, (), optional, help, length)


def _fields(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr, ast.expr]]:
    for line in node.body:
        if isinstance(line, ast.AnnAssign) and line.value is not None and "ClassVar" not in ast.dump(line.annotation):
            yield ast.unparse(line.target), line.annotation, line.value


def _arguments(node: ast.FunctionDef) -> Iterator[tuple[str, ast.expr, ast.expr]]:
    plain = node.args.args[len(node.args.args) - len(node.args.defaults) :]
    named = [(a, d) for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if d is not None]
    for argument, default in [*zip(plain, node.args.defaults, strict=True), *named]:
        if argument.annotation is not None:
            yield argument.arg, argument.annotation, default


_WORDS = {
    "Annotated": Annotated,
    "Literal": Literal,
    "Range": Range,
    "Length": Length,
    "int": int,
    "float": float,
    "str": str,
    "bool": bool,
}


def _evaluated(expression: ast.expr) -> Any:
    code = compile(ast.Expression(expression), "<settings>", "eval")
    return eval(code, {"__builtins__": {}}, _WORDS)


def _argument_help(docstring: str) -> dict[str, str]:
    """`name: text` lines of the docstring's Args section, continuation lines joined."""
    helps: dict[str, str] = {}
    name = ""
    for line in docstring.partition("Args:\n")[2].splitlines():
        if not line.strip() or not line.startswith("    "):
            break
        head, colon, text = line.strip().partition(": ")
        if colon and head.isidentifier():
            name, helps[head] = head, text
        elif name:
            helps[name] += " " + line.strip()
    return helps
