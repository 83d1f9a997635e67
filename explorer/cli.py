"""The command `explorer`, built from the catalogues."""

import sys
from typing import Annotated, NoReturn

import typer

import explorer
from explorer import catalogue
from explorer.commands import compare, convert, interactions, labs, record, runs, scores
from explorer.commands.jobs import jobs_app
from explorer.commands.options import Device, Json, Noise, Permutations, Seed, Set, Target, array, settings_of, table
from explorer.errors import ExplorerError, FileError, UnknownNameError
from explorer.lessons.base import ordered
from explorer.result import Estimate, amount, repr_call, to_json

app = typer.Typer(
    add_completion=False,
    no_args_is_help=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="See what neural networks keep and forget. Without a command: open the app in a browser.",
)
app.add_typer(jobs_app, name="jobs")
for command in (
    *runs.COMMANDS,
    compare.compare,
    scores.disentangle,
    interactions.interactions,
    record.record,
    convert.convert,
    *labs.COMMANDS,
):
    app.command()(command)

Kind = Annotated[str, typer.Option(help="continuous, discrete, mixed, labels or auto.")]
Port = Annotated[int, typer.Option(help="Port of the app.")]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")]

LISTS = {
    name: getattr(catalogue, name)
    for name in ("estimators", "measures", "distributions", "sources", "examples", "models", "labs", "lessons")
}


