"""Weights of the convolutional autoencoder under the names of the public `disentangling-vae` code.

| there | here |
| --- | --- |
| `encoder.conv1` to `conv3`, `conv_64` | `encoder.1`, `.3`, `.5`, `.7` |
| `encoder.lin1`, `lin2` | the two linear maps after them |
| `encoder.mu_logvar_gen`, rows 0, 2, 4, ... | `mean` |
| `encoder.mu_logvar_gen`, rows 1, 3, 5, ... | `log_variance` |
| `decoder.lin1` to `lin3` | `decoder.0`, `.2`, `.4` |
| `decoder.convT_64`, `convT1` to `convT3` | the transposed convolutions in that order |

There the last map gives mean and logarithm of the variance of a latent in neighbouring rows, and the decoder ends in a
sigmoid that is no weight: here `decode` returns what goes into it.
"""

from collections.abc import Mapping

import torch
from torch import nn

from explorer.errors import SampleError
from explorer.networks.autoencoder import Autoencoder
from explorer.networks.conv import Conv

ENCODER = ("conv1", "conv2", "conv3", "conv_64", "lin1", "lin2")
DECODER = ("lin1", "lin2", "lin3", "convT_64", "convT1", "convT2", "convT3")


def renamed(weights: Mapping[str, torch.Tensor]) -> Autoencoder:
    """The network of such weights, as `torch.load(path, weights_only=True)` returns them, in evaluation mode.

    Raises:
        SampleError: when names are missing or left over, or shapes belong to another network.
    """
    try:
        model = _built(weights)
        ours = _codes(weights)
        for part, names in ((model.encoder, ENCODER), (model.decoder, DECODER)):
            ours |= _part(weights, "encoder" if part is model.encoder else "decoder", part, names)
        model.load_state_dict(ours)
    except KeyError as error:
        raise SampleError(f"the weights have no {error}; a Burgess autoencoder of disentangling-vae has") from error
    except RuntimeError as error:
        raise SampleError(f"the weights are of another network: {' '.join(str(error).split())[:200]}") from error
    if left := set(weights) - _known(weights):
        raise SampleError(f"the weights hold {sorted(left)[0]!r}, which a Burgess autoencoder does not have")
    return model.eval()


def _built(weights: Mapping[str, torch.Tensor]) -> Conv:
    latents = len(weights["encoder.mu_logvar_gen.bias"]) // 2
    width, channels = len(weights["encoder.lin1.bias"]), len(weights["encoder.conv1.bias"])
    return Conv(64 if "encoder.conv_64.bias" in weights else 32, latents, channels, width)


def _codes(weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    found: dict[str, torch.Tensor] = {}
    for kind in ("weight", "bias"):
        rows = weights[f"encoder.mu_logvar_gen.{kind}"]
        found |= {f"mean.{kind}": rows[0::2], f"log_variance.{kind}": rows[1::2]}
    return found


def _part(
    weights: Mapping[str, torch.Tensor], side: str, layers: nn.Module, names: tuple[str, ...]
) -> dict[str, torch.Tensor]:
    """The weights of one side by our names; layers come in the same order."""
    places = [place for place, layer in layers.named_children() if next(layer.parameters(), None) is not None]
    theirs = [name for name in names if "_64" not in name or f"{side}.{name}.bias" in weights]
    pairs = zip(places, theirs, strict=True)
    return {f"{side}.{p}.{kind}": weights[f"{side}.{name}.{kind}"] for p, name in pairs for kind in ("weight", "bias")}


def _known(weights: Mapping[str, torch.Tensor]) -> set[str]:
    layers = [f"encoder.{name}" for name in (*ENCODER, "mu_logvar_gen")] + [f"decoder.{name}" for name in DECODER]
    return {f"{layer}.{kind}" for layer in layers for kind in ("weight", "bias")}
