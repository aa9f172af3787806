"""Cells follow facts: marked when they change, redone once, right whatever dies in between."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings
from time_machine import travel

from ops_dashboard.metrics import reconciliation, rollup, tasks
from ops_dashboard.metrics.asking import BeingRecounted
from ops_dashboard.metrics.catalogue import cuts
from ops_dashboard.metrics.definitions import Column, registry
from ops_dashboard.metrics.models import Cell, Fill, StaleCell
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.query import Query, Reader, run
from ops_dashboard.metrics.records import instant_word
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import SYSTEM, Role
from tests.killing import running_until_killed
from tests.metrics.facts import add_ticket, make_teams, random_tickets, record
from tickets.models import Promise

NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)


def differences() -> list[str]:
    cells = [str(d) for source in registry.sources() for d in reconciliation.differing_cells(source)]
    return cells + [str(d) for d in reconciliation.differing_stocks()]


def value(slug: str, day: date, **where: str) -> float | None:
    filters = tuple((cut, (slug,)) for cut, slug in where.items())
    return run(Query(slug, Period(day, day), where=filters), scope=SYSTEM).total.value


@pytest.mark.django_db
def test_a_refill_leaves_what_a_rebuild_would_and_nothing_stale() -> None:
    record(random_tickets(300, seed=1, until=timezone.now()))
    done = rollup.refill()
    assert done.cells > 0
    assert StaleCell.objects.count() == 0
    assert differences() == []


@pytest.mark.django_db
def test_refilling_again_redoes_nothing() -> None:
    record(random_tickets(50, seed=2, until=timezone.now()))
    rollup.refill()
    before = list(Fill.objects.order_by("source").values_list("source", "generation"))
    assert rollup.refill().cells == 0
    assert list(Fill.objects.order_by("source").values_list("source", "generation")) == before


@pytest.mark.django_db
def test_only_cells_whose_facts_changed_are_marked() -> None:
    team = make_teams(1)[0].id
    record(add_ticket(1, created_at=NOON, team=team))
    rollup.refill()
    record(add_ticket(1, created_at=NOON, solved_at=NOON + timedelta(days=2), team=team), had_facts=True)
    marked = {(s, str(d), t) for s, d, t in StaleCell.objects.values_list("source", "day", "team")}
    # The solve is a new fact of 1 April; the creation of 30 March stands as it was.
    assert marked == {("steps", "2026-04-01", team), ("solves", "2026-04-01", team)}


@pytest.mark.django_db
def test_a_ticket_that_moves_to_another_day_empties_its_old_cell() -> None:
    record(add_ticket(1, created_at=NOON))
    rollup.refill()
    record(add_ticket(1, created_at=NOON + timedelta(days=1)), had_facts=True)
    rollup.refill()
    assert not Cell.objects.filter(source="created", day=NOON.date()).exists()
    assert value("created", NOON.date() + timedelta(days=1)) == 1


@pytest.mark.django_db
def test_a_promise_is_missed_the_moment_it_falls_due_without_a_new_event(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = {"now": NOON + timedelta(minutes=59)}
    monkeypatch.setattr(timezone, "now", lambda: clock["now"])
    record(add_ticket(1, created_at=NOON, due_at=NOON + timedelta(hours=1)))
    rollup.refill()
    assert value("first_resolution_running", NOON.date()) == 1
    assert value("first_resolution_attainment", NOON.date()) is None
    clock["now"] = NOON + timedelta(minutes=61)
    rollup.refill()
    assert value("first_resolution_running", NOON.date()) == 0
    assert value("first_resolution_attainment", NOON.date()) == 0
    assert Promise.objects.get().state == 1  # the row itself was not touched


@pytest.mark.django_db
def test_days_are_cut_in_the_reporting_zone_and_the_long_day_counts_once(settings: Settings) -> None:
    settings.REPORTING_ZONE = "Europe/London"
    london = ZoneInfo("Europe/London")
    # 25 October 2026 has 25 hours in London: from 23:00 UTC of the 24th to 24:00 UTC of the 25th.
    instants = [datetime(2026, 10, 24, 22, 59, tzinfo=UTC)]
    instants += [datetime(2026, 10, 24, 23, tzinfo=UTC) + timedelta(hours=h) for h in range(25)]
    instants += [datetime(2026, 10, 26, 0, 0, tzinfo=UTC)]
    for i, at in enumerate(instants, start=1):
        record(add_ticket(i, created_at=at))
    rollup.refill()
    assert [value("created", date(2026, 10, day)) for day in (24, 25, 26)] == [1, 25, 1]
    heat = run(Query("created", Period(date(2026, 10, 25), date(2026, 10, 25)), Grain.HOUR_OF_WEEK), scope=SYSTEM)
    by_hour = {row.hour: row.figure.value for row in heat.rows if row.figure.value}
    assert by_hour[6 * 24 + 1] == 2  # one o'clock comes twice
    assert sum(by_hour.values()) == 25
    assert instants[1].astimezone(london).hour == 0


@pytest.mark.django_db
def test_another_reporting_zone_redoes_every_cell(settings: Settings) -> None:
    record(add_ticket(1, created_at=datetime(2026, 3, 30, 23, 30, tzinfo=UTC)))
    rollup.refill()
    settings.REPORTING_ZONE = "Asia/Manila"
    rollup.refill()
    assert value("created", date(2026, 3, 31)) == 1
    assert value("created", date(2026, 3, 30)) in (0, None)


@pytest.mark.django_db
def test_reconciliation_names_a_cell_that_was_tampered_with() -> None:
    record(add_ticket(1, created_at=NOON))
    rollup.refill()
    Cell.objects.filter(source="created").update(totals=[9] * len(registry.source("created").sums))
    assert len(differences()) == 1
    assert "created 2026-03-30" in differences()[0]


@pytest.mark.django_db(transaction=True)
def test_two_workers_side_by_side_leave_correct_cells() -> None:
    record(random_tickets(800, seed=3, until=timezone.now()))

    def work() -> None:
        try:
            rollup.refill()
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    record(random_tickets(100, seed=4, until=timezone.now(), first_id=5001))
    for worker in workers:
        worker.join(timeout=60)
    rollup.refill()
    assert differences() == []


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_finds_cells_held_for_long_leaves_them_to_the_next_call() -> None:
    record(add_ticket(1, created_at=NOON))
    holder = connection.copy()
    try:
        with holder.cursor() as held, connection.cursor() as cursor:
            holder.set_autocommit(False)
            held.execute("LOCK TABLE metrics_cell IN SHARE ROW EXCLUSIVE MODE")
            cursor.execute("SET lock_timeout = '200ms'")
            owed = StaleCell.objects.count()
            assert (tasks.refill(), StaleCell.objects.count()) == (0, owed)
            holder.rollback()
            cursor.execute("RESET lock_timeout")
        assert tasks.refill() == owed
        assert differences() == []
    finally:
        holder.close()


@pytest.mark.django_db(transaction=True)
def test_a_refill_that_waited_for_a_rebuild_replaces_what_the_rebuild_wrote() -> None:
    record(random_tickets(50, seed=6, until=timezone.now()))
    rollup.refill()
    for cell in Cell.objects.filter(source="created")[:5]:
        StaleCell.objects.create(source="created", day=cell.day, team=cell.team)
    failures: list[DatabaseError] = []

    def work() -> None:
        try:
            rollup.refill()
        except DatabaseError as failure:
            failures.append(failure)
        finally:
            connection.close()

    beside = threading.Thread(target=work)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE metrics_cell IN SHARE ROW EXCLUSIVE MODE")
        beside.start()
        while not is_waited_for(cursor, "metrics_cell"):
            assert beside.is_alive()
        rollup.refill_all(registry.source("created"))
    beside.join(timeout=60)
    assert failures == []
    assert (StaleCell.objects.count(), differences()) == (0, [])


def is_waited_for(cursor: CursorWrapper, table: str) -> bool:
    cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE relation = %s::regclass AND NOT granted)", [table])
    return bool(cursor.fetchone()[0])


HELD = """
from django.db import transaction
from ops_dashboard.metrics import rollup
with transaction.atomic():
    print(rollup._refill_batch(), flush=True)
    time.sleep(120)
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_of_a_refill_leaves_its_work_to_the_next() -> None:
    record(random_tickets(200, seed=5, until=timezone.now()))
    owed = StaleCell.objects.count()
    with running_until_killed(HELD):
        pass  # it holds a batch
    assert StaleCell.objects.count() == owed
    rollup.refill()
    assert StaleCell.objects.count() == 0
    assert differences() == []


