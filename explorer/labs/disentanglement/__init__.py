"""Which latent codes which factor.

A picture of a heart was made from a few numbers: its shape, its size, its place. An autoencoder makes a few numbers of
the picture. Are they the same? Scores of disentanglement say so in one number each, and each is blind to something.
These labs use codes of which everything is known, and turn, copy, merge and disturb them; one reads two autoencoders
that learned sprites.
"""
