"""The rate of one cloud, which the rate and its reduction share."""

import torch

from explorer.numerics.directions import UNIT_ROWS, unit_rows
from explorer.result import Doubt


def rate(z: torch.Tensor, epsilon_squared: float) -> torch.Tensor:
    """ln det(I + d / (n epsilon^2) Z'Z) / 2 in nats, from the smaller of the two Gram matrices."""
    n, d = z.shape
    gram = z.T @ z if d <= n else z @ z.T
    unit = torch.eye(len(gram), dtype=z.dtype, device=z.device)
    return torch.linalg.slogdet(unit + d / (n * epsilon_squared) * gram)[1] / 2


def prepared(z: torch.Tensor, rows: str, per_dimension: bool) -> tuple[torch.Tensor, tuple[Doubt, ...]]:
    """The rows as they are coded, and what to say about them and the width."""
    width = Doubt("width", f"The rate depends on the {z.shape[1]} columns: compare layers of one width.", note=True)
    said = [UNIT_ROWS] if rows == "unit" else []
    return unit_rows(z) if rows == "unit" else z, tuple(said if per_dimension else [*said, width])
