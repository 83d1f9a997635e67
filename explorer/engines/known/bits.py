"""Two bits that depend on each other, each in a latent of its own: the gap and its corrected form in closed form."""

import math
from dataclasses import dataclass

import numpy as np

from explorer.engines.finite.tables import binary_entropy
from explorer.engines.known.codes import Code
from explorer.errors import SettingError


@dataclass(frozen=True)
class DependentBits:
    r"""Fair bits a and b that agree with probability `agreement`; latents show each, wrong with probability `noise`.

    With h the entropy of a bit in nats, p = 1 - agreement and q = noise, I(a; z_a) = ln 2 - h(q) and
    I(a; z_b) = ln 2 - h(p (1 - q) + q (1 - p)), and so

    .. math:: MIG = \frac{h(p (1 - q) + q (1 - p)) - h(q)}{\ln 2}, \qquad
              DMIG = \frac{h(p (1 - q) + q (1 - p)) - h(q)}{h(p)}

    Without noise DMIG = 1 and MIG = h(p) / ln 2 = 1 - I(a; b) / ln 2.

    Raises:
        SettingError: unless agreement is in (0, 1) and noise in [0, 0.5].

    References: watcharasupat2021; chen2018.
    """

    agreement: float
    noise: float = 0.0

    def __post_init__(self) -> None:
        if not 0 < self.agreement < 1:
            raise SettingError(f"agreement={self.agreement:g} must lie between 0 and 1: else one bit tells the other")
        if not 0 <= self.noise <= 0.5:
            raise SettingError(f"noise={self.noise:g} must lie in [0, 0.5]")

    @property
    def gap(self) -> float:
        """I(a; z_a) - I(a; z_b) in nats, the numerator of both scores."""
        p, q = 1 - self.agreement, self.noise
        return float(binary_entropy(p * (1 - q) + q * (1 - p)) - binary_entropy(q))

    @property
    def mig(self) -> float:
        """The gap over ln 2."""
        return self.gap / math.log(2)

    @property
    def dmig(self) -> float:
        """The gap over what b leaves of a."""
        return self.gap / float(binary_entropy(self.agreement))

    @property
    def nats(self) -> float:
        """I(a; b)."""
        return math.log(2) - float(binary_entropy(self.agreement))

    def sample(self, n: int, seed: int = 0) -> Code:
        """n rows: latents 0.0 or 1.0, (n, 2), and the bits."""
        rng = np.random.default_rng(seed)
        a = rng.integers(0, 2, n)
        bits = np.column_stack([a, a ^ (rng.random(n) > self.agreement)])
        shown = bits ^ (rng.random((n, 2)) < self.noise)
        return Code(shown.astype(float), {"a": bits[:, 0], "b": bits[:, 1]})
