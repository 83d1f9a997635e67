"""Compare: what layers of runs read beside those of a pinned baseline."""

from explorer.ui.compare_page import page

page()
