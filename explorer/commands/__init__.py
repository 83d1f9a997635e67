"""What the command `explorer` takes and prints, a file for each family of commands."""
