"""What labs and lessons are computed with: formulas and models with known truths, one folder a subject."""
