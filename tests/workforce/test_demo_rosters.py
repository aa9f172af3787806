"""The demo's roster: it agrees with who answered, breaks some rules on purpose, goes on, and goes away."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from ops_dashboard.people.models import Team
from tickets.demo import records
from tickets.demo.live import tell_history
from tickets.demo.world import World
from workforce.demo import people, rostering, shifts
from workforce.models import (
    Contract,
    ContractType,
    Rate,
    RosterVersion,
    Shift,
    ShiftSegment,
    ShiftTemplate,
    TimeOff,
)
from workforce.shift_changes import monday

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 4, 8, 12, tzinfo=UTC)  # a Wednesday, ten days after Europe's clocks went forward
ANSWERED = """
    SELECT count(*), count(*) FILTER (WHERE EXISTS (
        SELECT 1 FROM workforce_shift s JOIN workforce_rosterversion v ON v.id = s.version_id
        WHERE v.state = 'published' AND s.agent_id = r.agent
        AND s.start_at <= r.replied_at AND r.replied_at < s.end_at))
    FROM tickets_reply r WHERE agent > 0"""
GAPS = """
    SELECT count(*) FROM (
        SELECT s.start_at, s.end_at, min(g.start_at) first, max(g.end_at) last, sum(g.end_at - g.start_at) covered
        FROM workforce_shift s JOIN workforce_shiftsegment g ON g.shift_id = s.id GROUP BY s.id) told
    WHERE first <> start_at OR last <> end_at OR covered <> end_at - start_at"""


def test_the_roster_of_the_demo() -> None:
    world = World(7, 900, 3, NOW)
    source = records.settle(world)
    tell_history(source, world, created=lambda _: None)
    rostering.tell(world)
    here = monday(NOW.date())
    assert set(RosterVersion.objects.published().values_list("week", flat=True)) == {
        here - timedelta(days=7 * n) for n in range(4)
    }
    assert set(RosterVersion.objects.drafts().values_list("week", flat=True)) == {
        here + timedelta(days=7), here + timedelta(days=14),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(ANSWERED)
        replies, on_shift = cursor.fetchone()
        cursor.execute(GAPS)
        assert cursor.fetchone() == (0,)
    assert replies > 500
    assert on_shift / replies > 0.95
    lengths = {(s.end_at - s.start_at) // timedelta(hours=1) for s in Shift.objects.published()}
    assert lengths == {8}  # the only European night shifts of the demo would be shorter; its nights are in Manila
    told = Shift.objects.count()
    rostering.tell(world)
    assert Shift.objects.count() == told
    rostering.go_on(world, now=NOW)
    assert Shift.objects.count() == told
    rostering.go_on(world, now=NOW + timedelta(days=7))
    assert RosterVersion.objects.drafts().filter(week=here + timedelta(days=21)).count() == Team.objects.count()
    unedited = RosterVersion.objects.filter(week=here + timedelta(days=7), revision=0)
    assert {version.state for version in unedited} == {"published"}
    cheapest = Rate.objects.filter(vendor__isnull=False, valid_to=None).order_by("-minor_an_hour")[0]
    assert (
        cheapest.minor_an_hour
        < Rate.objects.filter(contract_type__isnull=False).order_by("minor_an_hour")[0].minor_an_hour
    )
    rostering.remove()
    for model in (Shift, ShiftSegment, RosterVersion, TimeOff, Contract, ContractType, Rate, ShiftTemplate):
        assert not model._default_manager.exists(), model


def test_a_night_in_manila_lies_on_two_days_and_belongs_to_the_first() -> None:
    world = World(7, 10, 3, NOW)
    first = monday(NOW.date())
    plan = shifts.plan(world, first, first + timedelta(days=6))
    nights = plan.hour == 22
    assert nights.any()
    starts = [datetime.fromtimestamp(s, UTC) for s in plan.start[nights].tolist()]
    assert {at.hour for at in starts} == {14}  # 22:00 in Manila
    assert [at.date().toordinal() for at in starts] == plan.day[nights].tolist()


def test_breaks_of_a_shift_never_overlap() -> None:
    for stagger in range(people.STAGGERS):
        for coached in (False, True):
            tiles = shifts._tiles(stagger, coached=coached)
            assert all(before[2] == after[1] for before, after in zip(tiles, tiles[1:], strict=False))
            assert {name for name, _, _ in tiles} >= {name for _, _, name in people.BREAKS}
