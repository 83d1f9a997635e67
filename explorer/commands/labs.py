"""Commands for labs and lessons: run one, write it to a file, open one in the app."""

from pathlib import Path
from typing import Annotated, Any

import typer

from explorer.catalogue import labs, lessons
from explorer.commands.options import Json, Set, settings_of
from explorer.errors import InputError
from explorer.result import to_json
from explorer.settings import example

PRINTED = (".png", ".svg", ".pdf")
"""What Plotly writes where kaleido is installed."""
Theme = Annotated[str, typer.Option(help="light or dark.")]


def lab(
    name: Annotated[str, typer.Argument(help="See `explorer list labs`.")],
    more: Annotated[list[str] | None, typer.Argument(hidden=True, metavar="--set NAME=VALUE")] = None,
    set_: Set = None,
    out: Annotated[str, typer.Option(help="A .html, .ipynb, .csv, .png, .svg or .pdf file.")] = "",
    theme: Theme = "light",
    json_: Json = False,
) -> None:
    """Run a lab: print what it finds, or write its page, notebook, table or picture."""
    _none_more(name, more or [])
    settings = settings_of(labs, name, set_)
    suffix = _checked(out, (".html", ".ipynb", ".csv", *PRINTED))
    if theme not in ("light", "dark"):
        raise InputError(f"--theme {theme!r} must be light or dark")
    if suffix == ".ipynb":
        from explorer.handouts.lab import notebook

        Path(out).write_text(notebook(name, settings), encoding="utf-8")
        print(f"Wrote the notebook of the lab {name} to {out}")
        return
    from explorer.labs.base import drawn

    figure = drawn(name, "dark" if theme == "dark" else "light", **settings)
    if out:
        _write(figure, name, settings, out)
        what = "table" if suffix == ".csv" else "page" if suffix == ".html" else "picture"
        print(f"Wrote the {what} of the lab {name} to {out}")
    else:
        print(_told(figure, name, settings, json_))


def lesson(
    name: Annotated[str, typer.Argument(help="See `explorer list lessons`.")],
    out: Annotated[str, typer.Option(help="A .html page for the printer, or a .ipynb notebook.")] = "",
    port: Annotated[int, typer.Option(help="Port of the app.")] = 8501,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
) -> None:
    """Open a lesson in the app, or write it as a page for the printer or as a notebook."""
    lessons.card(name)
    suffix = _checked(out, (".html", ".ipynb"))
    if not out:
        from explorer.launch import serve

        serve(f"labs?lesson={name}", port, not no_browser)
    from explorer.handouts import lesson as handout

    if suffix == ".ipynb":
        text = handout.notebook(name)
    else:
        from explorer.labs.base import drawn

        text = handout.page(name, [drawn(one.name, one.theme, **one.settings) for _, one in handout.frames(name)])
    Path(out).write_text(text, encoding="utf-8")
    print(f"Wrote the {'notebook' if suffix == '.ipynb' else 'page'} of the lesson {name} to {out}")


COMMANDS = (lab, lesson)


def _none_more(name: str, more: list[str]) -> None:
    """Say how a setting is given where one stands behind the name of a lab.

    Raises:
        InputError: for whatever stands there.
    """
    if more:
        shown = example(labs.card(name).settings, more[0])
        raise InputError(f"{more[0]!r} behind the name of the lab: settings go with --set, as in --set {shown}")


def _checked(out: str, formats: tuple[str, ...]) -> str:
    """The ending of a file's name; refused before anything is computed.

    Raises:
        InputError: for another ending, a folder that is not there, or a picture that nothing here can write.
    """
    suffix = Path(out).suffix.lower()
    if out and suffix not in formats:
        raise InputError(f"--out {out!r} must end in {', '.join(formats[:-1])} or {formats[-1]}")
    if out and not Path(out).absolute().parent.is_dir():
        raise InputError(f"--out {out!r} lies in a folder that does not exist")
    if suffix in PRINTED:
        from importlib.util import find_spec

        if find_spec("kaleido") is None:
            raise InputError(f"--out {out!r} needs kaleido, which is not installed: pip install kaleido; .html works")
    return suffix


def _write(figure: Any, name: str, settings: dict[str, Any], out: str) -> None:
    suffix = Path(out).suffix.lower()
    if suffix in PRINTED:
        figure.write_image(out, width=900)
    elif suffix == ".csv":
        import pandas

        from explorer.labs.base import table

        pandas.DataFrame(table(figure)).to_csv(out, index=False)
    else:
        from explorer.handouts.lab import page

        Path(out).write_text(page(name, settings, figure), encoding="utf-8")


def _told(figure: Any, name: str, settings: dict[str, Any], json_: bool) -> str:
    """The question, the finding and the numbers it rests on."""
    from explorer.labs.base import finding, told

    title, numbers = labs.card(name).constants["TITLE"], told(figure)
    if json_:
        found = {"lab": name, "title": title, "settings": settings, "finding": finding(figure), "told": numbers}
        return to_json(found)
    lines = [title, finding(figure), *(f"  {key} = {value:.6g}" for key, value in numbers.items())]
    return "\n".join(lines)
