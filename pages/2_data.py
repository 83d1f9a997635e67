"""Data: what was recorded, whether it is sane, copies of parts of it, and how more comes in."""

from explorer.ui.data_page import page

page()
