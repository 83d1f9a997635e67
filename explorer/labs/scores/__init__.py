"""Scores and diffusion.

Add noise to a variable, more and more, until nothing of it is left. A denoiser guesses the noise, and guesses it better
when it is told another variable. Added up over all noise levels, how much better is the information between the two.
Nothing is bounded and no samples of another distribution are compared: networks learn to denoise, which they do well.
First the level at which the information shows, then a bridge of noise between two densities.
"""
