"""Limits as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops_dashboard.metrics.alert_limits import BadLimit, limit_text, parse_limit
from ops_dashboard.metrics.definitions import Unit


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("90 %", Unit.SHARE, 0.9),
        ("92.5", Unit.SHARE, 0.925),
        ("100%", Unit.SHARE, 1),
        ("400", Unit.COUNT, 400),
        ("1,200", Unit.COUNT, 1200),
        ("2.5", Unit.PER, 2.5),
        ("0", Unit.MONEY, 0),
        ("2 h 30 min", Unit.SECONDS, 9000),
        ("45min", Unit.SECONDS, 2700),
        ("1.5 d", Unit.SECONDS, 129_600),
        (" 90 s ", Unit.SECONDS, 90),
    ],
)
def test_a_limit_is_read_in_the_unit_of_its_metric(text: str, unit: Unit, value: float) -> None:
    assert parse_limit(text, unit) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "unit", "words"),
    [
        ("101", Unit.SHARE, "100 % at most"),
        ("-5", Unit.COUNT, "write it as 400 or 2.5"),
        ("90 %", Unit.COUNT, "write it as 400 or 2.5"),
        ("1e9", Unit.COUNT, "no such number"),
        ("nan", Unit.SHARE, "write it as 90 %"),
        ("12,5", Unit.SHARE, "no such number"),
        ("90", Unit.SECONDS, "with its unit"),
        ("2 hours", Unit.SECONDS, "with its unit"),
        ("", Unit.SECONDS, "with its unit"),
        ("9" * 30, Unit.COUNT, "more than anything is"),
        ("٤٠٠", Unit.COUNT, "no such number"),
    ],
)
def test_what_is_no_limit_says_what_would_be(text: str, unit: Unit, words: str) -> None:
    with pytest.raises(BadLimit, match=words):
        parse_limit(text, unit)


@given(st.integers(0, 10**9), st.sampled_from([Unit.SECONDS, Unit.COUNT, Unit.MONEY]))
def test_a_limit_is_spelt_so_that_it_reads_the_same(value: int, unit: Unit) -> None:
    assert parse_limit(limit_text(float(value), unit), unit) == value


@given(st.integers(0, 1000))
def test_so_is_a_share(tenths: int) -> None:
    assert parse_limit(limit_text(tenths / 1000, Unit.SHARE), Unit.SHARE) == pytest.approx(tenths / 1000)
