"""The shape of a cloud of activations: spectra of its covariance, its dimension, its volume."""
