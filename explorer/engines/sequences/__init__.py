"""What one sequence tells of another, and one half of a sequence of the other half, where it is known exactly."""
