"""scikit-learn's digits or wines, drawn into two halves: one to learn, one held out."""

from functools import cache

import numpy as np

from explorer.errors import SettingError

Part = tuple[np.ndarray, np.ndarray]


@cache
def two_halves(data: str = "digits") -> tuple[Part, Part]:
    """Columns (n, d) as scikit-learn has them, and classes (n,), of each half; always the same rows.

    Args:
        data: "digits" (898 and 899 images of 64 pixels, 0 to 16) or "wine" (89 and 89 of 13 measurements).

    Raises:
        SettingError: for other data.

    References: alpaydin1998.
    """
    from sklearn.datasets import load_digits, load_wine

    if data not in ("digits", "wine"):
        raise SettingError(f"data={data!r} must be 'digits' or 'wine'")
    x, y = (load_digits if data == "digits" else load_wine)(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(y))
    first, second = order[: len(y) // 2], order[len(y) // 2 :]
    return (x[first], y[first]), (x[second], y[second])
