"""A slice of a figure: how addresses say it, what makes no sense, and that it counts what panels count."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from ops_dashboard.metrics import rollup
from ops_dashboard.metrics.definitions import registry
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.query import Query, Reader
from ops_dashboard.metrics.slices import (
    HOURS,
    WHOLE,
    Slice,
    asked_slice,
    bands,
    duration_word,
    hour_words,
    spoken,
)
from ops_dashboard.people.roles import SYSTEM
from tests.metrics.facts import random_tickets, record

DURATION, SHARE, STOCK = (
    registry.metric(slug) for slug in ("resolution_median", "first_resolution_attainment", "backlog")
)
UNTIL = datetime(2026, 4, 6, tzinfo=UTC)
MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))


def test_the_hours_of_a_week_begin_on_monday() -> None:
    assert (HOURS[0], HOURS[9], HOURS[24], HOURS[167]) == ("mon-00", "mon-09", "tue-00", "sun-23")
    assert asked_slice({"hour": " mon-09 "}, SHARE) == (Slice(hour=9), {})
    assert (spoken("mon-09"), hour_words(167)) == ("Mon 09:00", "Sun 23:00–24:00")


def test_a_band_is_said_from_and_to() -> None:
    assert asked_slice({"at-least": "15m", "under": "1h"}, DURATION) == (Slice(None, 900, 3600), {})
    assert asked_slice({"under": "2d", "hour": "sun-23"}, DURATION) == (Slice(167, None, 172_800), {})
    assert asked_slice({}, DURATION) == (WHOLE, {})
    assert bands([900, 3600]) == [(("under", "15m"),), (("at-least", "15m"), ("under", "1h")), (("at-least", "1h"),)]
    assert [duration_word(s) for s in (45, 900, 5400, 14_400, 172_800)] == ["45s", "15m", "90m", "4h", "2d"]
    assert [spoken(word) for word in ("15m", "4h", "2d", "tea")] == ["15 min", "4 h", "2 d", ""]


@pytest.mark.parametrize("word", ["mon", "mon-24", "mon-9", "MON-09", "monday-09", "mon-0٩", "tea", "x" * 5000])
def test_what_is_no_hour_of_the_week_is_told(word: str) -> None:
    part, problems = asked_slice({"hour": word}, SHARE)
    assert (part, problems) == (WHOLE, {"hour": f"{word[:20]!r} is no hour of the week; try mon-09."})


@pytest.mark.parametrize("word", ["15", "m", "0m", "-1h", "1.5h", "015m", "1w", "²h", "9" * 4400 + "d"])
def test_what_is_no_duration_is_told(word: str) -> None:
    part, problems = asked_slice({"at-least": word}, DURATION)
    assert (part, problems) == (WHOLE, {"at-least": f"{word[:20]!r} is no duration; try 15m, 4h or 2d."})


def test_a_slice_that_a_figure_has_not_is_told() -> None:
    assert asked_slice({"hour": "mon-09"}, STOCK)[1] == {"hour": "Backlog is a stock; it has no hour of the week."}
    told = asked_slice({"under": "1h"}, SHARE)[1]
    assert told == {"under": "First resolution on time is not made of durations; leave out under."}
    told = asked_slice({"at-least": "60m", "under": "1h"}, DURATION)[1]
    assert told == {"under": "Nothing is at least 60m and under 1h."}


@pytest.fixture
def month(db: None) -> Reader:
    record(random_tickets(400, seed=7, until=UNTIL))
    rollup.refill()
    return Reader(SYSTEM)


@pytest.mark.parametrize("where", [(), (("team", ("team-1",)),), (("priority", ("p1",)),)])
def test_the_hours_of_a_figure_hold_what_its_heat_map_counts(month: Reader, where) -> None:  # type: ignore[no-untyped-def]
    query = Query("first_resolution_attainment", MARCH, where=where)
    told = {row.hour: row.figure.n for row in month.run(replace(query, grain=Grain.HOUR_OF_WEEK)).rows}
    listed = {hour: len(month.subjects_of_facts(query, Slice(hour=hour))) for hour in range(168)}
    assert listed == told
    assert sum(listed.values()) == len(month.subjects_of_facts(query)) > 40


@pytest.mark.parametrize("where", [(), (("team", ("team-1",)),), (("priority", ("p1",)),)])
def test_the_bands_of_a_figure_hold_what_its_distribution_counts(month: Reader, where) -> None:  # type: ignore[no-untyped-def]
    query, edges = Query("resolution_median", MARCH, where=where), range(3600, 200_000, 3600)
    told = month.distribution(query, edges=edges)
    ends = zip((None, *edges), (*edges, None), strict=True)
    assert [len(month.subjects_of_facts(query, Slice(None, low, high))) for low, high in ends] == told
    assert sum(told) == len(month.subjects_of_facts(query)) > 40
