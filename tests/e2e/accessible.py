"""What axe-core finds on a page and what stays: a caption that is still fading in is no violation."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

LOOKS, PAUSE = 5, 1000
"""Looks at most, until one finds nothing; milliseconds between them."""


def violations(page: Page, within: str | None = None) -> dict[str, list[str]]:
    """Serious and critical violations that every look finds: rule to the elements of the last look.

    Args:
        within: the selector of the part that is ours; all of the page without it.
    """
    for _ in range(LOOKS):
        broken = Axe().run(page, context=within).response["violations"]
        found = {one["id"]: one["nodes"] for one in broken if one["impact"] in ("serious", "critical")}
        if not found:
            break
        page.wait_for_timeout(PAUSE)
    return {rule: [node["html"][:200] for node in nodes] for rule, nodes in found.items()}
