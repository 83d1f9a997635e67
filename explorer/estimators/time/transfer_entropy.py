"""Transfer entropy of two real sequences."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch

from explorer.estimators.base import Estimator, Formula, Reading
from explorer.estimators.gaussian.gaussian import Gaussian
from explorer.estimators.neighbours.ksg import KSG
from explorer.estimators.time.base import Directed, Windows
from explorer.result import Doubt
from explorer.settings import Range

Parts = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


@dataclass(frozen=True)
class TransferEntropy(Directed):
    r"""What the past of a sequence x tells of the next value of y beyond the past of y, in nats a step.

    .. math:: TE_{X \to Y} = I(X_{t-d}, \dots, X_{t-d-p+1};\; Y_t \mid Y_{t-1}, \dots, Y_{t-q})

    with d = delay, p = past_x, q = past_y. Rows are steps of time, at equal distances, and both sequences are taken as
    stationary. x is asked about y: exchange them for the other direction. A third sequence z is known over the same
    steps as x, which tells a common driver from drive where z is that driver.

    - "neighbors": nearest neighbours of (X, Y, past) in the maximum norm, with counts strictly inside the radius
      (frenzel2007); every column is scaled to unit deviation, which leaves the information as it is.
    - "gaussian": half the logarithm of the ratio of two residual variances of linear regressions (geweke1982), less
      their exact bias for independent normal rows; what is not linear is not seen. For normal sequences this is the
      transfer entropy (barnett2009).

    A past too short leaves in what y knew already, which can read as drive; one too long costs samples. Of a linear
    pair with 0.347 nats, 2000 steps read 0.35 by neighbours with one step of each past, 0.32 with two and 0.28 with
    three; 10 000 steps read 0.35, 0.34 and 0.31. Where densities have edges they fall short as well: 0.21 of 0.25 nats
    of uniform noise with 8000 steps. It is prediction and no cause: an unseen driver of both, with less delay to x,
    reads as drive.

    The null turns x round in time, by at least a twentieth of its length, so that each sequence keeps its own past and
    only their places beside each other change; with a condition z, x loses z too. Parts for the interval are stretches
    of time. 10 000 steps with the default windows take about 0.3 seconds by neighbours and 0.01 by regression. For long
    pasts there is `treet`, for tokens `directed_information` with delay=1.

    Args:
        method: how the conditional information is estimated.
        past_x: steps of x that are asked.
        past_y: steps of y that are known.
        delay: steps back from y to the last x that is asked; 0 asks the present x too.
        k: neighbours.

    Raises:
        SampleError: for sequences no longer than their past, or, with neighbours, steps that repeat exactly.

    References: schreiber2000; frenzel2007; geweke1982; barnett2009; luxembourg2025.
    """

    quantity: ClassVar[str] = "TE(X→Y)"
    needs: ClassVar[tuple[str, str]] = ("continuous", "continuous")
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling")

    method: Literal["neighbors", "gaussian"] = "neighbors"
    past_x: Annotated[int, Range(1, 50)] = 1
    past_y: Annotated[int, Range(1, 50)] = 1
    delay: Annotated[int, Range(0, 1000)] = 1
    k: Annotated[int, Range(1, 100)] = 5

    def nats(self, x: torch.Tensor, y: torch.Tensor) -> Formula:
        return self._read(self.windows(x, y))

    def conditional(self, x: torch.Tensor, y: torch.Tensor, z: torch.Tensor) -> Formula:
        return self._read(self.windows(x, y, z))

    def rate(self, *samples: torch.Tensor) -> float:
        """That of the method, on the windows."""
        return self._method.rate(*_columns(self.windows(*samples)))

    def doubts(self, x: torch.Tensor, y: torch.Tensor | None, value: float) -> tuple[Doubt, ...]:
        said = super().doubts(x, y, value)
        if y is None:
            return said
        source, now, known = _columns(self.windows(x, y))
        return (*said, *self._method.doubts(torch.cat([source, known], 1), now, value))

    def _read(self, windows: Windows) -> Reading:
        found = self._method.conditional(*_columns(windows))
        details = dict(found.details) if isinstance(found, Reading) else {}
        return Reading(float(found), details=details | {"steps": len(windows.now)})

    @property
    def _method(self) -> Estimator:
        return Gaussian() if self.method == "gaussian" else KSG(k=self.k, margins="standard")


def _columns(windows: Windows) -> Parts:
    """X, Y and what is known, each (steps, columns)."""
    return torch.cat(windows.source, 1), windows.now, torch.cat(windows.known, 1)
