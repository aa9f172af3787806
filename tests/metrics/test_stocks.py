"""What levels hold: kept with every refill, and the same whichever way it is counted."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.utils import timezone

from ops_dashboard.metrics import reconciliation, rollup, stocktaking
from ops_dashboard.metrics.arithmetic import figures_of
from ops_dashboard.metrics.catalogue import cuts
from ops_dashboard.metrics.definitions import Level, registry
from ops_dashboard.metrics.groups import Groups
from ops_dashboard.metrics.holdings import EVERY, Holding, differing, together
from ops_dashboard.metrics.models import Fill, Stock
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.query import Query, Reader, run
from ops_dashboard.people.roles import SYSTEM
from tests.metrics.facts import add_ticket, make_priorities, make_teams, random_tickets, record

NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)
DTYPE = np.dtype([("priority", "<i4"), ("amount", "<i4")])
LEVELS = [metric for metric in registry.metrics() if isinstance(metric, Level)]


def holding(*rows: tuple[int, int, int]) -> Holding:
    """(team, priority, amount) of each row."""
    return Holding(np.array([team for team, *_ in rows], np.int64), np.array([tuple(row) for _, *row in rows], DTYPE))


def told(of: Holding) -> list[tuple[int, int, int]]:
    return [(team, *row) for team, row in zip(of.team.tolist(), of.what.tolist(), strict=True)]


def test_equal_cuts_are_added_up_and_nothing_is_left_out() -> None:
    added = together([holding((2, 1, 3), (1, 1, 2)), holding((2, 1, 4), (1, 1, -2), (1, 2, 1))], DTYPE)
    assert told(added) == [(1, 2, 1), (2, 1, 7)]
    assert told(together([], DTYPE)) == []


def test_only_facts_that_are_not_the_same_differ() -> None:
    before, after = holding((1, 1, 5), (1, 2, 6)), holding((1, 1, 5), (1, 2, 7))
    (team, old), (_, new) = differing((before.team, before.what), (after.team, after.what))
    assert (team.tolist(), old.tolist(), new.tolist()) == ([1], [(2, 6)], [(2, 7)])


@pytest.mark.django_db
def test_a_stock_is_what_is_open_by_team_and_cuts() -> None:
    team, high = make_teams(1)[0].id, make_priorities(1)[0].id
    record(
        add_ticket(1, created_at=NOON, team=team, priority=high)
        + add_ticket(2, created_at=NOON, team=team, priority=high)
        + add_ticket(3, created_at=NOON, team=team)
        + add_ticket(4, created_at=NOON, solved_at=NOON + timedelta(days=3), team=team)
    )
    rollup.refill()
    counted = stocktaking.counted([level for level in LEVELS if level.slug == "backlog"])["backlog"]
    assert sorted(zip(counted.what["priority"].tolist(), counted.what["amount"].tolist(), strict=True)) == [
        (0, 1),
        (high, 2),
    ]
    (stock,) = Stock.objects.filter(metric="backlog", team=team)
    assert bytes(stock.held) == counted.what.tobytes()


@pytest.mark.django_db
def test_refills_keep_stocks_as_tickets_change_and_go() -> None:
    now = timezone.now()
    record(random_tickets(200, seed=1, until=now))
    rollup.refill()
    record(random_tickets(80, seed=2, until=now, first_id=60), had_facts=True)
    rollup.refill()
    assert list(reconciliation.differing_stocks()) == []
    assert Stock.objects.filter(team=EVERY).count() == len(LEVELS)
    rollup.refill_everything()
    assert list(reconciliation.differing_stocks()) == []


@pytest.mark.django_db
def test_a_stock_that_its_cells_do_not_come_to_is_found() -> None:
    record(add_ticket(1, created_at=NOON))
    rollup.refill()
    Stock.objects.filter(metric="backlog", team=0).delete()
    assert [d.key for d in reconciliation.differing_stocks()] == ["backlog team 0"]


@pytest.mark.django_db
def test_a_source_in_another_layout_has_its_stocks_taken_anew() -> None:
    record(random_tickets(60, seed=3, until=timezone.now()))
    rollup.refill()
    Fill.objects.filter(source="steps").update(layout=99)
    Stock.objects.filter(metric="backlog").exclude(team=EVERY).delete()
    rollup.refill()
    assert Stock.objects.filter(metric="backlog", team=EVERY).exists()
    assert list(reconciliation.differing_stocks()) == []


@pytest.mark.django_db
@pytest.mark.parametrize("days", [6, 45])
def test_a_level_is_the_same_from_its_stock_and_from_its_history(days: int) -> None:
    """The stock serves periods near the end of history, here the last six days of sixty."""
    record(random_tickets(300, seed=4, until=timezone.now()))
    rollup.refill()
    today = timezone.now().date()
    period = Period(today - timedelta(days=days), today)
    questions = [
        Query(level.slug, period, grain, by=by, where=where)
        for level in LEVELS
        for grain in (Grain.DAY, Grain.TOTAL)
        for by in ((), ("team",), ("priority",), ("team", "priority"))
        for where in ((), (("priority", ("p1", "none")),), (("team", ("team-1",)),))
        if "priority" in cuts(level)
    ]
    from_stock = [(r.rows, r.total) for r in map(Reader(SYSTEM).run, questions)]
    Stock.objects.all().delete()
    Fill.objects.update(generation=1000)
    from_history = [(r.rows, r.total) for r in map(Reader(SYSTEM).run, questions)]
    assert from_stock == from_history
    assert any(total.value for _, total in from_stock)


@pytest.mark.parametrize(("left", "value", "n"), [(2, 1.0, 1), (3, 0.0, 0), (4, None, 0)])
def test_where_more_left_than_entered_what_entered_is_still_being_counted(left: int, value: float, n: int) -> None:
    """While a past is filled, the cells of one source may be there before those of another."""
    backlog = next(level for level in LEVELS if level.slug == "backlog")
    sums: dict[str, dict[str, np.ndarray]] = {source: {} for source in backlog.sources}
    for first, measures in ((3, backlog.entered), (left, backlog.left)):
        for place, (source, measure) in enumerate(measures):
            sums[source][measure] = np.array([0 if place else first])
    groups = {source: Groups([(None, ())], told) for source, told in sums.items()}
    day = date(2026, 4, 1)
    found = figures_of(backlog, groups, period=Period(day, day), grain=Grain.TOTAL, today=day)
    assert [(figure.value, figure.n) for figure in found.values()] == [(value, n)]


@pytest.mark.django_db
def test_a_level_of_a_day_before_or_after_all_history_is_nothing_or_the_stock() -> None:
    record(add_ticket(1, created_at=NOON) + add_ticket(2, created_at=NOON, solved_at=NOON + timedelta(days=20)))
    rollup.refill()
    days = (date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1))
    levels = [run(Query("backlog", Period(day, day)), scope=SYSTEM).total.value for day in days]
    assert levels == [0, 2, 1]
