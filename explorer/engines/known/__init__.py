"""Made-up codes, clouds and functions whose scores are known exactly, to set a reading beside the truth."""
