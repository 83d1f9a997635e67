"""The numbers of a run as tables that read the same in a terminal, in Markdown and in HTML."""

import html
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
NONE = "–"


@dataclass(frozen=True)
class Table:
    """A title, a sentence on how to read it, and cells of text."""

    title: str
    note: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def text(self) -> str:
        """For a terminal: columns padded to their widest cell."""
        widths = [max(map(len, column)) for column in zip(self.header, *self.rows, strict=True)]
        lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in self._all())
        return "\n".join([self.title.upper(), *(line.rstrip() for line in lines), self.note]) + "\n"

    def markdown(self) -> str:
        """For the documents."""
        lines = [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in self._all()]
        lines.insert(1, "|" + "---|" * len(self.header))
        return f"## {self.title}\n\n{self.note}\n\n" + "\n".join(lines) + "\n"

    def html(self) -> str:
        """For the report."""
        head = "".join(f"<th scope='col'>{html.escape(cell)}</th>" for cell in self.header)
        body = "".join(f"<tr>{_cells(row)}</tr>" for row in self.rows)
        words = f"<h2>{html.escape(self.title)}</h2><p>{html.escape(self.note)}</p>"
        return f"{words}<div class='wide'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"

    def _all(self) -> list[tuple[str, ...]]:
        return [self.header, *self.rows]


def tables(run: Row) -> list[Table]:
    """Every table that a run has numbers for."""
    makers: dict[str, Sequence[Callable[[Any], Iterator[Table]]]] = {
        "accuracy": (_goals, _accuracy, _tasks),
        "speed": (_speed,),
        "summaries": (_summaries,),
        "coverage": (_coverage,),
        "growth": (_growth,),
        "measures": (_measures,),
        "noise": (_noise,),
        "peers": (_peers,),
    }
    return [table for part, own in makers.items() if part in run for maker in own for table in maker(run[part])]


def _cells(row: Sequence[str]) -> str:
    first, *rest = (html.escape(cell) for cell in row)
    return f"<th scope='row'>{first}</th>" + "".join(f"<td>{cell}</td>" for cell in rest)


def _table(title: str, note: str, header: str, rows: Iterable[Sequence[str]]) -> Iterator[Table]:
    found = tuple(tuple(row) for row in rows)
    if found:
        yield Table(title, note, tuple(cell.strip() for cell in header.split("|")), found)


def _goals(accuracy: Row) -> Iterator[Table]:
    rows = [(row["what"], row["goal"], _three(row["value"]), _verdict(row["met"])) for row in accuracy["goals"]]
    note = (
        "On the tasks that judge: other distributions than those that rules and thresholds were chosen on. They were "
        "looked at while the rules were written, so they are not unseen."
    )
    return _table("Goals of auto", note, "what | goal | measured | verdict", rows)


def _accuracy(accuracy: Row) -> Iterator[Table]:
    def row(one: Row) -> Sequence[str]:
        judged, name = one["judged"], one["estimator"]
        who = f"{name} ({one['peer']})" if "peer" in one else name
        coverage = f"{_share(judged['coverage'])} of {judged['intervals']}" if judged["intervals"] else NONE
        ruled = f"{judged['ruled']}" if judged["ruled"] else NONE
        shares = [_share(judged[key]) for key in ("caught", "false_alarms")]
        errors = [*map(_three, (one["design"]["error"], judged["error"], one["auto_error"], judged["worst"]))]
        return [
            who,
            f"{one['answered']} of {one['asked']}",
            *errors,
            coverage,
            f"{judged['bad']}",
            ruled,
            *shares,
            _time(one["seconds"]),
        ]

    note = (
        f"Samples of each task with {accuracy['seeds']} seed(s). Errors are mean absolute errors in nats: on the tasks "
        "of the design, and on those that judge, which the other columns are about. Estimators answer different tasks, "
        "those whose kinds they take, and those that train only the first few: `auto there` is the error of auto on "
        "the samples that this one answered. "
        "Coverage: share of the 90 % intervals that hold the truth, of how many. Bad: off by more than 0.1 nats and "
        "15 % of the truth. Ruled: on how many the rules were asked, which slow estimators are on a part; warned: the "
        "share of the bad ones among those on which a rule fired; false alarms: the share of the others. Seconds: the "
        "median estimate, without interval. Peers run at their own defaults and give neither intervals nor warnings."
    )
    header = (
        "estimator | answered | design | judged | auto there | worst | coverage | bad | ruled | warned | false alarms "
        "| seconds"
    )
    return _table("Accuracy by estimator", note, header, map(row, accuracy["estimators"]))


