"""One estimator a file; the catalogue finds them."""

from explorer.catalogue import estimators as catalogue

__getattr__ = catalogue.by_class
