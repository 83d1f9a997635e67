"""Finished profiles of the examples, as profiles.json: `python -m explorer.training._bundle_profiles [NAME ...]`.

Without names all are made anew; those whose packages are not installed cannot be.
"""

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from multiprocessing import get_context
from typing import Any

from explorer.examples.base import materialised
from explorer.packaged import assets
from explorer.profiles import Profile
from explorer.recordings.store import open_folder
from explorer.training._bundle import _profile, fingerprints

PROBE, DSMI = "probe_information", "diffusion_spectral_mutual_information"
TARGETS = {
    "digits_mlp": ("y",),
    "digits_mlp_taught": ("y",),
    "digits_mlp_shuffled": ("y", "digit"),
    "digits_mlp_shuffled_taught": ("y", "digit"),
    "sprites_cnn": ("y", "scale"),
    "characters": ("y", "kind"),
    "sentences": ("y", "view", "speaker", "topic"),
    "tones": ("y", "octave", "timbre", "loudness"),
}
"""What a linear probe is asked for."""
WIDTHS: tuple[dict[str, Any], ...] = ({"bandwidth": "median"}, {"sigma": 1.0})
"""Widths of the kernel by which diffusion spectral mutual information is read of the digits."""


def plans(name: str) -> Iterator[Profile]:
    """The profiles that are shipped with an example."""
    for target in TARGETS[name]:
        yield Profile(PROBE, target=target)
    for settings, target in product(WIDTHS, TARGETS[name]) if name.startswith("digits_mlp") else ():
        yield Profile(DSMI, settings, target)


def profiles(name: str) -> None:
    """What the measures read of every target in every layer at every step."""
    folder, target = materialised(name), assets() / "demo" / name
    recording = open_folder(folder)
    fingerprints(recording, target)
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        found = [_profile(pool, str(folder), recording, plan.checked(recording)) for plan in plans(name)]
    (target / "profiles.json").write_text(json.dumps(found, separators=(",", ":")))
    for one in found:
        last = [f"{one['cells'][f'{recording.steps[-1]}/{layer}']['value']:.3f}" for layer in recording.layers]
        print(name, one["plan"]["measure"], one["plan"]["target"], *last, flush=True)


if __name__ == "__main__":
    for name in sys.argv[1:] or TARGETS:
        profiles(name)
