"""Finished profiles of the examples, as profiles.json: `python -m explorer.training._bundle_profiles [NAME ...]`.

Without names all are made anew; those whose packages are not installed cannot be.
"""

import json
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from explorer.examples.base import materialised
from explorer.packaged import assets
from explorer.profiles import Profile
from explorer.recordings.store import open_folder
from explorer.training._bundle import _profile, fingerprints

MEASURE = "probe_information"
TARGETS = {
    "digits_mlp": ("y",),
    "digits_mlp_taught": ("y",),
    "sprites_cnn": ("y", "scale"),
    "characters": ("y", "kind"),
    "sentences": ("y", "view", "speaker", "topic"),
    "tones": ("y", "octave", "timbre", "loudness"),
}


def profiles(name: str) -> None:
    """What a linear probe finds of every target in every layer at every step."""
    folder, target = materialised(name), assets() / "demo" / name
    recording = open_folder(folder)
    fingerprints(recording, target)
    plans = [Profile(MEASURE, target=one).checked(recording) for one in TARGETS[name]]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        found = [_profile(pool, str(folder), recording, plan) for plan in plans]
    (target / "profiles.json").write_text(json.dumps(found, separators=(",", ":")))
    for one in found:
        last = [f"{one['cells'][f'{recording.steps[-1]}/{layer}']['value']:.3f}" for layer in recording.layers]
        print(name, one["plan"]["target"], *last, flush=True)


if __name__ == "__main__":
    for name in sys.argv[1:] or TARGETS:
        profiles(name)
