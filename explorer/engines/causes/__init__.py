"""What causes what: features whose meaning stays when the environment changes, and noise that knows the cause."""
