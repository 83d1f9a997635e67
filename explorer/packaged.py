"""Where the product's own pages and assets lie."""

from pathlib import Path

HERE = Path(__file__).resolve().parent


def root() -> Path:
    """The folder that holds pages/ and assets/: the checkout where there is one, else the installed copy.

    The checkout comes first because an editable install keeps a copy that goes stale.
    """
    beside = HERE.parent
    return beside if (beside / "pages").is_dir() and (beside / "assets").is_dir() else HERE / "_app"


def assets() -> Path:
    """The folder of bundled runs, documents and pictures."""
    return root() / "assets"
