"""Estimating information

How far an estimate lies from the truth, where the truth is known: how the ruler, the number of samples and the number
of columns make the number.
"""
