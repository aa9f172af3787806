"""Quality and Feedback figures in a real browser: exact numbers, narrowed by a chip, drawn as charts."""

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from ops_dashboard.people.models import Team, User
from ops_dashboard.people.roles import Role
from tests.accessibility import faults
from tests.cast import Cast, make_cast
from tests.insights.building import contacts, give, make_themes, settle
from tests.quality.building import open_seats, reviewed, save_scorecard

pytestmark = pytest.mark.django_db(transaction=True)
SPRING = "period=2026-03-01..2026-04-05"


@pytest.fixture
def cast() -> Cast:
    """Six reviews of Alice's lost a quarter of the way in tone, six of Dave's lost nothing."""
    cast = make_cast()
    Team.objects.update(support_function="Accounts")
    version = save_scorecard()
    for name, team, tone, first in (("alice", "team-a", 2, 1), ("dave", "team-b", 5, 7)):
        for ticket in range(first, first + 6):
            (seat,) = open_seats(version, cast.agents[name], cast.teams[team], ticket=ticket)
            reviewed(seat, cast.users["quinn"], tone=tone)
    settle()
    return cast


def value(page: Page, label: str) -> str:
    figure = page.locator(".figure", has=page.get_by_text(label, exact=True))
    return figure.locator(".figure-value").inner_text().replace("\n", " ")


def test_quality_is_told_for_everybody_and_for_one_team(sign_in: Callable[..., Page], cast: Cast) -> None:
    """50 + 0.25 * 30 + 20 = 77.5 and 100: together 88.75, which the page rounds to 88.8."""
    page = sign_in(cast.users["carol"])
    page.goto(f"/quality/?{SPRING}")
    assert (value(page, "Quality score"), value(page, "Reviews")) == ("88.8 %", "12")
    expect(page.locator("[data-chart] .main-svg").first).to_be_visible()
    page.click("#chip-team")
    page.locator("#menu-team").get_by_label("Team A").check()
    expect(page.locator("#chip-value-team")).to_have_text("Team A")
    expect(page.locator("#chip-value-period")).to_have_text("1 Mar – 5 Apr 2026")  # the days of the link stay
    page.keyboard.press("Escape")
    assert (value(page, "Quality score"), value(page, "Reviews")) == ("77.5 %", "6")
    expect(page).to_have_url(f"/quality/?{SPRING}&compare=previous&team=team-a")
    assert faults(page) == []


def test_feedback_is_told_beside_a_thousand_tickets(sign_in: Callable[..., Page]) -> None:
    """12 pieces of feedback and 40 tickets: 300 in a thousand."""
    day = date(2026, 3, 2)
    give(make_themes()["payouts"], day, 12)
    contacts(day, 40)
    settle()
    page = sign_in(User.objects.create(username="erin", role=Role.ANALYST))
    page.goto(f"/feedback-figures/?{SPRING}")
    assert [value(page, label) for label in ("Feedback received", "Per 1,000 tickets")] == ["12", "300"]
    expect(page.locator("[data-chart] .main-svg").first).to_be_visible()
    themes = page.locator(".panel", has=page.get_by_role("heading", name="Feedback about themes"))
    expect(themes.locator("tbody tr")).to_contain_text(["Payouts"])
    assert faults(page) == []
