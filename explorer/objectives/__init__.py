"""What an autoencoder is trained for, one objective a file; the catalogue finds them."""

from typing import Any

from explorer.catalogue import objectives as catalogue


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(name)
    return catalogue.by_class(name)
