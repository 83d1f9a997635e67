"""Disentanglement: which latent codes which factor, and what every score says of it."""

from explorer.ui.disentanglement_page import page

page()
