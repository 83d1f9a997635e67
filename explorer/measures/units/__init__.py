"""Single units of a layer: what each tells, how often it speaks, and whether others say the same."""
