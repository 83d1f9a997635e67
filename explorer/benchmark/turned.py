"""A process of its own that turns the pages of the app, as the server runs them.

It reads a JSON object a line: `view` asks for a list of the page Labs, `lab` for a lab whose `settings` are moved. Each
is one run of the page, answered by its numbers, how many links the list has or what the figure tells, and the seconds
of the processor that it took.
"""

import atexit
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from explorer import lab_runs
from explorer.packaged import root

APP, PAGE = Path(__file__).parents[1] / "app.py", root() / "pages" / "8_labs.py"


def numbers(with_torch: bool, spent: list[float] | None = None, **asked: Any) -> list[float]:
    """What one run of the page shows, in a process that has imported torch before or must not have.

    Args:
        spent: gets the seconds of the processor that the run took.
        asked: view="Papers", or lab=name and settings={name: value}.
    """
    process = _process(with_torch)
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(json.dumps(asked) + "\n")
    process.stdin.flush()
    found = json.loads(process.stdout.readline())
    if spent is not None:
        spent.append(found["processor"])
    return list(found["numbers"])


@cache
def _process(with_torch: bool) -> subprocess.Popen[str]:
    """A process that lasts as long as this one: it ends where nothing more can be read."""
    code = f"{'import torch' if with_torch else ''}\nfrom explorer.benchmark import turned\nturned.serve({with_torch})"
    pipe = subprocess.PIPE
    process = subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe, text=True)
    atexit.register(process.__exit__, None, None, None)
    return process


def serve(with_torch: bool) -> None:
    """Open the app in an empty home, then answer line by line; torch is there from the beginning, or never imported."""
    from streamlit.testing.v1 import AppTest

    answers, sys.stdout = sys.stdout, sys.stderr
    with tempfile.TemporaryDirectory(prefix="explorer-pages-") as folder:
        os.environ["EXPLORER_HOME"] = folder
        test = AppTest.from_file(str(APP), default_timeout=60).run()
        test.switch_page(str(PAGE))
        for line in sys.stdin:
            begun = time.process_time()
            found = _run(test, **json.loads(line))
            assert ("torch" in sys.modules) == with_torch, "torch was imported"
            told = {"numbers": found, "processor": time.process_time() - begun}
            print(json.dumps(told), file=answers, flush=True)


def _run(test: Any, view: str = "", lab: str = "", settings: Mapping[str, Any] | None = None) -> list[float]:
    """One run of the page after the controls were moved, and the numbers that it shows."""
    _lead(test, {"view": view} if view else {"lab": lab})
    controls = (*test.slider, *test.select_slider, *test.selectbox, *test.toggle, *test.number_input)
    for name, value in (settings or {}).items():
        next(one for one in controls if one.key == f"{lab}.{name}").set_value(value)
    test.run()
    assert not test.exception, test.exception
    if view:
        return [float(len(test.get("page_link")))]
    (drawn,) = test.get("plotly_chart")
    return list(json.loads(drawn.proto.spec)["layout"]["meta"]["told"].values())


def _lead(test: Any, wanted: Mapping[str, str]) -> None:
    """Open another list or lab, unless it is there; what a worker would compute for it is computed first."""
    if "lab" in wanted and not lab_runs.quick(wanted["lab"]):
        asked = lab_runs.Asked(wanted["lab"]).checked()
        if lab_runs.collected(asked) is None:
            lab_runs.run(asked.name, {}, "light", lab_runs.source(asked.name))
    if any(test.query_params.get(name) not in (value, [value]) for name, value in wanted.items()):
        test.query_params.clear()
        for name, value in wanted.items():
            test.query_params[name] = value
        if "lab" in wanted:
            test.run()
