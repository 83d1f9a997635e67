"""One trained run a file: its data, its network, its recording."""
