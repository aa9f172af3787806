"""Arrays that outlive a refill: they hold what a fresh reading would, and fetch only what changed."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

import numpy as np
import pytest

from ops_dashboard.metrics import rollup, shelf, stretches
from ops_dashboard.metrics.definitions import registry
from ops_dashboard.metrics.models import Cell, Fill
from ops_dashboard.metrics.periods import Period
from ops_dashboard.metrics.shelf import KEPT, Shelf
from ops_dashboard.metrics.stretches import Rows, Stretch
from tests.metrics.facts import add_ticket, make_teams, record
from tests.metrics.test_rollup import NOON

SOLVES = registry.source("solves")
MARCH = Period(date(2026, 3, 1), date(2026, 4, 30))
CONTENTS = [stretches.totals, stretches.hours, stretches.histograms, stretches.blocks]


def generation() -> int:
    return Fill.objects.get(source="solves").generation


def same(one: Stretch, other: Stretch) -> bool:
    told = [(s.day, s.team, s.size, s.rows.day, s.rows.team, s.rows.what) for s in (one, other)]
    return all(np.array_equal(a, b) for a, b in zip(*told, strict=True))


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_a_renewed_stretch_is_what_a_fresh_reading_gives(seed: int) -> None:
    """Tickets come, move to another day or team, and go, so that cells appear, change and vanish anywhere."""
    chance, teams = Random(seed), [team.id for team in make_teams(3)]
    known: dict[str, list[Stretch]] = {make(SOLVES).column: [] for make in CONTENTS}
    had: set[int] = set()
    for _ in range(4):
        for ticket in chance.sample(range(1, 25), 8):
            day, took = timedelta(days=chance.randint(-10, 10)), timedelta(hours=chance.randint(1, 60))
            solved = None if chance.random() < 0.3 else NOON + day + took
            rows = add_ticket(ticket, created_at=NOON + day, solved_at=solved, team=chance.choice(teams))
            record(rows, had_facts=ticket in had)
            had.add(ticket)
        rollup.refill()
        for make in CONTENTS:
            content = make(SOLVES)
            fresh = stretches.fetched(content, SOLVES, MARCH, None, generation=generation())
            for earlier in known[content.column]:
                assert same(stretches.renewed(earlier, content, SOLVES, MARCH, None, generation()), fresh)
            known[content.column].append(fresh)


@pytest.mark.django_db
def test_only_cells_written_since_are_fetched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    team = make_teams(1)[0].id
    for ticket in range(1, 11):
        solved_at = NOON + timedelta(days=ticket)
        record(add_ticket(ticket, created_at=NOON, solved_at=solved_at, team=team))
    rollup.refill()
    reads: list[int] = []
    content = stretches.blocks(SOLVES)

    def counted(raw: bytes) -> np.ndarray:
        reads.append(len(raw) // SOLVES.dtype.itemsize)
        return content.read(raw)

    watched = stretches.Content(content.column, content.width, counted)
    known = stretches.fetched(watched, SOLVES, MARCH, None, generation=generation())
    record(add_ticket(11, created_at=NOON, solved_at=NOON + timedelta(days=3, hours=1), team=team))
    rollup.refill()
    renewed = stretches.renewed(known, watched, SOLVES, MARCH, None, generation())
    assert reads == [10, 2]  # every solve once; then the two of the one day that changed
    assert len(renewed.rows.what) == 11


@pytest.mark.django_db
def test_the_last_cell_of_a_stretch_may_go() -> None:
    record(add_ticket(1, created_at=NOON, solved_at=NOON + timedelta(hours=1)))
    rollup.refill()
    known = stretches.fetched(stretches.totals(SOLVES), SOLVES, MARCH, None, generation=generation())
    record(add_ticket(1, created_at=NOON), had_facts=True)
    rollup.refill()
    assert not Cell.objects.filter(source="solves").exists()
    renewed = stretches.renewed(known, stretches.totals(SOLVES), SOLVES, MARCH, None, generation())
    assert len(renewed.rows.what) == len(renewed.day) == 0


@pytest.mark.django_db
def test_what_is_taken_from_a_stretch_is_taken_anew_only_when_one_of_its_cells_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    team = make_teams(1)[0].id
    record(add_ticket(1, created_at=NOON, solved_at=NOON + timedelta(hours=1), team=team, priority=1))
    rollup.refill()
    taken: list[int] = []
    passing = shelf._passing

    def counted(rows: Rows, where: list[shelf.Filter]) -> Rows:
        taken.append(len(rows.what))
        return passing(rows, where)

    monkeypatch.setattr(shelf, "_passing", counted)

    def of_priority() -> Rows:
        return Shelf(None, {"solves": generation()}, ()).blocks(SOLVES, MARCH, None, [("priority", [1])])

    assert len(of_priority().what) == 1
    record(add_ticket(2, created_at=NOON, solved_at=NOON + timedelta(days=90), team=team, priority=1))
    rollup.refill()  # a later month
    assert len(of_priority().what) == 1
    assert taken == [1]
    record(add_ticket(3, created_at=NOON, solved_at=NOON + timedelta(days=1), team=team, priority=1))
    rollup.refill()
    assert len(of_priority().what) == 2
    assert taken == [1, 2]


def test_the_store_keeps_to_its_budget() -> None:
    def rows_of(size: int) -> Callable[[], Rows]:
        return lambda: Rows(*(np.zeros(size // 24, np.int64) for _ in range(3)))

    store = shelf.Kept(2400)
    first = store.rows(("a",), rows_of(1000))
    assert store.rows(("a",), rows_of(1000)) is first
    store.rows(("b",), rows_of(1000))
    store.rows(("c",), rows_of(1000))  # a is the least lately used
    assert store.rows(("a",), rows_of(1000)) is not first
    huge = store.rows(("d",), rows_of(2000))  # more than half: answered, not kept
    assert store.rows(("d",), rows_of(2000)) is not huge
    assert KEPT is not store
