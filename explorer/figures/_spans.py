"""Where the axes of curves begin and end."""

import numpy as np

from explorer.results.pictures import Curves

EDGE = 0.03
"""Share of the horizontal axis before the first place and after the last."""


def x_span(part: Curves) -> tuple[float, float]:
    """From the first place drawn to the last, with some room; above 0 on a logarithmic axis."""
    if part.x_range:
        return part.x_range
    given = [part.places(line) for line in part.lines] + [np.array([m.at for m in part.marks if m.axis == "x"], float)]
    values = _drawn(given + [np.asarray(corners, float)[:, 0] for _, corners in part.regions], part.log_x)
    if part.log_x:
        room = EDGE * (np.log10(values[1] / values[0]) or 1.0)
        return values[0] / 10**room, values[1] * 10**room
    room = EDGE * (values[1] - values[0] or abs(values[1]) or 1.0)
    return values[0] - room, values[1] + room


def y_span(part: Curves) -> tuple[float, float]:
    """From the lowest to the highest value drawn, with some room; 0 is inside where it is near."""
    if part.y_range:
        return part.y_range
    given = [one for line in part.lines for one in (line.y, line.low, line.high) if one is not None]
    given += [[mark.at for mark in part.marks if mark.axis == "y"]]
    given += [np.asarray(corners, float)[:, 1] for _, corners in part.regions]
    low, high = _drawn([np.asarray(one, float).ravel() for one in given], part.log_y)
    if part.log_y:
        return low / 1.3, high * 1.3
    low = 0.0 if 0 < low < 0.5 * high else low
    room = 0.06 * (high - low or abs(high) or 1.0)
    return low - room, high + room


def _drawn(given: list[np.ndarray], log: bool) -> tuple[float, float]:
    """The ends of the values that an axis has a place for."""
    values = np.concatenate([*given, np.zeros(0)])
    values = values[np.isfinite(values) & (values > 0 if log else True)]
    return (float(values.min()), float(values.max())) if len(values) else (0.1 if log else 0.0, 1.0)
