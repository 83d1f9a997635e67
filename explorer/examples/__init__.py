"""One example a file: a real network, recorded from weights that lie here or in a package on first opening."""
