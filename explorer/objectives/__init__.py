"""What an autoencoder is trained for, one objective a file; the catalogue finds them."""

from explorer.catalogue import objectives as catalogue

__getattr__ = catalogue.by_class
