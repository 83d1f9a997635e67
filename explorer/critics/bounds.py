r"""What scores of pairs say about the information: bounds that hold for any scores.

Scores are tensors (..., K, K): entry (i, j) is f(x_i, y_j), so that the diagonal holds K pairs of the joint
distribution and what is off it pairs of the margins. Every function keeps the leading dimensions, in nats. At the
optimum f is ln p(x, y) / p(x) p(y), up to the constants named below.

    lower bounds: infonce (at most ln K), nwj, tuba, donsker_varadhan and smile (of a batch both are biased upwards),
        i_alpha, jensen_shannon (the value of nwj at scores that were trained by another objective)
    upper bounds of log densities, entry (i, j) = ln q(y_j | x_i): club, leave_one_out; both hold where q is p(y | x)
"""

import math

import torch

from explorer.errors import SettingError

Scores = torch.Tensor


def pairs(scores: Scores) -> torch.Tensor:
    """Scores of the pairs of the joint distribution, (..., K)."""
    return scores.diagonal(dim1=-2, dim2=-1)


def log_mean_exp_apart(scores: Scores) -> torch.Tensor:
    """ln of the mean of e^f over all pairs of different samples, (...)."""
    k = scores.shape[-1]
    apart = scores.masked_fill(_same(scores), -torch.inf)
    return torch.logsumexp(apart.flatten(-2), -1) - math.log(k * (k - 1))


def infonce(scores: Scores) -> torch.Tensor:
    r"""E[f(x_i, y_i) - ln (1/K) sum_j e^{f(x_i, y_j)}], a lower bound that cannot exceed ln K.

    References: oord2018; poole2019.
    """
    k = scores.shape[-1]
    return (pairs(scores) - torch.logsumexp(scores, -1)).mean(-1) + math.log(k)


def nwj(scores: Scores) -> torch.Tensor:
    r"""1 + E_p[f] - E_pp[e^f], a lower bound, tight at f = ln p(x, y) / p(x) p(y).

    The scores of the source are these plus 1. Unbiased where f does not depend on the batch; its variance grows as
    e^I.

    References: nguyen2010; poole2019.
    """
    return 1 + pairs(scores).mean(-1) - log_mean_exp_apart(scores).exp()


def tuba(scores: Scores, baseline: torch.Tensor) -> torch.Tensor:
    r"""`nwj` of f(x, y) - ln a(y), a lower bound for any positive a; `baseline` holds ln a(y_j), (..., K).

    References: poole2019.
    """
    return nwj(scores - baseline.unsqueeze(-2))


def donsker_varadhan(scores: Scores) -> torch.Tensor:
    r"""E_p[f] - ln E_pp[e^f]; of a finite batch neither a lower bound nor unbiased: it reads too much at high I.

    References: donsker1983; belghazi2018.
    """
    return pairs(scores).mean(-1) - log_mean_exp_apart(scores)


def smile(scores: Scores, tau: float) -> torch.Tensor:
    r"""`donsker_varadhan` with e^f clipped to [e^-tau, e^tau] in the second term: less variance for more bias.

    References: song2020.
    """
    return pairs(scores).mean(-1) - log_mean_exp_apart(scores.clamp(-tau, tau))


def jensen_shannon(scores: Scores) -> torch.Tensor:
    r"""E_p[-softplus(-f)] - E_pp[softplus(f)]: an objective that teaches f = ln p(x, y) / p(x) p(y); no bound itself.

    References: nowozin2016; hjelm2019.
    """
    soft = torch.nn.functional.softplus
    apart = soft(scores).masked_fill(_same(scores), 0).sum((-2, -1))
    k = scores.shape[-1]
    return -soft(-pairs(scores)).mean(-1) - apart / (k * (k - 1))


def i_alpha(scores: Scores, alpha: float) -> torch.Tensor:
    r"""A lower bound between `nwj` (alpha 0) and `infonce` (alpha 1), never above `ceiling`.

    .. math:: 1 + E_p\left[\ln \frac{e^{f(x_i, y_i)}}{\alpha m_i + 1 - \alpha}\right]
              - E_{pp}\left[\frac{e^{f(x, y_i)}}{\alpha m + 1 - \alpha}\right], \quad
              m_i = \tfrac1K \sum_j e^{f(x_j, y_i)}

    In the last term y is independent of all x: its own x is left out of m, which then is the mean of K - 1.

    References: poole2019; he2021.
    """
    if not 0 <= alpha <= 1:
        raise SettingError(f"alpha={alpha!r} must lie in [0, 1]")
    k = scores.shape[-1]
    of_y = scores.transpose(-1, -2)  # (..., y, x)
    joint = _mixed(torch.logsumexp(of_y, -1) - math.log(k), alpha)
    free = of_y.masked_fill(_same(scores), -torch.inf)
    apart = torch.logsumexp(free, -1) - math.log(k - 1)  # mean over x that are not the own one
    return 1 + (pairs(scores) - joint).mean(-1) - (apart - _mixed(apart, alpha)).exp().mean(-1)


def ceiling(pairs: int, alpha: float = 1.0) -> float:
    """What `i_alpha` cannot exceed: 1 + ln(K / alpha), without end for `nwj` (alpha 0), and ln K for `infonce`."""
    return math.log(pairs / alpha) + (alpha < 1) if alpha else math.inf


def club(log_density: Scores) -> torch.Tensor:
    r"""E_p[ln p(y | x)] - E_pp[ln p(y | x)], an upper bound for the true density, far above I where I is high.

    The second term takes the pairs of different samples; the published code keeps the diagonal in it.

    References: cheng2020.
    """
    k = log_density.shape[-1]
    apart = log_density.masked_fill(_same(log_density), 0).sum((-2, -1)) / (k * (k - 1))
    return pairs(log_density).mean(-1) - apart


def leave_one_out(log_density: Scores) -> torch.Tensor:
    r"""E_p[ln p(y_i | x_i) - ln 1/(K-1) sum over j other than i of p(y_i | x_j)], an upper bound for the true density.

    References: poole2019.
    """
    k = log_density.shape[-1]
    others = torch.logsumexp(log_density.masked_fill(_same(log_density), -torch.inf), -2) - math.log(k - 1)
    return (pairs(log_density) - others).mean(-1)


def _same(scores: Scores) -> torch.Tensor:
    return torch.eye(scores.shape[-1], dtype=torch.bool, device=scores.device)


def _mixed(log_mean: torch.Tensor, alpha: float) -> torch.Tensor:
    """ln (alpha m + 1 - alpha) from ln m."""
    if alpha in (0.0, 1.0):
        return log_mean * alpha
    return torch.logaddexp(log_mean + math.log(alpha), torch.full_like(log_mean, math.log1p(-alpha)))
