"""Runs side by side: seeds as one group, and each group against a pinned baseline."""