@pytest.mark.django_db
def test_every_metric_is_the_same_from_totals_and_from_blocks() -> None:
    record(random_tickets(400, seed=6, until=timezone.now()))
    rollup.refill()
    reader = Reader(SYSTEM)
    today = timezone.now().date()
    period = Period(today - timedelta(days=40), today)
    everything = (("priority", ("none", "p0", "p1", "p2")),)
    for metric in (metric for metric in registry.metrics() if "priority" in cuts(metric)):
        for grain in (Grain.DAY, Grain.WEEK, Grain.MONTH, Grain.TOTAL):
            for by in ((), ("team",)):
                plain = reader.run(Query(metric.slug, period, grain, by=by))
                decoded = reader.run(Query(metric.slug, period, grain, by=by, where=everything))
                assert (plain.rows, plain.total) == (decoded.rows, decoded.total), (metric.slug, grain, by)


@pytest.mark.django_db
def test_sql_tools_read_the_same_totals() -> None:
    record(random_tickets(100, seed=7, until=timezone.now()))
    rollup.refill()
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(created), count(DISTINCT team) FROM metrics_created_daily")
        created, teams = cursor.fetchone()
        cursor.execute("SELECT sum(first_resolution_met), sum(first_resolution_decided) FROM metrics_promises_daily")
        met, decided = (int(amount) for amount in cursor.fetchone())
    assert (created, teams) == (100, 3)
    period = Period(timezone.now().date() - timedelta(days=100), timezone.now().date())
    figure = run(Query("first_resolution_attainment", period), scope=SYSTEM).total
    assert (figure.value, figure.n) == (met / decided, decided)


