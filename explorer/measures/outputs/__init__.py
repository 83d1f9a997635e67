"""What the outputs of a classifier say: their information, their calibration, their doubt."""
