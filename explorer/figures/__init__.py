"""One figure a file, each with a function draw(result); theme.py holds every colour."""
