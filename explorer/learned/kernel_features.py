"""Dependence in kernels of many sets of samples at once."""

import torch


def kernels(x: torch.Tensor, y: torch.Tensor) -> dict[str, torch.Tensor]:
    """Normalised HSIC of whitened columns in linear, quadratic and Gaussian kernels; (sets,) each.

    Rotations of x and of y do not change them. The Gaussian kernels have widths of 1 and 1 / sqrt(8) times the
    root mean square distance of two samples in one column.

    Args:
        x: (sets, n, d_x) float64.
        y: (sets, n, d_y).

    References: gretton2005.
    """
    square_x, square_y = _products(x), _products(y)
    crossed = _in_columns(x, square_y), _in_columns(square_x, y)
    found = {"kernel_square": _in_columns(square_x, square_y)}
    found |= {"kernel_crossed": crossed[0] + crossed[1], "kernel_uneven": (crossed[0] - crossed[1]).abs()}
    return found | _gaussian(x, y)


def _products(x: torch.Tensor) -> torch.Tensor:
    """All products of two columns, whose inner products are squares of inner products of rows."""
    return (x[..., :, None] * x[..., None, :]).flatten(2)


def _in_columns(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """HSIC of two linear kernels."""
    a, b = a - a.mean(1, keepdim=True), b - b.mean(1, keepdim=True)
    own = [(one.mT @ one).flatten(1).norm(dim=1) for one in (a, b)]
    return (a.mT @ b).square().sum((1, 2)) / (own[0] * own[1]).clamp(min=1e-30)


def _gaussian(x: torch.Tensor, y: torch.Tensor) -> dict[str, torch.Tensor]:
    found = {}
    a, b = _kernel(x), _kernel(y)
    for name in ("kernel_wide", "kernel_narrow"):
        found[name] = _alike(a, b) / (_alike(a, a) * _alike(b, b)).sqrt()
        a, b = (one.square_().square_().square_() for one in (a, b))
    return found


def _kernel(x: torch.Tensor) -> torch.Tensor:
    products = x @ x.mT
    lengths = products.diagonal(dim1=1, dim2=2).clone()
    products.mul_(2).sub_(lengths[:, :, None]).sub_(lengths[:, None])
    return products.div_(2 * x.shape[2]).exp_()


def _alike(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """The sum of products of two centred kernels, without centring them."""
    rows = a.mean(2), b.mean(2)
    n = a.shape[1]
    means = rows[0].mean(1), rows[1].mean(1)
    plain = torch.bmm(a.flatten(1)[:, None], b.flatten(1)[:, :, None])[:, 0, 0]
    return plain - 2 * n * (rows[0] * rows[1]).sum(1) + n**2 * means[0] * means[1]
