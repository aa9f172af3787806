"""Review coverage three times across a change of clocks: counted by hand, over packed facts, over roll-ups."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import override_settings

from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.query import Query, Reader
from ops_dashboard.metrics.rollup import marking, refill
from ops_dashboard.people.models import Team
from ops_dashboard.people.roles import SYSTEM
from tests.cast import Cast, make_cast
from tests.quality.building import open_seats, reviewed, reviewer, save_scorecard, save_solve
from tests.tickets.rows import save_ticket
from tickets.models import Source, Ticket

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Europe/London")  # clocks go forward on 29 March 2026: 23:30 UTC is then half past midnight
PERIOD = Period(date(2026, 3, 23), date(2026, 4, 5))
START = datetime(2026, 3, 22, 23, 30, tzinfo=UTC)
TICKETS, EVERY = 90, timedelta(hours=3.7)


@dataclass(frozen=True)
class Told:
    """What one ticket did: who solved it last and when, and the solve that was reviewed, if any."""

    last_by: str
    last_at: datetime
    reviewed_by: str = ""
    reviewed_at: datetime | None = None


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def told(cast: Cast) -> list[Told]:
    """Every third ticket is reviewed, some by two; every fifth comes back and is solved again by the other agent."""
    with marking("ticket", []) as touched:
        tickets = [_solved(cast, number) for number in range(TICKETS)]
        touched += [ticket.id for ticket, _ in tickets]
    version, users = save_scorecard(), (cast.users["quinn"], reviewer("rita"))
    for number, (ticket, one) in enumerate(tickets):
        if one.reviewed_at:
            seats = open_seats(
                version, cast.agents[one.reviewed_by], team_of(cast, one.reviewed_by), ticket=ticket.id,
                seats=1 + (number % 2), solved_at=one.reviewed_at,
            )  # fmt: skip
            for seat, user in zip(seats, users, strict=False):
                reviewed(seat, user, at=one.reviewed_at + timedelta(days=20))
    # Half a pair counts nowhere.
    half = open_seats(version, cast.agents["alice"], cast.teams["team-a"], ticket=1, seats=2, solved_at=START)
    reviewed(half[0], users[0], at=START + timedelta(days=20))
    return [one for _, one in tickets]


def _solved(cast: Cast, number: int) -> tuple[Ticket, Told]:
    first, other = ("alice", "dave") if number % 4 else ("dave", "alice")
    at, is_back = START + number * EVERY, number % 5 == 0
    source, _ = Source.objects.get_or_create(slug="desk", defaults={"kind": "events"})
    ticket = save_ticket(source, str(number), at=at - timedelta(days=1), team=team_of(cast, first))
    save_solve(ticket, cast.agents[first], team_of(cast, first), at=at, last=not is_back)
    last_by, last_at = (other, at + timedelta(hours=30)) if is_back else (first, at)
    if is_back:
        save_solve(ticket, cast.agents[other], team_of(cast, other), at=last_at, nth=2)
    return ticket, Told(last_by, last_at, *((first, at) if number % 3 == 0 else ()))


def team_of(cast: Cast, name: str) -> Team:
    return cast.teams["team-a" if name == "alice" else "team-b"]


def day(at: datetime) -> date:
    return at.astimezone(ZONE).date()


def expected(told: list[Told], name: str | None = None) -> dict[date | None, float]:
    """Coverage by day, and under None of the whole period; days on which nobody solved have none."""
    part: Counter[date | None] = Counter()
    whole: Counter[date | None] = Counter()
    for one in told:
        if one.reviewed_at and PERIOD.start <= day(one.reviewed_at) <= PERIOD.end and name in (None, one.reviewed_by):
            part.update((day(one.reviewed_at), None))
        if PERIOD.start <= day(one.last_at) <= PERIOD.end and name in (None, one.last_by):
            whole.update((day(one.last_at), None))
    return {key: part[key] / count for key, count in whole.items()}


@override_settings(REPORTING_ZONE="Europe/London")
def test_coverage_is_the_same_by_hand_over_facts_and_over_roll_ups(told: list[Told], cast: Cast) -> None:
    refill()
    by_hand = expected(told)
    # Of 90 tickets one comes back after the period; of 30 reviewed solves the first was on the day before it.
    assert by_hand[None] == 29 / 89
    days = Reader(SYSTEM).run(Query("review_coverage", PERIOD, Grain.DAY))
    assert {row.start: row.figure.value for row in days.rows if row.figure.value is not None} == {
        key: pytest.approx(share) for key, share in by_hand.items() if key is not None
    }
    assert days.total.value == pytest.approx(by_hand[None])

    # A cut by team is answered from totals, one by agent from the packed facts.
    for cut, places in (("team", {"alice": "team-a", "dave": "team-b"}), ("agent", {"alice": "alice", "dave": "dave"})):
        total = Reader(SYSTEM).run(Query("review_coverage", PERIOD, Grain.TOTAL, (cut,)))
        daily = Reader(SYSTEM).run(Query("review_coverage", PERIOD, Grain.DAY, (cut,)))
        for name, place in places.items():
            hers = expected(told, name)
            (whole,) = [row.figure.value for row in total.rows if row.keys == (place,)]
            assert whole == pytest.approx(hers.pop(None))
            assert {
                row.start: row.figure.value
                for row in daily.rows
                if row.keys == (place,) and row.figure.value is not None
            } == {key: pytest.approx(share) for key, share in hers.items()}
