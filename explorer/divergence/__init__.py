"""How far two sets of samples lie apart as distributions: divergences from nearest neighbours, in nats."""
