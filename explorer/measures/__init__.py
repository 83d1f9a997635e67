"""One measure a file, families as folders; the catalogue finds them."""

from typing import Any

from explorer.catalogue import measures as catalogue


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(name)
    return catalogue.by_class(name)
