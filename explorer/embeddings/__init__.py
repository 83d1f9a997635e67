"""One embedding into the plane a file; the catalogue finds them."""

from explorer.catalogue import embeddings as catalogue

__getattr__ = catalogue.by_class
