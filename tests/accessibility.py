"""What axe finds wrong with a page."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Of what is right it tells one example each: listing them all takes longer than finding what is wrong.
OPTIONS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}


def violations(page: Page) -> list[tuple[str, list[object]]]:
    """Every rule of WCAG 2.2 AA that is broken, with up to three places."""
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [(rule["id"], [node["target"] for node in rule["nodes"]][:3]) for rule in found]
