"""Diffusion spectral entropy.

A random walk steps from activation to activation, the more often the nearer they are. The eigenvalues of the walk say
how many places it knows: one for each cluster that it cannot leave, and a little for every direction within. Their
entropy is a number of bits that does not drown in many columns as counting cells does, and it has a width sigma that
decides what is near. First clouds of which the answer is known, then the width, then the information about labels in
networks taught true and shuffled ones, and a layer of which cells and spectrum tell opposite things.
"""
