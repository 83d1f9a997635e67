"""Forms in which trained networks are saved, one file a form; no code from a file is run."""
