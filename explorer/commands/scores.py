"""The command that scores codes against factors."""

from collections import defaultdict
from typing import Annotated, Any, Literal

import typer

from explorer.catalogue import measures
from explorer.commands.options import Device, Json, Out, Seed, checked_out, progress, told, written
from explorer.errors import SettingError
from explorer.metrics import Coded, Metrics, scores
from explorer.result import NATS_PER, to_json
from explorer.results.metric_table import MetricTable
from explorer.settings import parsed_settings

Strategy = Literal["equal_width", "equal_frequency"]
Assignment = Literal["hungarian", "order"]
Trust = Literal["all", "quick", "none"]


def disentangle(
    codes: Annotated[str, typer.Argument(help="Latents: FILE, FILE:NAME, FILE:a,b, RUN:x or RUN:STEP:LAYER.")],
    factors: Annotated[str, typer.Argument(help="FILE, FILE:NAME, FILE:a,b, RUN:factors or RUN:a,b.")],
    variances: Annotated[str, typer.Option(help="Of Gaussian q(z|x), as CODES, where they are known.")] = "",
    metric: Annotated[list[str] | None, typer.Option(help="Only this score; repeat for more.")] = None,
    bins: Annotated[int, typer.Option(help="Cells of each latent and of each real factor.")] = 20,
    strategy: Annotated[Strategy, typer.Option(help="How cells are cut.")] = "equal_width",
    assignment: Annotated[Assignment, typer.Option(help="Latent of each factor, for DMIG and its kin.")] = "hungarian",
    trust: Annotated[Trust, typer.Option(help="Intervals and nulls of all scores, of quick ones, or none.")] = "quick",
    set_: Annotated[list[str] | None, typer.Option("--set", help="METRIC.NAME=VALUE of one score; repeat.")] = None,
    seed: Seed = 0,
    device: Device = "auto",
    out: Out = "",
    json_: Json = False,
) -> None:
    """Score codes against factors by every measure of disentanglement, and say what each would miss."""
    checked_out(out)
    from explorer.coded.disentangle import compute

    plan = Metrics(tuple(metric or ()), bins, strategy, assignment, _settings(set_ or []), trust, seed).checked()
    coded = Coded.named(codes, factors, variances)
    found = compute(coded, plan, progress, device)
    if out:
        told(coded.notes)
        written(found, out)
    else:
        print(to_json(found.to_dict()) if json_ else lines(found))


def lines(table: MetricTable) -> str:
    """The matrix, the scores and the doubts as one reads them on a terminal."""
    wide, first = max(8, *map(len, table.factors)), max(7, *map(len, table.latents))
    rows = ["mutual information in nats, latents by factors"]
    rows.append(" " * (first + 1) + " ".join(f"{name:>{wide}}" for name in table.factors))
    for latent, row in zip(table.latents, table.information, strict=True):
        rows.append(f"{latent:>{first}} " + " ".join(f"{one:>{wide}.3f}" for one in row))
    rows += [f"{'entropy':>{first}} " + " ".join(f"{one:>{wide}.3f}" for one in table.entropies)]
    rows += [f"{'gap':>{first}} " + " ".join(f"{one:>{wide}.3f}" for one in table.gaps), ""]
    rows += [_line(name, table) for name in table.scores]
    rows += [f"{name:28} no value: {why}" for name, why in table.undefined.items()]
    said = [(name, table.about["misses"].get(name)) for name in table.scores]
    rows += ["", "what each would miss", *(f"{name:28} {text}" for name, text in said if text), ""]
    rows += [f"doubt ({name}: {rule}): {text}" for name, rule, text in _own_doubts(table)]
    return "\n".join([*rows, *map(str, table.warnings)])


def _own_doubts(table: MetricTable) -> list[tuple[str, str, str]]:
    """Doubts of single scores that are not the table's."""
    known = {one.text for one in table.warnings}
    pairs = [(name, one) for name, score in table.scores.items() for one in score.warnings if not one.note]
    return [(name, one.rule, one.text) for name, one in pairs if one.text not in known]


def _line(name: str, table: MetricTable) -> str:
    score = table.scores[name]
    unit = f" {score.unit}" if score.unit in NATS_PER else ""
    within = "  {:.3f} to {:.3f}".format(*score.interval) if score.interval else ""
    null = f"  shuffled {score.null.mean:.3f}, p = {score.null.p_value:.2g}" if score.null else ""
    return f"{name:28} {score.value:.4f}{unit}{within}{null}"


def _settings(texts: list[str]) -> dict[str, dict[str, Any]]:
    """Settings of single scores from METRIC.NAME=VALUE."""
    by_score = defaultdict(list)
    for text in texts:
        name, dot, rest = text.partition(".")
        if not dot or "=" not in rest:
            raise SettingError(f"--set {text!r} must read METRIC.NAME=VALUE, as in --set dci.learner=boosting")
        if name not in scores():
            raise SettingError(f"--set {text!r} names no score of disentanglement; these are: {', '.join(scores())}")
        by_score[name].append(rest)
    return {name: parsed_settings(measures.card(name).settings, given, name) for name, given in by_score.items()}
