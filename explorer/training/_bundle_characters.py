"""Train the bundled language model of characters: `python -m explorer.training._bundle_characters`.

With `excerpt` as argument the text is taken from the documents and docstrings anew first; else the frozen one is
taught. Weights are kept in half precision.
"""

import ast
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import nn

from explorer.device import one_thread
from explorer.examples.characters import codes, taught
from explorer.networks.characters import Characters
from explorer.packaged import HERE, assets
from explorer.training._bundle_steps import keep

NETWORK = {"context": 32, "width": 64, "blocks": 3, "heads": 4}
STEPS = [0, 10, 30, 100, 300, 1000, 3000]
BATCH, RATE, SEED, PROBE = 64, 2e-3, 0, 1500


def excerpt() -> str:
    """Different paragraphs of the documents and of the docstrings of measures and estimators, in random order.

    Left out are tables, code, formulas, results of the benchmark, and what is not in ASCII.
    """
    files = [file for file in sorted((assets() / "docs").glob("*.md")) if file.stem not in ("accuracy", "speed")]
    pages = [file.read_text(encoding="utf-8") for file in files]
    parts = [part for page in pages for part in re.sub(r"```.*?```", "", page, flags=re.S).split("\n\n")]
    for folder in ("measures", "estimators"):
        parts += [part for file in sorted((HERE / folder).rglob("*.py")) for part in _docstrings(file)]
    plain = (" ".join(part.split()) for part in parts if not part.lstrip().startswith(("|", ".. math", "References")))
    kept = list(dict.fromkeys(part for part in plain if part.isascii() and len(part) > 40))
    random.Random(SEED).shuffle(kept)
    return "\n".join(kept) + "\n"


def _docstrings(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield from (ast.get_docstring(node) or "").split("\n\n")


def bundle(target: Path) -> None:
    """Train on the text but its last tenth, and keep the named updates."""
    text = (target / "text.txt").read_text(encoding="ascii")
    network = NETWORK | {"alphabet": len(set(text))}
    torch.manual_seed(SEED)
    model = Characters(**network)
    about: dict[str, Any] = {"network": network, "data": "documents of this program, frozen", "probe": PROBE}
    about |= {"seed": SEED, "title": "characters, three blocks", "step": "update"}
    about |= {"steps": STEPS, "batch": BATCH, "learning_rate": RATE}
    with one_thread():
        keep(target, about, model, _steps(model, torch.from_numpy(codes(text)), taught(text)), torch.float16)


def _steps(model: nn.Module, ids: torch.Tensor, taught: int) -> Iterator[tuple[int, dict[str, float]]]:
    """AdamW on the cross-entropy of the next character, at random places; every update to be kept with its losses."""
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, STEPS[-1], RATE / 10)
    order = torch.Generator().manual_seed(SEED)
    for step in range(STEPS[-1] + 1):
        if step in STEPS:
            parts = {"train loss": ids[:taught], "test loss": ids[taught:]}
            yield step, {name: _loss(model, part) for name, part in parts.items()}
        optimiser.zero_grad(set_to_none=True)
        _cross_entropy(model, _windows(ids, torch.randint(taught - 33, (BATCH,), generator=order))).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()


def _windows(ids: torch.Tensor, starts: torch.Tensor) -> torch.Tensor:
    return ids[starts[:, None] + torch.arange(NETWORK["context"] + 1)]


def _cross_entropy(model: nn.Module, windows: torch.Tensor) -> torch.Tensor:
    return nn.functional.cross_entropy(model(windows[:, :-1]).flatten(0, 1), windows[:, 1:].flatten())


@torch.no_grad()
def _loss(model: nn.Module, ids: torch.Tensor) -> float:
    """Nats a character, over 512 windows spread evenly."""
    starts = torch.linspace(0, len(ids) - NETWORK["context"] - 1, 512).long()
    return float(_cross_entropy(model, _windows(ids, starts)))


if __name__ == "__main__":
    folder = assets() / "demo" / "characters"
    folder.mkdir(parents=True, exist_ok=True)
    if sys.argv[1:] == ["excerpt"]:
        (folder / "text.txt").write_text(excerpt(), encoding="ascii")
    bundle(folder)
