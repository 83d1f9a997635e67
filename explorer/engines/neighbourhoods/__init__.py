"""Who counts as whose neighbour, in data and in what is learned of them, and the mean divergence between the two."""
