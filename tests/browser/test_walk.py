"""The whole loop in a browser, as the people of a small organisation walk it.

Nine days ago Payments answered late: 20 of the day's 24 first replies were missed, so 4 / 24 = 16.7 % were
on time. Ada alone was on shift that day. Users complained about payouts, one review of that day is in.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as configured
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from insights import issuing, mailbox, reading
from insights.models import Feedback
from ops_dashboard.metrics import rollup
from ops_dashboard.metrics.definitions import registry
from ops_dashboard.metrics.query import today
from ops_dashboard.people.models import Team, User
from ops_dashboard.people.roles import Role
from tests.insights.building import give, make_themes, settle
from tests.insights.tagging import said
from tests.quality.building import open_seats, reviewed, save_scorecard
from tests.tickets.rows import promise_row, ticket_row
from tests.workforce.rostering import make_team, published, shift
from tickets.models import Promise, Source, Ticket
from tickets.vocabulary import PromiseState
from workforce.shift_changes import monday

pytestmark = pytest.mark.django_db(transaction=True)

ROLES = {
    "carol": Role.MANAGER,
    "petra": Role.PLANNER,
    "quinn": Role.REVIEWER,
    "erin": Role.ANALYST,
    "pat": Role.PARTNER,
}
PER_DAY, MISSED = 24, 20


def at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), ZoneInfo(configured.REPORTING_ZONE))


def days_of_work(team: Team, dip: date) -> None:
    """The same tickets every day from three weeks ago on, each replied to in time but those of the dip."""
    desk, _ = Source.objects.get_or_create(slug="desk", defaults={"kind": "events"})
    tickets, promises = [], []
    for back in range(1, 22):
        day = today() - timedelta(days=back)
        for number in range(PER_DAY):
            tickets.append(ticket_row(desk, f"{day}-{number}", at=at(day, 9), team=team))
            state = PromiseState.MISSED if day == dip and number < MISSED else PromiseState.MET
            promises.append(promise_row(tickets[-1], state=state, due_at=at(day, 13), decided_at=at(day, 12)))
    Ticket.objects.bulk_create(tickets)
    Promise.objects.bulk_create(promises)


@pytest.fixture
def dip() -> date:
    return today() - timedelta(days=9)


@pytest.fixture
def people(dip: date, settings: Settings) -> dict[str, User]:
    settings.EMAIL_BACKEND = mailbox.BACKEND
    users = {name: User.objects.create(username=name, role=role) for name, role in ROLES.items()}
    User.objects.filter(username="pat").update(product_areas=["payments"], email="pat@example.test")
    reading.subscribe(users["pat"].pk, "payments")
    team, agents = make_team()
    Team.objects.update(support_function="Payments")
    days_of_work(team, dip)
    published(team, shift(agents["ada"], dip), monday=monday(dip))
    (seat,) = open_seats(save_scorecard("Payments"), agents["ada"], team, ticket=1, solved_at=at(dip, 15))
    reviewed(seat, users["quinn"], at=at(dip + timedelta(days=3), 10), solution=1)
    themes = make_themes()
    give(themes["payouts"], dip, 3, text="Where is my payout")
    said("My payout is late as well")
    Feedback.objects.update(team=team.pk, occurred_at=at(dip, 14))
    settle()
    for source in registry.sources():
        rollup.refill_all(source)
    return {user.username: user for user in User.objects.all()}


def test_from_a_dip_to_the_letter_that_tells_what_became_of_it(
    sign_in: Callable[..., Page], people: dict[str, User], dip: date
) -> None:
    # The manager sees the dip, opens its day and the team that fell, and from there every other room.
    page = sign_in(people["carol"])
    page.goto("/service-levels/")
    trend = page.locator(".panel", has=page.get_by_role("heading", name="First reply on time")).first
    expect(trend.locator(".panel-sentence")).to_contain_text("lowest on")
    expect(trend.locator(".panel-sentence")).to_contain_text("at 16.7 %")
    trend.locator("summary", has_text="Table").click()
    trend.locator(f"th[data-order='{dip}'] a").click()
    expect(page.locator(".figure-value").first).to_contain_text("16.7")
    page.get_by_role("link", name="Payments", exact=True).first.click()
    expect(page.locator("#chip-value-team")).to_have_text("Payments")
    doors = page.get_by_role("navigation", name="The same days and teams elsewhere")
    leads = {door.inner_text(): door.get_attribute("href") or "" for door in doors.get_by_role("link").all()}
    doors.get_by_role("link", name="Tickets created then that missed a promise").click()
    expect(page.get_by_role("heading", name="20 tickets")).to_be_visible()

    # The planner sees who was staffed, the reviewer what was found wrong.
    page = sign_in(people["petra"])
    page.goto(leads["Who was staffed"])
    expect(page.locator("[data-roster]")).to_contain_text("Ada")
    expect(page.locator("[data-roster]")).to_contain_text("09:00–17:00")
    page = sign_in(people["quinn"])
    page.goto(leads["Reviews"])
    page.locator("tbody a", has_text="Review").click()
    expect(page.locator("main")).to_contain_text("Right solution")

    # The analyst reads what people said, tags what has no theme yet, and raises an insight with an ask.
    page = sign_in(people["erin"])
    page.goto(leads["Feedback"])
    expect(page.get_by_role("heading", name="4 pieces of feedback")).to_be_visible()
    page.goto("/tagging/")
    expect(page.locator(".tagging-text")).to_contain_text("My payout is late as well")
    page.get_by_label("Another theme").fill("Payouts")
    page.locator("[data-act='tag']").click()
    expect(page.locator(".message")).to_have_text("Tagged: Payouts.")
    page.goto(f"{leads['Feedback']}&theme=payouts")
    expect(page.get_by_role("heading", name="4 pieces of feedback")).to_be_visible()
    page.get_by_role("link", name="Raise an insight").click()
    expect(page.get_by_label("Product area")).to_have_value("payments")
    page.get_by_label("Claim").fill("Four people lost sight of their payout in a day")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Choose from 4 messages").click()
    page.get_by_role("button", name="Quote this").first.click()
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("Put an ask").click()
    page.get_by_label("What do we ask?").fill("Show the date of the payout")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".message")).to_have_text("Asked.")

    # Product finds it waiting, reads the insight behind it, and answers.
    page = sign_in(people["pat"])
    page.goto("/insights/")
    page.get_by_role("link", name="Asks 1 waiting for you").click()
    page.get_by_role("link", name="Four people lost sight of their payout in a day").click()
    expect(page.locator(".quote")).to_contain_text("payout")
    page.locator("summary", has_text="Accept").click()
    page.get_by_label("Note").fill("In the next release")
    page.get_by_role("button", name="Accept this ask").click()
    expect(page.locator(".ask")).to_contain_text("Accepted")
    expect(page.locator(".rail-waiting")).to_have_count(0)

    # The analyst sends the week's letter; Product reads it by mail and on the web, and says what it was worth.
    page = sign_in(people["erin"])
    page.goto("/digests/")
    page.locator(".doors").get_by_role("link", name="Payments").click()
    expect(page.locator(".letter")).to_contain_text("Show the date of the payout")
    page.get_by_label("Headline").fill("Payouts get a date")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Approve and send").click()
    expect(page.get_by_text("goes out to 1 reader")).to_be_visible()
    assert issuing.deliver() == 1
    page = sign_in(people["pat"])
    page.goto("/mailbox/")
    page.get_by_role("link", name="Payouts get a date").click()
    expect(page.locator("pre")).to_contain_text("Show the date of the payout")
    page.get_by_role("link", name="As it looks").click()
    expect(page.get_by_role("heading", name="Payouts get a date")).to_be_visible()
    page.goto("/digests/")
    page.locator("tbody a").first.click()
    ask = page.locator(".letter-ask", has_text="Show the date of the payout")
    expect(ask).to_contain_text("accepted")
    expect(ask).to_contain_text("“In the next release”")
    page.get_by_role("button", name="We will act").click()
    expect(page.get_by_text("Thank you, noted.")).to_be_visible()

    page = sign_in(people["erin"])
    page.goto("/digests/")
    page.locator("tbody a").first.click()
    expect(page.locator(".subscriptions")).to_contain_text("we will act")
