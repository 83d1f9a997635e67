"""One distribution a file; the catalogue finds them."""

from explorer.catalogue import distributions as catalogue

__getattr__ = catalogue.by_class
