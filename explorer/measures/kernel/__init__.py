"""Dependence and entropy from kernels over pairs of samples."""
