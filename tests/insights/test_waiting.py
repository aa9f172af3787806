"""The counts in the rail: what waits for whom, told in one query."""

from datetime import date, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from insights import asks, drafting, issuing
from insights.models import Alarm, Insight
from insights.weeks import due_weeks
from ops_dashboard.metrics.pages import site, waiting_counts
from ops_dashboard.metrics.query import today
from ops_dashboard.people.roles import NOBODY, scope_for
from tests.cast import Cast, make_cast
from tests.insights.building import make_themes
from tests.quality.building import open_seats, reviewed, save_scorecard

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def waiting(cast: Cast, name: str) -> dict[str, int]:
    scope = scope_for(cast.users[name])
    counts = waiting_counts(site.open_to(scope), scope)
    return {place: count for place, count in counts.items() if count}


def test_an_alarm_waits_until_partners_have_been_told(cast: Cast) -> None:
    themes = make_themes()
    Alarm.objects.create(theme=themes["payouts"], opened_on=DAY, last_on=DAY, context=[])
    assert waiting(cast, "erin") == waiting(cast, "carol") == {"emerging": 1}
    assert waiting(cast, "petra") == waiting(cast, "pat") == {}  # they read, and keep nothing
    insight = Insight.objects.create(claim="Payouts are late", area="payments", since=DAY)
    insight.themes.set([themes["payouts"]])
    assert waiting(cast, "erin") == {"emerging": 1}
    drafting.publish(insight, by=cast.users["erin"])
    assert waiting(cast, "erin") == {}


def test_an_ask_waits_for_its_partner_and_once_it_is_late_for_who_put_it(cast: Cast) -> None:
    themes = make_themes()
    insight = drafting.create(
        claim="Payouts are late", area="payments", themes=[themes["payouts"]], since=DAY, by=cast.users["erin"]
    )
    ask = asks.put(insight, question="Roll back?", due_on=today(), owner=None, by=cast.users["erin"])
    assert waiting(cast, "pat") == {}  # the insight is a draft
    drafting.publish(insight, by=cast.users["erin"])
    assert (waiting(cast, "pat"), waiting(cast, "erin")) == ({"asks": 1}, {})
    ask.due_on = today() - timedelta(days=1)
    ask.save()
    assert (waiting(cast, "pat"), waiting(cast, "erin")) == ({"asks": 1}, {"asks": 1})
    asks.accept(ask, by=cast.users["pat"])
    assert (waiting(cast, "pat"), waiting(cast, "erin")) == ({}, {})


def test_a_letter_waits_once_its_week_is_over(cast: Cast) -> None:
    make_themes()
    over = due_weeks(today())
    issuing.draft("payments", over)
    issuing.draft("payments", over + timedelta(days=7))
    assert waiting(cast, "erin") == {"digests": 1}
    assert waiting(cast, "pat") == {}


def test_a_review_waits_for_its_agent_alone(cast: Cast) -> None:
    (seat,) = open_seats(save_scorecard(), cast.agents["alice"], cast.teams["team-a"])
    reviewed(seat, cast.users["quinn"])
    assert waiting(cast, "alice") == {"reviews": 1}
    assert waiting(cast, "dave") == waiting(cast, "bob") == waiting(cast, "quinn") == {}


def test_it_takes_one_query_and_none_for_who_has_no_role(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    scopes = {name: scope_for(cast.users[name]) for name in ("carol", "erin", "bob", "alice", "petra", "quinn")}
    for name, queries in (("carol", 1), ("erin", 1), ("bob", 1), ("alice", 1), ("petra", 1), ("quinn", 1)):
        with django_assert_num_queries(queries):
            waiting_counts(site.open_to(scopes[name]), scopes[name])
    with django_assert_num_queries(0):
        waiting_counts(site.open_to(NOBODY), NOBODY)