def _tasks(accuracy: Row) -> Iterator[Table]:
    def row(one: Row) -> Sequence[str]:
        auto = f"{_three(one['auto'])}{', warned' if one['auto_doubted'] else ''}"
        best = [f"{one[f'best_{who}']}, {_three(one[f'best_{who}_error'])}" for who in ("own", "peer")]
        best = [NONE if text.startswith("None") else text for text in best]
        part = "judge" if one["judged"] else "design"
        return [
            one["task"],
            part,
            _three(one["truth"]),
            auto,
            _three(one["auto_error"]),
            one["auto_chose"] or NONE,
            *best,
        ]

    note = (
        "Nats. auto: its mean over the samples; the errors are mean absolute errors. The best of the catalogue and the "
        "best peer are known only to one who knows the truth."
    )
    header = "task | part | truth | auto | its error | it chose | best of the catalogue, error | best peer, error"
    return _table("Accuracy by task", note, header, map(row, accuracy["tasks"]))


def _speed(rows: Sequence[Row]) -> Iterator[Table]:
    def row(one: Row) -> Sequence[str]:
        ratio = f"{one['ratio']:.3g} ({one['ratio_low']:.3g} to {one['ratio_high']:.3g})"
        verdict = _verdict(one["met"]) if one["same"] else f"NUMBERS DIFFER by {one['difference']:.2g}"
        times = [_time(one["seconds"]), _time(one["peer_seconds"]), one["peer"]]
        cores = str(one["threads"] or "all")
        return [one["what"], cores, *times, ratio, f"{one['goal']:.3g}", verdict, one["note"] or NONE]

    note = (
        "One process, a warm-up, then both in turn; medians, and ratios with their range, above 1 where we are faster. "
        "Both sides use as many threads, and find the same numbers. Only ratios travel between machines."
    )
    header = "work | threads | ours | theirs | peer | ratio | goal | verdict | note"
    return _table("Speed beside peers", note, header, map(row, rows))


def _summaries(rows: Sequence[Row]) -> Iterator[Table]:
    def row(one: Row) -> Sequence[str]:
        fastest, median = (
            f"{one[f'ratio_{who}']:.3g} (goal {one[f'goal_{who}']:.3g})" for who in ("fastest", "median")
        )
        return [one["what"], ", ".join(one["peers"]), one["fastest"], fastest, median, _verdict(one["met"])]

    header = "work | peers | the fastest | times faster than it | than the median | verdict"
    return _table("Beside several peers", "Their time over ours.", header, map(row, rows))


def _coverage(found: Row) -> Iterator[Table]:
    note = (
        f"Where the estimator claims to find the truth as n grows: n = {found['n']}, {found['seeds']} draws of each "
        f"distribution. All together: {_share(found['coverage'])}; the goal is 85 to 97 %."
    )
    rows = [
        (one["estimator"], _share(one["coverage"]), str(one["intervals"]), ", ".join(one["claims"]))
        for one in found["estimators"]
    ]
    return _table("Coverage of the 90 % intervals", note, "estimator | coverage | intervals | distributions", rows)


