"""Estimators: what they read where the truth is known, and what all of them read on your data."""

from explorer.ui.estimators_page import page

page()
