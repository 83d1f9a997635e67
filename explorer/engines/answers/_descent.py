"""The parameters of least loss, from slopes that torch works out."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from scipy.optimize import minimize

from explorer.device import one_thread

Parts = list[torch.Tensor]


def descended(loss: Callable[[Parts], torch.Tensor], start: Sequence[torch.Tensor], steps: int) -> Parts:
    """Parameters after at most so many iterations of L-BFGS, on one thread so that they do not hang on its number.

    Args:
        loss: of the parameters, a scalar.
        start: where to begin, float64.
        steps: most iterations.
    """
    shapes = [part.shape for part in start]

    def at(flat: np.ndarray) -> tuple[float, np.ndarray]:
        parts = [part.requires_grad_() for part in _parts(flat, shapes)]
        value = loss(parts)
        slopes = torch.autograd.grad(value, parts)
        return float(value.detach()), torch.cat([slope.ravel() for slope in slopes]).numpy()

    begin = torch.cat([part.ravel() for part in start]).numpy()
    with one_thread():
        found = minimize(at, begin, jac=True, method="L-BFGS-B", options={"maxiter": steps, "maxcor": 20})
    return _parts(found.x, shapes)


def _parts(flat: np.ndarray, shapes: Sequence[torch.Size]) -> Parts:
    pieces = torch.tensor(flat).split([shape.numel() for shape in shapes])
    return [piece.reshape(shape).clone() for piece, shape in zip(pieces, shapes, strict=True)]
