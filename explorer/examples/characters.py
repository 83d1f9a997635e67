"""A small language model of characters, on the documents of this program."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from explorer.examples import _bundle

TITLE = "Character language model"
LOOK = "With depth and training the next character becomes clear, and the one just read fades."
LICENCE = "BSD-3-Clause, the text too"
SOURCE = "trained for this program on an excerpt of its own documents"
EXTRA = ""
PAGE = "representation"
VIEW = {"measure": "probe_information"}
PLACE = 5
QUICK = False

LAYERS = ("embedded", "blocks.0", "blocks.1", "blocks.2", "norm")
KINDS = ("vowel", "consonant", "capital", "digit", "space", "line end", "mark")
LONG = 7
"""Places in a word from this on are one."""
HELD_OUT = 0.1
"""Share of the text, at its end, that is not taught."""


def record(folder: Path, progress: Callable[..., None]) -> None:
    """Embedding, three blocks and the last normalisation of a causal transformer, at 1500 places of text not taught.

    References: vaswani2017.
    """
    from explorer.networks.characters import Characters

    source = _bundle.weights_of("characters")
    about = _bundle.about(source)
    context = about["network"]["context"]
    text = (source / "text.txt").read_text(encoding="ascii")
    ends = places(text, about["probe"], context, about["seed"])
    ids = codes(text)[ends[:, None] + np.arange(1 - context, 1)]
    probe = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
    y, columns = factors(text, ends)
    more: dict[str, Any] = {"layers": LAYERS, "factors": columns, "pool": "last_token"}
    _bundle.record(folder, source, Characters(**about["network"]), (probe, y), progress, **more)


def codes(text: str) -> np.ndarray:
    """The place of every character in the sorted alphabet of the text, (n,)."""
    return np.unique(list(text), return_inverse=True)[1]


def places(text: str, count: int, context: int, seed: int) -> np.ndarray:
    """Different places in the end of the text that is not taught, ascending, each with its context before it."""
    first = taught(text) + context
    return np.sort(np.random.default_rng(seed).choice(np.arange(first, len(text) - 1), count, replace=False))


def taught(text: str) -> int:
    """How many characters of the text are taught."""
    return round(len(text) * (1 - HELD_OUT))


def factors(text: str, ends: np.ndarray) -> tuple[np.ndarray, Mapping[str, np.ndarray]]:
    """The kind of the next character at these places, and what is known of what was read.

    `kind` is that of the character just read and `before` that of the one before it; `place in word` counts the
    letters of the word that have been read, 0 outside of words and 7 for more.
    """
    kinds = np.array([kind(one) for one in text])
    inside = np.zeros(len(text), int)
    for place, one in enumerate(text):
        inside[place] = min(LONG, inside[place - 1] + 1) if one.isalpha() and place else int(one.isalpha())
    return kinds[ends + 1], {"kind": kinds[ends], "before": kinds[ends - 1], "place in word": inside[ends]}


def kind(character: str) -> str:
    """One of vowel, consonant, capital, digit, space, line end and mark."""
    if character.isalpha():
        return "capital" if character.isupper() else "vowel" if character in "aeiou" else "consonant"
    return "digit" if character.isdigit() else {" ": "space", "\n": "line end"}.get(character, "mark")
