"""What a lab draws: curves, bars, tables of numbers, points; each knows its finding and the numbers behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from explorer.errors import SampleError

Numbers = Sequence[float] | np.ndarray
Style = Literal["solid", "dash", "dot", "points"]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """The part that all have.

    Attributes:
        title: the finding, made from the numbers.
        note: what it was made of, in one line.
        told: the numbers that the finding rests on, by name.
    """

    title: str
    note: str = ""
    told: Mapping[str, float] = field(default_factory=dict)

    def plot(self, theme: Literal["light", "dark"] | None = None) -> Any:
        """The picture as a Plotly figure; the theme in force where none is named."""
        from explorer.catalogue import figures

        figure = figures["picture"](self, theme=theme)
        figure._picture = self  # whoever offers its numbers as a table finds them here
        return figure

    def to_frame(self) -> Any:
        """Every number drawn, as a long table (pandas)."""
        raise NotImplementedError


@dataclass(frozen=True)
class Line:
    """A curve: values where the picture's `x` lies, or at places `x` of its own; NaN where there is none.

    Attributes:
        low, high: the band around it, or None.
        style: "solid" for what was measured, "dash" for what is exact, "dot" for what chance or a bound gives,
            "points" for marks alone.
    """

    name: str
    y: Numbers
    low: Numbers | None = None
    high: Numbers | None = None
    style: Style = "solid"
    x: Numbers | None = None


@dataclass(frozen=True)
class Mark:
    """A line of reference across the picture, at a place of one axis, with a few words."""

    at: float
    text: str
    axis: Literal["x", "y"] = "x"


@dataclass(frozen=True, kw_only=True)
class Curves(Picture):
    """Curves over one quantity.

    Attributes:
        x: the places that lines without places of their own share.
        region: polygons (m, 2) where no point can lie, each shaded, with what is said of them.

    Raises:
        SampleError: for a line whose length is not that of its places.
    """

    x: Numbers
    lines: Sequence[Line]
    x_title: str
    y_title: str
    marks: Sequence[Mark] = ()
    log_x: bool = False
    log_y: bool = False
    y_range: tuple[float, float] | None = None
    x_range: tuple[float, float] | None = None
    regions: Sequence[tuple[str, Any]] = ()

    def __post_init__(self) -> None:
        for line in self.lines:
            places = len(self.places(line))
            for what, values in (("y", line.y), ("low", line.low), ("high", line.high)):
                if values is not None and len(values) != places:
                    raise SampleError(f"{what} of line {line.name!r} has {len(values)} values for {places} places")

    def places(self, line: Line) -> np.ndarray:
        """Where the values of a line lie."""
        return np.asarray(self.x if line.x is None else line.x, float)

    def to_frame(self) -> Any:
        """Columns line, x, y, low, high."""
        import pandas as pd

        rows: list[dict[str, Any]] = []
        for line in self.lines:
            absent = [None] * len(line.y)
            low, high = (absent if one is None else one for one in (line.low, line.high))
            found = zip(self.places(line), line.y, low, high, strict=True)
            rows += [{"line": line.name, "x": x, "y": y, "low": a, "high": b} for x, y, a, b in found]
        return pd.DataFrame(rows, columns=["line", "x", "y", "low", "high"])


@dataclass(frozen=True, kw_only=True)
class Bars(Picture):
    """Horizontal bars, in the order given, from the top.

    Attributes:
        low, high: the interval of each.
        null: what chance gives each, drawn as a tick.
        truth: what each would be if it were exact, drawn as an open mark.
    """

    names: Sequence[str]
    values: Numbers
    value_title: str
    low: Numbers | None = None
    high: Numbers | None = None
    null: Numbers | None = None
    truth: Numbers | None = None

    def __post_init__(self) -> None:
        for what in ("values", "low", "high", "null", "truth"):
            given = getattr(self, what)
            if given is not None and len(given) != len(self.names):
                raise SampleError(f"{what} has {len(given)} numbers for {len(self.names)} names")

    def to_frame(self) -> Any:
        """Columns name, value, low, high, null, truth."""
        import pandas as pd

        known = {what: getattr(self, what) for what in ("low", "high", "null", "truth")}
        given = {what: one for what, one in known.items() if one is not None}
        return pd.DataFrame({"name": list(self.names), "value": self.values, **given})


@dataclass(frozen=True, kw_only=True)
class Grid(Picture):
    """A table of numbers, darker where they are larger.

    Attributes:
        values: (rows, columns); NaN is left empty.
        rows, columns: their names.
        digits: after the point.
        diverging: the sign matters, and 0 is the middle of the colours.
    """

    values: Any
    rows: Sequence[str]
    columns: Sequence[str]
    row_title: str
    column_title: str
    value_title: str
    digits: int = 2
    diverging: bool = False

    def __post_init__(self) -> None:
        shape, named = np.shape(self.values), (len(self.rows), len(self.columns))
        if shape != named:
            raise SampleError(f"values has shape {shape} for {named[0]} rows and {named[1]} columns")

    def to_frame(self) -> Any:
        """The table, with the names of its rows in front."""
        import pandas as pd

        frame = pd.DataFrame(np.asarray(self.values, float), columns=list(self.columns))
        frame.insert(0, self.row_title or "row", list(self.rows))
        return frame


@dataclass(frozen=True, kw_only=True)
class Cloud(Picture):
    """Points in a plane.

    Attributes:
        points: (n, 2).
        kinds: of each point, an index into `names`; each kind has a colour and a shape of its own.
        texts: written beside each point; "" for none.
        links: pairs of indices that a line joins.
        sizes: of each point, in px.
    """

    points: Any
    x_title: str
    y_title: str
    kinds: Sequence[int] | np.ndarray | None = None
    names: Sequence[str] = ()
    texts: Sequence[str] | None = None
    links: Sequence[tuple[int, int]] = ()
    sizes: Numbers | None = None

    def __post_init__(self) -> None:
        shape = np.shape(self.points)
        if len(shape) != 2 or shape[1] != 2:
            raise SampleError(f"points must have shape (n, 2); got {shape}")
        for what in ("kinds", "texts", "sizes"):
            given = getattr(self, what)
            if given is not None and len(given) != shape[0]:
                raise SampleError(f"{what} has {len(given)} entries for {shape[0]} points")

    def to_frame(self) -> Any:
        """Columns x, y, kind, text."""
        import pandas as pd

        points = np.asarray(self.points, float)
        found: dict[str, Any] = {"x": points[:, 0], "y": points[:, 1]}
        if self.kinds is not None:
            found["kind"] = [self.names[i] if self.names else i for i in self.kinds]
        return pd.DataFrame(found | ({} if self.texts is None else {"text": list(self.texts)}))


@dataclass(frozen=True, kw_only=True)
class Panels(Picture):
    """Two or three pictures side by side, each under its own title.

    Attributes:
        widths: shares of the width; equal without them.
    """

    parts: Sequence[Picture]
    widths: Sequence[float] | None = None

    def __post_init__(self) -> None:
        if not 2 <= len(self.parts) <= 3:
            raise SampleError(f"parts has {len(self.parts)} pictures; two or three stand side by side")

    def to_frame(self) -> Any:
        """The tables of the parts below each other, the first column naming the part."""
        import pandas as pd

        frames = [part.to_frame() for part in self.parts]
        for part, frame in zip(self.parts, frames, strict=True):
            frame.insert(0, "panel", part.title)
        return pd.concat(frames, ignore_index=True)
