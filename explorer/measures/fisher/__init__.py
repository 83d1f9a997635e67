"""What the Fisher information of a readout says about a layer."""
