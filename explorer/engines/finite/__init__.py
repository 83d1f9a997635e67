"""Finite joint tables, channels, codes and couplings, exactly: NumPy alone, no samples and no torch."""
