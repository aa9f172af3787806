"""A query string becomes a question, and nothing of it is lost over one bad value."""

from datetime import date

import pytest
from django.http import QueryDict

from ops_dashboard.metrics.forms import GRAINS, Asked, FilterForm
from ops_dashboard.metrics.periods import Grain, Period

TODAY = date(2026, 3, 18)  # a Wednesday
FEBRUARY = Period(date(2026, 2, 1), date(2026, 2, 28))


def ask(text: str) -> Asked:
    return FilterForm(
        QueryDict(text), today=TODAY, filters=("team", "channel"), period="last-28-days", grain=Grain.DAY
    ).asked()


def test_a_bare_address_asks_for_the_pages_own_period_and_the_one_before() -> None:
    asked = ask("")
    assert asked.period == Period(date(2026, 2, 18), date(2026, 3, 17))
    assert asked.compare == Period(date(2026, 1, 21), date(2026, 2, 17))
    assert (asked.grain, asked.where, asked.by, asked.problems) == (Grain.DAY, (), (), {})


def test_everything_in_the_address_reaches_the_query() -> None:
    asked = ask("period=2026-02&compare=off&grain=week&by=team&team=b&team=a&channel=email&exact=1")
    query = asked.query("created", grain=asked.grain, by=asked.by)
    assert query.period == FEBRUARY
    assert (query.compare, query.grain, query.by, query.exact) == (None, Grain.WEEK, ("team",), True)
    assert query.where == (("team", ("a", "b")), ("channel", ("email",)))


def test_the_canonical_address_asks_the_same_again() -> None:
    asked = ask("channel=email&exact=1&team=b&team=a&by=team&grain=week&compare=last-year&period=2026-02")
    assert asked.querystring == (
        "period=2026-02&compare=last-year&grain=week&by=team&team=a&team=b&channel=email&exact=1"
    )
    assert ask(asked.querystring) == asked


def test_two_dates_win_over_the_word() -> None:
    asked = ask("period=last-28-days&from=2026-02-01&to=2026-02-28")
    assert (asked.period, asked.period_word) == (FEBRUARY, "2026-02-01..2026-02-28")
    assert ask("from=2026-02-01").period == Period(date(2026, 2, 1), date(2026, 2, 1))


@pytest.mark.parametrize(
    ("text", "field"), [("period=soon", "period"), ("compare=never", "compare"), ("grain=minute", "grain")]
)
def test_a_bad_value_is_told_beside_its_chip_and_the_rest_stands(text: str, field: str) -> None:
    asked = ask(f"{text}&team=a")
    assert set(asked.problems) == {field}
    assert text.split("=")[1] in asked.problems[field]
    assert (asked.where, asked.period.days) == ((("team", ("a",)),), 28)


def test_a_page_cuts_by_days_weeks_or_months_alone_and_machines_by_all_grains() -> None:
    for word in ("total", "hour-of-week"):
        page = FilterForm(QueryDict(f"grain={word}"), today=TODAY, filters=(), period="last-28-days", grains=GRAINS)
        assert page.asked().problems == {"grain": f"'{word}' is no grain here; try day, week, month."}
        assert (page.asked().grain, ask(f"grain={word}").grain) == (Grain.DAY, Grain(word))


def test_a_period_that_ends_before_it_starts_is_refused() -> None:
    assert "before it starts" in ask("period=2026-02-28..2026-02-01").problems["period"]


@pytest.mark.parametrize(
    ("period", "grain"), [("last-139-days", "day"), ("last-140-days", "week"), ("last-800-days", "month")]
)
def test_long_periods_are_cut_coarser_unless_asked(period: str, grain: str) -> None:
    assert ask(f"period={period}").grain == grain
    assert ask(f"period={period}&grain=day").grain == "day"


def test_last_year_is_the_same_weekdays_52_weeks_before() -> None:
    asked = ask("period=2026-03-02..2026-03-08&compare=last-year")
    assert asked.compare == Period(date(2025, 3, 3), date(2025, 3, 9))


def test_a_filter_that_the_page_does_not_offer_is_left_alone() -> None:
    assert ask("agent=bob&utm=x&team=").where == ()