def _growth(growth: Row) -> Iterator[Table]:
    seconds = {
        (one["estimator"], one["columns"], one["n"]): one["seconds"] for one in growth["cells"] if "seconds" in one
    }
    sizes = [n for n in (1000, 10_000, 50_000) if n in growth["sizes"]] or growth["sizes"]
    shown = 5 if 5 in growth["columns"] else growth["columns"][0]

    def row(one: Row) -> Sequence[str]:
        name = one["estimator"]
        times = [_time(seconds.get((name, shown, n))) for n in sizes]
        in_n = ", ".join(f"{_two(one['exponent_n'].get(str(d)))}" for d in growth["columns"])
        return [name, *times, in_n, _two(one["exponent_d"]), *map(_bytes, one["peak"].values()), _left_out(one)]

    columns = ", ".join(map(str, growth["columns"]))
    note = (
        f"One estimate with {shown}+{shown} columns, one thread. The time grows as n to the power `in n` (with d = "
        f"{columns} columns a side, fitted from n = 5000 on) and as d to the power `in d` (from 5 columns on). Memory: "
        "the most that a process of its own held, Python and torch in it, at up to that n and at the d that were run. "
        f"Sizes at which an estimate was expected to take over {growth['limit']:g} s were left out."
    )
    times = " | ".join(f"n = {n}" for n in sizes)
    header = f"estimator | {times} | in n | in d | memory, n = 10 000 | memory, n = 50 000 | left out"
    return _table("Growth", note, header, map(row, growth["estimators"]))


def _measures(found: Row) -> Iterator[Table]:
    def row(one: Row) -> Sequence[str]:
        times = [_time(one["seconds"].get(str(n))) for n in found["sizes"]]
        return [one["measure"], *times, _two(one["exponent"]), f"{one['peak'] / 1e6:.0f} MB", _left_out(one)]

    note = (
        f"One reading with {found['columns']} columns, one thread, each measure in a process of its own. The time "
        f"grows as n to the power `in n`, fitted from n = {found['large']} on. Memory: the most that the process held "
        f"at any of the sizes, Python and torch in it. Sizes expected to take over {found['limit']:g} s were left out."
    )
    header = f"measure | {' | '.join(f'n = {n}' for n in found['sizes'])} | in n | memory | left out"
    return _table("Measures", note, header, map(row, found["measures"]))


def _noise(found: Row) -> Iterator[Table]:
    def row(one: Row) -> Sequence[str]:
        bits = [f"{one['bits'][f'{t:g}']:.3f}" for t in found["times"]]
        return [str(one["dimension"]), f"{one['noise']:.0%}", *bits, f"{one['classic']:.3f}"]

    note = (
        f"Diffusion spectral entropy in bits at sigma {found['sigma']:g} of {found['n']} samples, uniform in some "
        f"dimensions among {found['columns']} columns, with uniform noise in all. It grows with the dimension where "
        "the classic entropy of two cells a column only tells samples apart. It is not free of noise: at t = 1 and in "
        "few dimensions 30 % of noise moves it by bits."
    )
    times = " | ".join(f"t = {t:g}" for t in found["times"])
    return _table("Dimension and noise", note, f"dimensions | noise | {times} | classic", map(row, found["rows"]))


def _peers(peers: Row) -> Iterator[Table]:
    rows = [(name, version or "not installed") for name, version in peers.items()]
    return _table("Peers", "Packages that run beside ours where they are installed.", "package | version", rows)


def _left_out(one: Row) -> str:
    if not one["left_out"]:
        return NONE
    return f"{len(one['left_out'])} of the sizes, as {one['left_out'][0]}"


def _bytes(peak: Row | None) -> str:
    if peak is None:
        return NONE
    goal = "" if peak["met"] else f", over {peak['goal'] / 1e9:g} GB"
    return f"{peak['bytes'] / 1e6:.0f} MB (d = {', '.join(map(str, peak['columns']))}){goal}"


def _verdict(met: bool) -> str:
    return "met" if met else "NOT MET"


def _three(value: float | None) -> str:
    return NONE if value is None else f"{value:.3f}"


def _two(value: float | None) -> str:
    return NONE if value is None else f"{value:.2f}"


def _share(value: float | None) -> str:
    return NONE if value is None else f"{100 * value:.0f} %"


def _time(seconds: float | None) -> str:
    if seconds is None:
        return NONE
    return f"{seconds * 1e3:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"
