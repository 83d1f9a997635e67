"""What a number is worth: reused holdouts, generalisation bounds, prior mass, smoothed Fisher information."""
