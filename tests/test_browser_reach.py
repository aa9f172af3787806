"""A page that people open is opened by a browser test too: its address stands in one."""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.urls import Resolver404, resolve

from tests.cast import EVERYBODY
from tests.test_access import ROWS

BROWSER = Path(__file__).parent / "browser"
NO_PAGES = ("api/", "admin/", "export/", "healthz", "readyz", "metrics", "favicon.ico")
FILES = (".csv", ".xlsx", ".ics", ".jsonl")


def addresses() -> Iterator[str]:
    """What looks like an address in a text of the browser tests; whatever a test fills in reads as 1."""
    for path in BROWSER.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                text = "".join(str(part.value) if isinstance(part, ast.Constant) else "1" for part in node.values)
            else:
                text = str(node.value) if isinstance(node, ast.Constant) else ""
            if text.startswith("/"):
                yield text.partition("?")[0]


def route(address: str) -> str:
    try:
        return resolve(address).route
    except Resolver404:
        return ""


def test_every_page_is_opened_by_a_browser_test() -> None:
    pages = {
        route
        for route, row in ROWS.items()
        if not route.startswith(NO_PAGES) and not route.endswith(FILES)
        if row.opens == 200 and any(map(row.shows, EVERYBODY))
    }
    assert pages - {route(address) for address in addresses()} == set()
