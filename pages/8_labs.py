"""Labs: lessons, labs by chapter, the library of papers."""

from explorer.ui.labs_page import page

page()
