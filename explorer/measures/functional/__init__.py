"""Functional entropy and Fisher information of a differentiable function under normal noise."""
