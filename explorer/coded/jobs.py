"""What results about one code and its factors share: their job, and the names of the levels of a factor."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer import arrays
from explorer.errors import SettingError
from explorer.jobs.board import Board, Job
from explorer.jobs.specification import Specification
from explorer.jobs.startup import ensure_service
from explorer.metrics import Coded

if TYPE_CHECKING:
    from explorer.factors import Factors


def specified(
    function: str, coded: Coded, plan: Mapping[str, Any], data: str, seconds: float, device: str = "auto"
) -> Specification:
    """The job that calls `function` with the texts that name codes, factors and variances, the plan and the device.

    Args:
        data: the key of the result in the results catalogue.
        seconds: about how long it takes.

    Raises:
        SettingError: for codes in memory, which another process cannot read.
    """
    if not coded.texts:
        raise SettingError("a job needs codes and factors in files or a recording; these are in memory")
    texts = {name: arrays.absolute(text) if text else "" for name, text in coded.texts.items()}
    n, width = coded.shape
    cost = {"seconds": seconds, "bytes": 40.0 * n * width + 400.0 * n}
    return Specification(function, {**texts, "plan": dict(plan), "device": device}, data, plan["seed"], cost=cost)


def queued(specification: Specification, title: str) -> Job:
    """The job of a specification, submitted to a service that runs."""
    job = Board().submit(specification, title)
    ensure_service()
    return job


def level_names(coded: Coded, name: str, v: "Factors") -> tuple[str, ...]:
    """The levels of the counted factor called `name`, one of v, as one reads them; none of a real one."""
    k = v.names.index(name)
    if not v.levels[k]:
        return ()
    given = coded.factors[name] if isinstance(coded.factors, Mapping) or hasattr(coded.factors, "columns") else ()
    column = np.asarray(given)
    if column.dtype.kind in "OUS" and len(found := np.unique(column.astype(str))) == v.levels[k]:
        return tuple(found.tolist())
    places, first = np.unique(v.codes[:, k].cpu().numpy(), return_index=True)
    numbers = v.numbers[:, k].cpu().numpy()[first]
    return tuple(f"{number:.6g}" for number in numbers[np.argsort(places)])
