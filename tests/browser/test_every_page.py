"""Pages as the readers to whom they look different see them: whole, quiet, accessible, on a phone and on a desk."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page

from insights.models import Theme
from ops_dashboard.metrics.query import today
from tests.access.story import tell
from tests.accessibility import faults, fits
from tests.browser.test_walk import days_of_work
from tests.cast import Cast
from tests.insights.building import give, settle
from tests.test_access import told_rule

pytestmark = pytest.mark.django_db(transaction=True)

WIDEST, MEASURE = 2560, 2000
PROOF = "/tickets/desk/1001/promises/first_reply/1/"
SEEN_BY = {
    "pat": (
        "/", "/service-levels/", "/backlog/", "/quality/", "/insights/", "/insights/1001/", "/asks/", "/programs/",
        "/digests/", "/digests/2026-W10/payments/",
    ),
    "alice": (
        "/", "/backlog/", "/tickets/", "/tickets/desk/1001/", PROOF, "/roster/", "/reviews/", "/reviews/9001/",
        "/reviews/9001/dispute/", "/scorecards/accounts/",
    ),
    "quinn": (
        "/", "/quality/", "/feedback-figures/", "/emerging/", "/insights/1001/", "/programs/1001/",
        "/samples/plans/new/", "/digests/2026-W10/live/mail/",
    ),
    "petra": (
        "/service-levels/", "/productivity/", "/time-off/", "/organisation/", "/organisation/skills/900004/",
        "/people/alice/skills/900002/", "/rates/900003/", "/forecast/events/900001/", "/roster/import/",
        "/roster/day/?team=team-a&agent=alice&on=2026-03-24", "/roster/publish/?team=team-a&week=2026-03-23",
    ),
    "carol": ("/alerts/1001/",),
    "erin": ("/insights/1001/edit/", "/programs/new/", "/programs/1001/edit/", "/digests/2026-W10/live/edit/"),
}  # fmt: skip
WIDE = ("/tickets/", "/tickets/desk/1001/", PROOF, "/", "/service-levels/", "/backlog/")


@pytest.fixture
def cast() -> Cast:
    """The story behind the table of addresses, and three weeks of work until yesterday."""
    cast = tell()
    told_rule(cast)
    days_of_work(cast.teams["team-a"], today() - timedelta(days=9))
    give(Theme.objects.get(slug="payouts"), today() - timedelta(days=1), 12)
    settle()
    return cast


def test_no_page_has_a_fault_for_whom_it_is_made(browser_page: Page, sign_in: Callable[..., Page], cast: Cast) -> None:
    told: list[tuple[object, ...]] = []
    browser_page.on("console", lambda said: told.append((said.text, said.location)) if said.type == "error" else None)
    for name, paths in SEEN_BY.items():
        page = sign_in(cast.users[name])
        for path in paths:
            answer = page.goto(path)
            assert (name, path, answer and answer.status) == (name, path, 200)
            told += [(name, path, *fault) for fault in faults(page)]
    assert told == []


def test_a_wide_screen_leaves_the_content_its_measure(sign_in: Callable[..., Page], cast: Cast) -> None:
    page = sign_in(cast.users["carol"])
    for path in WIDE:
        page.goto(path)
        assert fits(page, WIDEST), path
        assert page.locator("#main").bounding_box()["width"] <= MEASURE, path  # type: ignore[index]
