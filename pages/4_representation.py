"""Representation: what a layer looks like inside, over training."""

from explorer.ui.representation_page import page

page()
