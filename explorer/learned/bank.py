"""Sets of samples with known information, told in features: what the network is taught, in numbered parts."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from explorer.learned.families import FAMILIES, Family
from explorer.learned.features import FEWEST, MOST, WIDEST, features
from explorer.learned.warps import lifted, scores, warped

SETS, BATCHES = 16, 32
"""Sets of one family and shape, and how many such batches make a part."""

LIFTED = 0.25
"""How often a side has fewer columns than are seen, the others being functions of them."""


def part(seed: int, index: int, families: Mapping[Family, float] = FAMILIES) -> tuple[torch.Tensor, torch.Tensor]:
    """Features (sets, features) float32 and nats (sets,) of part `index`; the same seed gives the same."""
    rng = torch.Generator().manual_seed((seed << 32) + index)
    batches = [_batch(families, rng) for _ in range(BATCHES)]
    told, nats = (torch.cat(one).float() for one in zip(*batches, strict=True))
    kept = told.isfinite().all(1) & nats.isfinite()
    return told[kept], nats[kept]


def kept_part(folder: Path, seed: int, index: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The part from its file in `folder`, where it is made first if it is not there."""
    path = folder / f"{seed}-{index:06d}.safetensors"
    try:
        found = load_file(path)
    except (FileNotFoundError, SafetensorError):
        told, nats = part(seed, index)
        found = {"features": told, "nats": nats}
        beside = path.with_suffix(".part")
        beside.write_bytes(save(found))
        beside.replace(path)
    return found["features"], found["nats"]


def _batch(families: Mapping[Family, float], rng: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    weights = torch.tensor(list(families.values()))
    family = list(families)[int(torch.multinomial(weights, 1, generator=rng))]
    n = round(FEWEST * (MOST / FEWEST) ** float(torch.rand((), generator=rng)))
    (d_x, less_x), (d_y, less_y) = (_columns(rng) for _ in range(2))
    x, y, nats = family((SETS, n, less_x, less_y), rng)
    x, y = (scores(warped(lifted(one, d, rng), rng)) for one, d in ((x, d_x), (y, d_y)))
    return features(x, y), nats


def _columns(rng: torch.Generator) -> tuple[int, int]:
    """How many columns there are, and how many before functions of them are added."""
    wide, less, chance = torch.rand(3, generator=rng).tolist()
    d = 1 + int(WIDEST * max(0.0, (wide - 0.25) / 0.75) ** 1.5)
    return d, 1 + int(less * d) if chance < LIFTED else d
