"""Writing and opening recordings of activations."""
