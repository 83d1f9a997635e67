"""Which estimators have a formula that one of them lacks."""

from explorer.catalogue import estimators


def which(formula: str, word: str = "and") -> str:
    """The entries of information between x and y that have a formula of their own, as "gaussian, ksg and treet".

    Args:
        formula: "conditional" or "entropy"; what all inherit from the class `Estimator` only refuses.
        word: before the last.
    """
    entries = {name: estimators[name] for name in estimators if not estimators[name].by_column}
    own = [name for name, one in entries.items() if not getattr(one, formula).__qualname__.startswith("Estimator.")]
    return f"{', '.join(own[:-1])} {word} {own[-1]}"
