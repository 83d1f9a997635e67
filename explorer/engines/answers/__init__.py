"""Answers that are not sure: what they mean, what they tell of the input, and what to ask next."""
