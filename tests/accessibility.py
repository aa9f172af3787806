"""What axe finds wrong with a page, and what does not fit on it."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Of what is right it tells one example each: listing them all takes longer than finding what is wrong.
OPTIONS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
# What a page can do wrong in one theme or at one width alone.
OF_LOOKS = {
    "runOnly": {
        "type": "rule",
        "values": ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"],
    },
    "resultTypes": ["violations"],
}
PHONE_AND_DESK = ((390, "dark", OPTIONS), (1440, "light", OF_LOOKS))
FITS_SOON = """async () => {
  const end = performance.now() + 5000, fits = () => document.documentElement.scrollWidth <= innerWidth;
  while (!fits() && performance.now() < end) await new Promise(requestAnimationFrame);
  return fits();
}"""


def violations(page: Page, options: dict[str, Any] = OPTIONS) -> list[tuple[str, list[object]]]:
    """Every rule of WCAG 2.2 AA that is broken, with up to three places."""
    found = Axe().run(page, options=options).response["violations"]
    return [(rule["id"], [node["target"] for node in rule["nodes"]][:3]) for rule in found]


def faults(page: Page) -> list[tuple[object, ...]]:
    """What axe finds and what scrolls sideways, on a phone in the dark and then on a desk in the light."""
    found: list[tuple[object, ...]] = []
    for width, scheme, options in PHONE_AND_DESK:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found += [(width, "scrolls sideways")] if not fits(page, width) else []
        found += [(width, scheme, *broken) for broken in violations(page, options)]
    return found


def fits(page: Page, width: int) -> bool:
    """Whether nothing makes the page wider than that; charts follow a change of width a little later."""
    page.set_viewport_size({"width": width, "height": 900})
    return bool(page.evaluate(FITS_SOON))