@pytest.mark.django_db
def test_cells_owed_for_too_long_are_reported(caplog: pytest.LogCaptureFixture) -> None:
    record(add_ticket(1, created_at=NOON))
    assert tasks.check_freshness()
    since = timezone.now() - timedelta(minutes=7)
    StaleCell.objects.update(marked_at=since)
    assert not tasks.check_freshness()
    assert f"figures stale complete_to={instant_word(since)} cells={StaleCell.objects.count()}" in caplog.text
    tasks.refill()
    assert tasks.check_freshness()


@pytest.mark.django_db
def test_after_a_change_of_what_cells_hold_pages_wait_for_the_refill(
    monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    """As after an upgrade whose source has another column: bytes of the old layout are not read as the new."""
    record(add_ticket(1, created_at=NOON))
    rollup.refill()
    client.force_login(User.objects.create(username="m", role=Role.MANAGER))
    created = registry.source("created")
    told = replace(created, columns=(*created.columns, Column("again", "<i4", "f.priority")))
    monkeypatch.setitem(registry._sources, "created", told)
    with pytest.raises(BeingRecounted, match="counted anew"):
        value("created", NOON.date())
    page = client.get("/?period=2026-03-30..2026-03-30")
    assert page.status_code == 200
    assert "being counted anew after a change" in page.text
    for address in ("/api/v1/metrics/created/", "/export/created.csv"):
        answer = client.get(address, {"period": "2026-03-30..2026-03-30"})
        assert (address, answer.status_code, answer["Retry-After"]) == (address, 503, "60")
    rollup.refill()
    assert value("created", NOON.date()) == 1
    monkeypatch.undo()
    with pytest.raises(BeingRecounted):
        value("created", NOON.date())


@pytest.mark.django_db
def test_numbers_reach_to_the_last_refill_however_long_ago_everything_was_rebuilt() -> None:
    record(add_ticket(1, created_at=NOON - timedelta(days=1), due_at=NOON + timedelta(days=1)))
    with travel(NOON, tick=False):
        rollup.refill_everything()
        assert Reader(SYSTEM).freshness.complete_to == NOON
    later = NOON + timedelta(minutes=9)
    with travel(later, tick=False):
        rollup.refill()
        assert Reader(SYSTEM).freshness.complete_to == later
