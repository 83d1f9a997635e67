"""What to ask or to measure next: what an experiment would tell, and which label would change a model most easily."""
