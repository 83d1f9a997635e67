"""Two streams of tokens, one of which is sent through a channel and may hear what came out."""

import math
from dataclasses import dataclass

import numpy as np

from explorer.errors import SettingError


@dataclass(frozen=True)
class TokenChannel:
    """X_t repeats Y_t-1 with probability `feedback`, Y_t repeats X_t-delay with probability `copies`; else any token.

    Attributes:
        tokens: how many there are, equally likely.

    Raises:
        SettingError: for fewer than two tokens, a negative delay or a probability outside [0, 1].
    """

    tokens: int = 2
    copies: float = 0.8
    feedback: float = 0.0
    delay: int = 0

    def __post_init__(self) -> None:
        if self.tokens < 2 or self.delay < 0 or not (0 <= self.copies <= 1 and 0 <= self.feedback <= 1):
            text = f"tokens={self.tokens}, delay={self.delay}, copies={self.copies}, feedback={self.feedback}"
            raise SettingError(f"{text} must be at least 2, at least 0, and in [0, 1]")

    def sample(self, n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """x and y of n steps, (n,) int64 each; the first delay + 1 tokens follow nothing and are left out."""
        rng, skipped = np.random.default_rng(seed), self.delay + 1
        x, y = rng.integers(self.tokens, size=(2, n + skipped))
        heard, sent = rng.random(n + skipped) < self.feedback, rng.random(n + skipped) < self.copies
        for t in range(skipped, n + skipped):
            x[t] = y[t - 1] if heard[t] else x[t]
            y[t] = x[t - self.delay] if sent[t] else y[t]
        return x[skipped:], y[skipped:]

    @property
    def forward(self) -> float:
        """Directed information X -> Y in nats a step, of all the past and the present of X.

        Y_t depends on the past of Y by Y_t-delay-1 alone, which X_t-delay may have repeated: H(Y_t | Y_t-delay-1)
        less H(Y_t | X_t-delay).

        References: massey1990.
        """
        return self._left(self.copies * self.feedback) - self._left(self.copies)

    @property
    def backward(self) -> float:
        """Directed information Y -> X in nats a step, of the past of Y alone."""
        return self._left(self.copies * self.feedback) - self._left(self.feedback)

    @property
    def mutual(self) -> float:
        """I(X; Y) in nats a step, the sum of both directions.

        References: massey2005.
        """
        return self.forward + self.backward

    def _left(self, repeats: float) -> float:
        """The entropy of a token that repeats a known one with this probability and else is any."""
        other = (1 - repeats) / self.tokens
        chances = [repeats + other, *[other] * (self.tokens - 1)]
        return -sum(p * math.log(p) for p in chances if p > 0)
