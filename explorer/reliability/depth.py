"""What a measure that rises from layer to layer does and does not say."""

import numpy as np

from explorer.result import Doubt
from explorer.results.trajectory import Trajectory, label

LEAST = 0.05
"""Share of the largest value by which a later layer must read more."""


def more_with_depth(profile: Trajectory) -> Doubt | None:
    """A note where usable information rises with depth: data processing does not forbid it, and why.

    Told of the first and the last of two layers, in the order of the profile, whose difference at its last step is
    largest.
    """
    if not profile.about.get("usable") or not len(profile):
        return None
    last = np.array([profile.curve(layer, profile.quantities[0])[-1] for layer in profile.layers])
    if not (~np.isnan(last)).any():
        return None
    rises = last[None, :] - last[:, None]
    rises = np.where(np.triu(np.isfinite(rises), 1), rises, -np.inf)
    first, later = np.unravel_index(int(rises.argmax()), rises.shape)
    if rises[first, later] <= LEAST * float(np.nanmax(np.abs(last))):
        return None
    low, high = (label(profile.layers[place]) for place in (first, later))
    text = (
        f"{high} reads more than {low}, and this does not contradict the data processing inequality. The inequality "
        "bounds what any decoder could find: no layer that is computed from another can hold more. This measure reads "
        "what a probe of limited power finds, which a network raises by making labels easier to read. Binning cannot "
        "show the inequality at work either: wide layers stand at its ceiling, whatever the labels."
    )
    return Doubt("more with depth", text, note=True)
