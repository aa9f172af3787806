"""The ids of every page: each stands once, and whatever names one names one that is there."""

from collections import Counter
from html.parser import HTMLParser

import pytest
from django.core.cache import cache
from django.test import Client

from tests.cast import ROLES, Cast
from tests.test_access import ROWS, cast, stage  # noqa: F401  # the stage of the table of addresses

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stage")]
NAMING = ("for", "aria-describedby", "aria-labelledby", "aria-controls", "popovertarget", "list")
# Who sends an empty form, and where: every field that is needed says so.
EMPTY = (
    ("quinn", "/samples/plans/new/"),
    ("erin", "/insights/new/"),
    ("erin", "/programs/new/"),
    ("erin", "/themes/new/"),
    ("erin", "/themes/rules/new/"),
    ("petra", "/forecast/events/add/"),
    ("petra", "/rates/add/"),
    ("petra", "/time-off/add/"),
    ("adam", "/tokens/"),
    ("adam", "/password/"),
)


class Ids(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.named: set[tuple[str, str]] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids[value or ""] += 1
            elif name in NAMING:
                self.named |= {(name, each) for each in (value or "").split()}


def wrong(html: str) -> set[str]:
    page = Ids(html)
    twice = {f"{name} stands {count} times" for name, count in page.ids.items() if count > 1}
    return twice | {f"{by}={name} is nowhere" for by, name in page.named if name not in page.ids}


def told(client: Client, url: str) -> str:
    answer = client.get(url)
    is_page = answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
    return "".join(sorted(wrong(answer.content.decode()))) if is_page else ""


def test_wrong_ids_are_told() -> None:
    html = '<p id="a"></p><i id="a"></i><input aria-describedby="a b" disabled>'
    assert wrong(html) == {"a stands 2 times", "aria-describedby=b is nowhere"}


def test_every_page_names_ids_that_stand_on_it_once(cast: Cast) -> None:  # noqa: F811
    """Each address as the first who may open it."""
    found = {}
    for row in ROWS.values():
        for name in row.open_to[:1]:
            if ROLES.get(name) and row.opens == 200 and not row.url.startswith(("/admin/", "/api/")):
                found[row.url] = told(cast.client(name), row.url)
    assert len(found) > 60
    assert {url: words for url, words in found.items() if words} == {}


@pytest.mark.parametrize(("name", "url"), EMPTY)
def test_a_field_that_is_wrong_is_described_by_its_error(cast: Cast, name: str, url: str) -> None:  # noqa: F811
    cache.clear()  # of attempts at a password
    html = cast.client(name).post(url, {"sent": "1"}).content.decode()
    assert 'aria-invalid="true"' in html and wrong(html) == set()
    page = Ids(html)
    assert any(each.endswith("_error") for by, each in page.named if by == "aria-describedby")
