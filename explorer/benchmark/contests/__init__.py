"""Speed against peers: every file beside this one is a benchmark, its contests(device, size) the work."""
