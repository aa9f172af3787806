"""What a calendar may say, and how it is told when it may not."""

from datetime import date
from typing import Any

import pytest

from tickets.business_calendar import ALWAYS, BadCalendar, Calendar

DOCUMENT: dict[str, Any] = {
    "timezone": "Europe/London",
    "weekly": {"mon": [["09:00", "12:00"], ["22:00", "06:00"]], "sun": [["00:00", "24:00"]]},
    "holidays": ["2026-12-25", "2026-12-26"],
    "overrides": {"2026-12-24": [["09:00", "12:00"]]},
    "breaks": {"2026-12-23": [["12:00", "13:00"]]},
    "holiday_truncates_overnight": True,
    "holiday_beats_override": False,
}


def test_the_policy_file_form_reads_and_writes_back() -> None:
    calendar = Calendar.from_json(DOCUMENT)
    assert calendar.weekly["mon"] == (("09:00", "12:00"), ("22:00", "06:00"))
    assert calendar.holidays == {date(2026, 12, 25), date(2026, 12, 26)}
    assert calendar.overrides == {date(2026, 12, 24): (("09:00", "12:00"),)}
    assert calendar.to_json() == DOCUMENT


def test_everything_but_the_zone_may_be_left_out() -> None:
    calendar = Calendar.from_json({"name": "closed", "timezone": "UTC"})
    assert calendar == Calendar("UTC")
    assert calendar.to_json()["weekly"] == {}


def test_equal_calendars_are_one_key() -> None:
    assert len({Calendar.from_json(DOCUMENT), Calendar.from_json(DOCUMENT), ALWAYS}) == 2


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"timezone": "Mars/Olympus"}, "timezone: 'Mars/Olympus' is not an IANA zone"),
        ({"timezone": None}, "timezone: None is not an IANA zone"),
        ({"timezone": "../zone"}, "timezone: '../zone' is not an IANA zone"),
        ({"weekly": {"monday": []}}, "weekly: 'monday' is not one of mon"),
        ({"weekly": [1]}, r"weekly: \[1\] is not an object"),
        ({"weekly": {"mon": "09:00-17:00"}}, "weekly.mon: '09:00-17:00' is not a list"),
        ({"weekly": {"mon": [["09:00"]]}}, "weekly.mon: .* is not a list of"),
        ({"weekly": {"mon": [["9:00", "17:00"]]}}, "weekly.mon: '9:00' is not a time"),
        ({"weekly": {"mon": [["09:00", "24:01"]]}}, "weekly.mon: '24:01' is not a time"),
        ({"weekly": {"mon": [["09:00", 17]]}}, "weekly.mon: 17 is not a time"),
        ({"weekly": {"mon": [["24:00", "06:00"]]}}, "weekly.mon: a window cannot open at 24:00"),
        ({"holidays": "2026-12-25"}, "holidays: '2026-12-25' is not a list"),
        ({"holidays": ["2026-02-30"]}, "holidays: '2026-02-30' is not a date"),
        ({"overrides": {"25.12.2026": []}}, "overrides: '25.12.2026' is not a date"),
        ({"overrides": {"2026-12-24": [["x", "y"]]}}, "overrides.2026-12-24: 'x' is not a time"),
        ({"breaks": {"2026-12-24": None}}, "breaks.2026-12-24: None is not a list"),
        ({"holiday_beats_override": "no"}, "holiday_beats_override: 'no' is not true or false"),
    ],
)
def test_a_wrong_field_is_named(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(BadCalendar, match=complaint):
        Calendar.from_json(DOCUMENT | change)
