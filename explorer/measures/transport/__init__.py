"""Dependence as work: how far mass must move to make two variables independent."""
