"""Accuracy and speed against ground truth and peers."""
