"""Training in updates: one loop that looks, keeps the best state and goes on from where it was stopped."""
