"""Entropies of the outputs of a classifier, and the information that they make; torch differentiates all of it."""

import torch


def entropies(p: torch.Tensor) -> torch.Tensor:
    """Entropy in nats of every row of probabilities."""
    return torch.special.entr(p).sum(-1)


def prediction_entropies(p: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """H(E P_x) and E H(P_x) in nats of outputs p (n, K); their difference is I(X; predicted label).

    References: bridle1991; krause2010.
    """
    return entropies(p.mean(0)), entropies(p).mean()


def information_by_class(p: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """I(X; predicted label | Y = y) in nats for each class, (classes,), of outputs p (n, K) with codes y (n,).

    References: ye2024.
    """
    return entropies(class_means(p, y)) - class_means(entropies(p)[:, None], y)[:, 0]


def class_means(values: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """The mean of the rows of every class, (classes, d), of values (n, d) with codes y (n,)."""
    sizes = torch.bincount(y)
    return values.new_zeros(len(sizes), values.shape[1]).index_add(0, y, values) / sizes[:, None]
