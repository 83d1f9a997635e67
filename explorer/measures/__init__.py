"""One measure a file, families as folders; the catalogue finds them."""

from explorer.catalogue import measures as catalogue

__getattr__ = catalogue.by_class
