"""The evidence lower bound with a weight on total correlation."""

from dataclasses import dataclass
from typing import Annotated, Literal

from explorer.networks.autoencoder import Autoencoder
from explorer.objectives._minibatch import batch_mixture, log_prior
from explorer.objectives.base import Batch, Objective, Terms, divergence, reconstruction, terms
from explorer.settings import Range


@dataclass(frozen=True)
class BetaTCVAE(Objective):
    r"""The divergence in its three parts, each with a weight; with all weights 1 it is the VAE in expectation.

    .. math:: -E_q \log p(x|z) + \alpha I_q(z; n) + \beta KL(q(z) \| \prod_k q(z_k))
        + \gamma \sum_k KL(q(z_k) \| p(z_k))

    The parts are index-code information, total correlation and dimension-wise divergence. In training q(z) is estimated
    from one batch, with a bias that `weights` decides, so that the parts reported here may be negative; those measured
    on all of a probe are the ones to read.

    Args:
        alpha: weight of the index-code information.
        beta: weight of the total correlation.
        gamma: weight of the dimension-wise divergence.
        weights: minibatch weighted sampling, or stratified.

    References: chen2018, equation 2 and section 4.
    """

    alpha: Annotated[float, Range(0.0, 100.0)] = 1.0
    beta: Annotated[float, Range(0.0, 1000.0)] = 6.0
    gamma: Annotated[float, Range(0.0, 100.0)] = 1.0
    weights: Literal["mws", "mss"] = "mws"

    def loss(self, model: Autoencoder, batch: Batch) -> Terms:
        """Reconstruction and the three weighted parts."""
        rebuilt = reconstruction(model.decode(batch.z), batch.x)
        own, joint, product = batch_mixture(batch.posterior, batch.z, batch.n_data, self.weights)
        information, correlation = (own - joint).mean(), (joint - product).mean()
        apart = (product - log_prior(batch.z)).mean()
        loss = rebuilt + self.alpha * information + self.beta * correlation + self.gamma * apart
        return terms(
            loss,
            reconstruction=rebuilt,
            kl=divergence(batch.posterior).sum(),
            index_code_information=information,
            total_correlation=correlation,
            dimension_wise_kl=apart,
        )
