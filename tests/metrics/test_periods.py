from datetime import date

import pytest

from ops_dashboard.metrics.periods import BadPeriod, Grain, Period, parse_period

SUNDAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("word", "start", "end"),
    [
        ("today", "2026-11-22", "2026-11-22"),
        ("yesterday", "2026-11-21", "2026-11-21"),
        ("last-28-days", "2026-10-25", "2026-11-21"),
        ("last-1-week", "2026-11-09", "2026-11-15"),
        ("this-week", "2026-11-16", "2026-11-22"),
        ("this-month", "2026-11-01", "2026-11-22"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2016-03-01..2016-05-31", "2016-03-01", "2016-05-31"),
    ],
)
def test_words_name_periods(word: str, start: str, end: str) -> None:
    assert parse_period(word, today=SUNDAY) == Period(date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize(
    "word",
    [
        "",
        "last-0-days",
        "2016-13",
        "2016-02-30..2016-03-01",
        "2016-05-31..2016-03-01",
        "last-9999-weeks",
        "0001-01-01..9999-12-31",
        "0001-01-01..0001-01-02",
        "9999-12-31..9999-12-31",
        "9999-12",
        "0001-01",
        "yesterday; drop table",
    ],
)
def test_other_words_are_refused_with_what_would_do(word: str) -> None:
    with pytest.raises(BadPeriod):
        parse_period(word, today=SUNDAY)


def test_a_comparison_keeps_the_days_of_the_week() -> None:
    ten_days = Period(date(2026, 11, 12), date(2026, 11, 21))
    assert ten_days.previous().start.weekday() == ten_days.start.weekday()
    assert ten_days.previous().end < ten_days.start
    month = Period(date(2026, 10, 25), date(2026, 11, 21))
    assert month.previous() == Period(date(2026, 9, 27), date(2026, 10, 24))


def test_buckets_cover_the_period() -> None:
    period = Period(date(2026, 10, 30), date(2026, 11, 10))
    assert list(period.buckets(Grain.WEEK)) == [date(2026, 10, 26), date(2026, 11, 2), date(2026, 11, 9)]
    assert list(period.buckets(Grain.MONTH)) == [date(2026, 10, 1), date(2026, 11, 1)]
    assert len(list(period.buckets(Grain.DAY))) == 12
