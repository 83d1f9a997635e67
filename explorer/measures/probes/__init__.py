"""What a small classifier, fitted to a layer, can tell of the labels."""
