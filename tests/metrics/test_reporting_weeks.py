"""What a reader who may see no small figure can work out from periods that differ by little."""

from datetime import UTC, date, datetime, timedelta
from itertools import combinations

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from ops_dashboard.metrics import rollup
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.query import Query, Reader, today
from ops_dashboard.metrics.reporting_weeks import cuts_a_block, in_weeks, last_week_over
from ops_dashboard.metrics.result import SMALL_CELL
from tests.cast import make_cast
from tests.metrics.facts import add_ticket, make_teams, record
from tests.metrics.test_withholding import PARTNER

MONDAY, WEEK, DAY = date(2026, 3, 2), timedelta(days=7), timedelta(days=1)
SIZES = (30, 3, 8, 40)  # tickets of four weeks: the second and third are a block


def weeks(first: int, last: int) -> Period:
    """From week `first` to week `last` of SIZES, 0 being the first."""
    return Period(MONDAY + first * WEEK, MONDAY + last * WEEK + 6 * DAY)


@given(st.lists(st.integers(0, 25), min_size=1, max_size=9))
def test_no_two_periods_that_are_told_differ_by_a_few(sizes: list[int]) -> None:
    """Every period that is told, less every other one that begins or ends with it."""
    told = [
        (first, last + 1)
        for first, last in combinations_of_weeks(len(sizes))
        if not cuts_a_block({MONDAY + n * WEEK: size for n, size in enumerate(sizes)}, weeks(first, last))
    ]
    for one, other in combinations(told, 2):
        if one[0] == other[0] or one[1] == other[1]:
            apart = sorted({*one} ^ {*other})
            assert not 0 < sum(sizes[apart[0] : apart[1]]) < SMALL_CELL
    assert all(not 0 < sum(sizes[first:end]) < SMALL_CELL for first, end in told)


def combinations_of_weeks(count: int) -> list[tuple[int, int]]:
    return [(first, last) for first in range(count) for last in range(first, count)]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (Period(MONDAY, MONDAY + 6 * DAY), weeks(0, 0)),
        (Period(MONDAY + DAY, MONDAY + 15 * DAY), weeks(1, 1)),
        (Period(MONDAY - DAY, MONDAY + 14 * DAY), weeks(0, 1)),
        (Period(MONDAY + DAY, MONDAY + 2 * DAY), weeks(0, 0)),  # of one week: that week
        (Period(MONDAY + 22 * DAY, MONDAY + 30 * DAY), weeks(3, 3)),  # not over: the last that is
        (Period(MONDAY, MONDAY + 400 * DAY), weeks(0, 3)),
    ],
)
def test_a_period_is_told_in_whole_weeks_that_are_over(asked: Period, told: Period) -> None:
    assert in_weeks(asked, until=MONDAY + 27 * DAY) == told


@pytest.mark.parametrize(("on", "sunday"), [(MONDAY, MONDAY - DAY), (MONDAY + 6 * DAY, MONDAY - DAY)])
def test_a_week_is_over_when_the_next_one_has_begun(on: date, sunday: date) -> None:
    assert last_week_over(on) == sunday


@pytest.fixture
def tickets(db: None) -> None:
    """As many as SIZES tells, spread over the days of each week."""
    team, rows, number = make_teams(1)[0].id, [], 0
    for week, size in enumerate(SIZES):
        for nth in range(size):
            number += 1
            on = MONDAY + week * WEEK + (nth % 7) * DAY
            rows += add_ticket(number, created_at=datetime(on.year, on.month, on.day, 12, tzinfo=UTC), team=team)
    record(rows)
    rollup.refill()


def total(period: Period, **filters: tuple[str, ...]) -> float | str | None:
    figure = Reader(PARTNER).run(Query("created", period, where=tuple(filters.items()))).total
    return "withheld" if figure.is_withheld else figure.value


@pytest.mark.usefixtures("tickets")
@pytest.mark.parametrize("filters", [{}, {"team": ("team-0",)}])
def test_a_day_more_tells_nothing(filters: dict[str, tuple[str, ...]]) -> None:
    period = weeks(0, 0)
    longer = {total(Period(period.start, period.end + days * DAY), **filters) for days in range(7)}
    assert longer == {30}
    assert {total(Period(period.start + days * DAY, period.end), **filters) for days in range(7)} == {30}


@pytest.mark.usefixtures("tickets")
@pytest.mark.parametrize("filters", [{}, {"team": ("team-0",)}])
def test_periods_of_weeks_do_not_give_a_small_week_away(filters: dict[str, tuple[str, ...]]) -> None:
    told = {(first, last): total(weeks(first, last), **filters) for first, last in combinations_of_weeks(4)}
    assert {key: value for key, value in told.items() if value != "withheld"} == {
        (0, 0): 30,
        (0, 2): 41,
        (0, 3): 81,
        (1, 2): 11,
        (1, 3): 51,
        (3, 3): 40,
    }


@pytest.mark.usefixtures("tickets")
@pytest.mark.parametrize("grain", [Grain.DAY, Grain.WEEK, Grain.MONTH])
def test_a_course_is_told_by_weeks(grain: Grain) -> None:
    result = Reader(PARTNER).run(Query("created", weeks(0, 3), grain))
    assert [(row.start, row.figure.value) for row in result.rows] == [
        (MONDAY, 30),
        (MONDAY + WEEK, None),
        (MONDAY + 2 * WEEK, None),
        (MONDAY + 3 * WEEK, 40),
    ]
    assert result.withheld == 2


@pytest.mark.django_db
def test_the_week_that_runs_is_not_told_yet() -> None:
    over = last_week_over(today())
    noon = datetime(over.year, over.month, over.day, 12, tzinfo=UTC)
    team = make_teams(1)[0].id
    rows = [row for n in range(15) for row in add_ticket(n, created_at=noon, team=team)]
    record(rows + [row for n in range(12) for row in add_ticket(100 + n, created_at=timezone.now(), team=team)])
    rollup.refill()
    result = Reader(PARTNER).run(Query("created", Period(over - 20 * DAY, today())))
    assert (result.total.value, result.period) == (15, Period(over - 20 * DAY, over))


@pytest.mark.django_db
def test_a_page_says_which_days_a_partner_is_told_and_nothing_of_the_day_that_runs() -> None:
    """The cast's partner asks for a Tuesday to a Wednesday two weeks later: one whole week lies between."""
    page = make_cast().client("pat").get("/?period=2026-03-03..2026-03-18").content.decode()
    assert '<b id="chip-value-period">9 Mar – 15 Mar 2026</b>' in page
    assert '<b id="chip-value-grain">week</b>' in page
    assert 'id="title-teams"' in page and 'id="title-today"' not in page and 'id="title-breaking"' not in page