def main() -> None:
    """Run the command; an error of ours is one sentence on stderr and exit status 2."""
    try:
        app()
    except ExplorerError as error:
        print(f"explorer: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    port: Port = 8501,
    no_browser: NoBrowser = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """See what neural networks keep and forget. Without a command: open the app in a browser."""
    if version:
        print(f"explorer {explorer.__version__}")
    elif context.invoked_subcommand is None:
        _serve("", port, no_browser)


@app.command("open")
def open_run(run: str, port: Port = 8501, no_browser: NoBrowser = False) -> None:
    """Open the app on a recording, also one that is still being written, or on a bundled run."""
    _checked(port)
    recording = explorer.open(run)
    if recording.path is None:
        raise FileError(f"{run} is a file of another program; make a recording of it first: explorer convert {run}")
    _serve(f"plane?run={_quoted(recording.path or run)}", port, no_browser)


@app.command()
def demo(
    run: Annotated[str, typer.Argument(help="twelve_bit, digits or vae.")] = "twelve_bit",
    activation: Annotated[str | None, typer.Option(help="tanh or relu.")] = None,
    epochs: Annotated[int | None, typer.Option(help="Passes over the training inputs.")] = None,
    data: Annotated[
        str | None, typer.Option(help="A MATLAB file with F (4096 x 12) and y instead of the built-in 12-bit rule.")
    ] = None,
    set_: Set = None,
    seed: Seed = 0,
    port: Port = 8501,
    no_browser: NoBrowser = False,
) -> None:
    """Train, record and open a network: the 12-bit one, digits or an autoencoder; the page fills in meanwhile.

    On two cores twelve_bit and digits take about two minutes each, with all that is computed of them. vae trains for
    40 epochs of 7 s on an idle core, of up to 90 s on a busy one; --epochs 5 ends sooner, and a training that was
    stopped can be resumed.
    """
    from explorer.demo import submit_demo

    _checked(port)
    flags = {"activation": activation, "epochs": epochs, "data": data}
    given = {name: value for name, value in flags.items() if value is not None}
    given |= settings_of(catalogue.training, run, set_)
    folder, job = submit_demo(run, seed=seed, **given)
    print(f"Training as job {job.id}; recording to {folder}")
    page = catalogue.training.card(run).constants["PAGE"]
    _serve(f"{page}?run={_quoted(folder)}&job={job.id}", port, no_browser)


@app.command()
def estimate(
    x: Annotated[str, typer.Argument(help="FILE, FILE:NAME, FILE:a,b, RUN:x or RUN:STEP:LAYER.")],
    y: Annotated[str | None, typer.Argument(help="As X; without it the entropy of X.")] = None,
    estimator: Annotated[str, typer.Option(help="See `explorer list estimators`.")] = "auto",
    set_: Set = None,
    given: Annotated[str | None, typer.Option(help="A condition Z, as X; then I(X;Y|Z).")] = None,
    x_kind: Kind = "auto",
    y_kind: Kind = "auto",
    z_kind: Kind = "auto",
    null: Annotated[bool | None, typer.Option(help="Permutation null; unasked up to 2000 samples.")] = None,
    interval: Annotated[bool | None, typer.Option(help="90 % interval; unasked.")] = None,
    laws: Annotated[bool, typer.Option("--laws", help="Try data processing, additivity and independence.")] = False,
    seed: Seed = 0,
    device: Device = "auto",
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Estimate I(X;Y), I(X;Y|Z) or the entropy of X, and say how far it can be trusted."""
    settings = settings_of(catalogue.estimators, estimator, set_)
    samples = [table(text) for text in (x, y) if text is not None]
    condition = None if given is None else array(given)
    kinds = {"x_kind": x_kind, "y_kind": y_kind, "z_kind": z_kind}
    asked = {"null": null, "interval": interval, "laws": laws}
    options = {"estimator": estimator, "seed": seed, "device": device, **kinds, **asked}
    result = explorer.estimate(*samples, z=condition, **options, **settings)
    print(to_json(result.to_dict()) if json_ else _lines(result))


@app.command("list")
def list_entries(what: Annotated[str, typer.Argument(help=", ".join(LISTS))], json_: Json = False) -> None:
    """List the entries of a catalogue."""
    if what not in LISTS:
        raise UnknownNameError("list", what, LISTS)
    cards = [LISTS[what].card(name) for name in (ordered() if what == "lessons" else LISTS[what])]
    if json_:
        print(to_json([card.to_dict() for card in cards]))
    elif not cards:
        print(f"This version has no {what} yet.")
    width = max((len(card.name) for card in cards), default=0)
    for card in () if json_ else cards:
        print(f"{card.name:{width}}  {card.constants['TITLE'] if what in ('labs', 'lessons') else card.summary}")


@app.command()
def compute(
    run: str,
    estimator: Annotated[str, typer.Option(help="See `explorer list estimators`.")] = "binning",
    target: Target = "y",
    noise: Noise = 0.0,
    permutations: Permutations = 5,
    set_: Set = None,
    seed: Seed = 0,
    device: Device = "auto",
) -> None:
    """Run a sweep over a recording as a job and wait for it."""
    settings = settings_of(catalogue.estimators, estimator, set_)
    options = {"target": target, "noise": noise, "permutations": permutations, "seed": seed, "device": device}
    entry = catalogue.estimators[estimator](**settings)
    trajectory = explorer.plane(explorer.open(run), entry, jobs=True, **options)
    print(f"{len(trajectory)} values of {repr_call(estimator, settings)}, kept; `explorer plane {run}` prints them")


@app.command()
def benchmark(
    device: Device = "auto",
    json_: Json = False,
    only: Annotated[str, typer.Option(help="speed, accuracy, coverage, growth, measures, noise, or one contest.")] = "",
    repeats: Annotated[int, typer.Option(help="Timings of each side after a warm-up.")] = 5,
    report: Annotated[str, typer.Option(help="Write a page with plots (.html) or Markdown (.md).")] = "",
    quick: Annotated[bool, typer.Option("--quick", help="Little work, to see that all runs.")] = False,
) -> None:
    """Measure accuracy against known truths, and speed and memory, beside the installed peers."""
    from explorer.benchmark import report as reports
    from explorer.benchmark.run import run, show

    if report:
        reports.checked(report)
    found = run(device, only, repeats, quick=quick, report=report, progress=show)
    if report:
        reports.write(found, report)
    print(to_json(found) if json_ else reports.text(found))


@app.command()
def info() -> None:
    """Versions, hardware and folders."""
    from importlib.metadata import version

    from explorer.device import describe
    from explorer.home import home

    print(f"explorer {explorer.__version__}, Python {sys.version.split()[0]}, {describe()}")
    print(", ".join(f"{name} {version(name)}" for name in ("torch", "numpy", "streamlit", "plotly", "dask")))
    print(f"recordings, results and jobs: {home()}")


def _checked(port: int) -> None:
    """Refuse a port at which no app can be, before any work is done."""
    from explorer.launch import free_port

    free_port(port)


def _serve(page: str, port: int, no_browser: bool) -> NoReturn:
    from explorer.launch import serve

    serve(page, port, not no_browser)


def _quoted(text: object) -> str:
    from urllib.parse import quote

    return quote(str(text), safe="")


def _lines(result: Estimate) -> str:
    read = f"{amount(f'{result.nats:.6g}', 'nats')} = {amount(f'{result.bits:.6g}', 'bits')}"
    head = f"{result.quantity} = {read}  ({repr_call(result.estimator, result.settings)}, n={result.n})"
    why = f", because {result.details['because']}" if "because" in result.details else ""
    chosen = "chosen" in result.details and f"chosen: {result.details['chosen']}{why}"
    bound = {"lower": "a lower bound", "upper": "an upper bound"}.get(result.bound)
    ends = result.interval and "{:.4g} to {:.4g}".format(*result.interval)
    within = ends and f"{result.level:.0%} interval: {ends} nats"
    null = result.null and (
        f"with {result.null.how}: {result.null.mean:.4g} on average, up to {result.null.high:.4g} nats; "
        f"p = {result.null.p_value:.2g} from {result.null.permutations} permutations"
    )
    notes = map(str, result.warnings)
    return "\n".join(line for line in (head, chosen, bound, within, null, f"verdict: {result.verdict}", *notes) if line)
