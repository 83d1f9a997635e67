"""A layer compared with itself at an earlier step."""
