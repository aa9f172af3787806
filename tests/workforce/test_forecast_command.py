"""`manage.py forecast`: what it answers, and how it refuses what it cannot read."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

START = datetime(2026, 1, 5)  # noqa: DTZ001 - local to whichever zone the test names


def written(tmp_path: Path, text: str, name: str = "series.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def rows(*, hours: int, value: str = "10", step: timedelta = timedelta(hours=1)) -> str:
    return "".join(f"{(START + n * step).isoformat()},{value}\n" for n in range(hours))


def forecast(path: Path, horizon: str = "24", **options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command("forecast", str(path), horizon=horizon, json=True, stdout=out, **options)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def test_a_constant_series_goes_on_where_it_ended(tmp_path: Path) -> None:
    answer = forecast(written(tmp_path, "at,value\n" + rows(hours=24 * 70)))
    first, last = answer["rows"][0], answer["rows"][-1]
    assert (answer["model"], answer["interval_s"], len(answer["rows"])) == ("multiplicative", 3600, 24)
    assert first == {"at": "2026-03-16T00:00:00", "value": 10.0, "low": 10.0, "high": 10.0}
    assert last["at"] == "2026-03-16T23:00:00"
    tested = answer["backtest"]
    assert tested["origins"] > 3
    assert {each["model"] for each in tested["accuracies"]} == {
        "multiplicative", "eight-week average", "seasonal naive",
    }  # fmt: skip
    assert tested["accuracies"][0]["wape"] == pytest.approx(0, abs=1e-9)


def test_moments_with_an_offset_come_back_with_the_zone_s_offset(tmp_path: Path) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    text = "at,value\n" + "".join(f"{(at + timedelta(hours=n)).isoformat()},5\n" for n in range(24 * 28))
    answer = forecast(written(tmp_path, text), zone="Europe/Berlin")
    assert [row["at"] for row in answer["rows"][:2]] == ["2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"]


def test_a_grid_filled_through_a_spring_night_is_read_and_goes_on(tmp_path: Path) -> None:
    """Zeros at wall times that never came are dropped; calls at one of them are a mistake."""
    filled = "at,value\n" + "".join(
        f"{(datetime(2026, 3, 2) + timedelta(hours=n)).isoformat()},0\n"  # noqa: DTZ001
        for n in range(24 * 28)
    )
    assert len(forecast(written(tmp_path, filled), zone="Europe/Berlin")["rows"]) == 24
    wrong = filled.replace("2026-03-29T02:00:00,0", "2026-03-29T02:00:00,3")
    with pytest.raises(CommandError, match=r"line 652, at: 2026-03-29 02:00:00 never came in Europe/Berlin"):
        forecast(written(tmp_path, wrong), zone="Europe/Berlin")


def test_an_hour_that_comes_twice_in_autumn_counts_twice(tmp_path: Path) -> None:
    at = datetime(2026, 10, 25, 0, tzinfo=UTC)
    local = ["2026-10-25T02:00:00", "2026-10-25T02:00:00", "2026-10-25T03:00:00"]
    answer = forecast(written(tmp_path, "at,value\n" + "".join(f"{each},4\n" for each in local)), zone="Europe/Berlin")
    assert answer["rows"][0]["at"] == "2026-10-25T04:00:00"
    assert at


@pytest.mark.parametrize("horizon", ["14", "14d", "2w"])
def test_a_daily_series_by_dates(tmp_path: Path, horizon: str) -> None:
    text = "at,value\n" + "".join(f"{(START + timedelta(days=n)).date()},{n % 7 * 10 + 20}\n" for n in range(84))
    answer = forecast(written(tmp_path, text), horizon)
    assert [row["at"] for row in answer["rows"]][:2] == ["2026-03-30", "2026-03-31"]
    assert [row["value"] for row in answer["rows"]] == pytest.approx([n % 7 * 10 + 20 for n in range(14)], rel=0.02)


def test_hours_that_the_series_leaves_out_stay_out(tmp_path: Path) -> None:
    lines = [
        f"{at.isoformat()},{at.hour}\n"
        for at in (START + timedelta(hours=n) for n in range(24 * 56))
        if 8 <= at.hour < 18 and at.weekday() < 5
    ]
    answer = forecast(written(tmp_path, "at,value\n" + "".join(lines)), "100")
    moments = [datetime.fromisoformat(row["at"]) for row in answer["rows"]]
    assert len(moments) == 100
    assert all(8 <= at.hour < 18 and at.weekday() < 5 for at in moments)


def test_events_and_holidays_are_told(tmp_path: Path) -> None:
    at = START.date()
    counts = [100 + 100 * (50 <= n < 68) - 100 * (n == 30) for n in range(120)]
    text = "at,value\n" + "".join(f"{at + timedelta(days=n)},{count}\n" for n, count in enumerate(counts))
    events = f"type,start\nmailing,{at + timedelta(days=50)}\nmailing,{at + timedelta(days=121)}\n"
    holidays = f"date\n{at + timedelta(days=30)}\n{at + timedelta(days=120)}\n"
    answer = forecast(
        written(tmp_path, text),
        "3",
        events=written(tmp_path, events, "events.csv"),
        holidays=written(tmp_path, holidays, "holidays.csv"),
    )
    assert [row["value"] for row in answer["rows"]] == pytest.approx([0, 100 * 2**0.8, 100 * 2**0.8], rel=0.02)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "line 1: has no column 'at'"),
        ("at,value\n", "holds no rows"),
        ("when,count\n2026-01-01,3\n", "has no column 'at'"),
        ("at,value\nyesterday,3\n", "line 2, at: 'yesterday' is not a moment"),
        ("at,value\n2026-01-01,many\n", "line 2, value: 'many' is not a number"),
        ("at,value\n2026-01-01,nan\n", "line 2, value: 'nan' is not a number"),
        ("at,value\n2026-01-01,-4\n", "line 2, value: -4 is not between 0"),
        ("at,value\n2026-01-01,1e300\n", "line 2, value: 1e300 is not between 0"),
        ("at,value\n2026-01-01,3,4\n", "line 2: has 3 fields, the head 2"),
        ("at,value\n2026-01-01,3\n2026-01-01,4\n", "line 3, at: this moment stands there twice"),
        ("at,value\n2026-01-02,3\n2026-01-01,4\n", "line 3, at: this moment comes before the row above"),
        ("at,value\n2026-01-01T00:00,3\n2026-01-01T01:00Z,4\n", "line 3, at: some moments name an offset"),
        (
            "at,value\n2026-01-01T00:00,3\n2026-01-01T01:00,4\n2026-01-01T02:00,4\n2026-01-01T02:30,4\n",
            "line 5, at: is 0:30:00 after the row above, off the grid of 1:00:00",
        ),
        ("at,value\n2026-01-01T00:00,3\n2026-01-01T00:07,4\n", "0:07:00 apart, which does not divide a day"),
        ("at,value\n2026-01-01,\n2026-01-02,\n", "every value is empty"),
        ("at,value\n0001-01-01,3\n", "line 2, at: '0001-01-01' is not between 1900 and 2399"),
        ('at,value\n"2026-01-01,3\n', "unexpected end of data"),
    ],
)
def test_what_cannot_be_read_is_refused_with_line_and_field(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(CommandError, match=words.replace("(", r"\(")) as refusal:
        forecast(written(tmp_path, text))
    assert refusal.value.returncode == 2
    assert "series.csv" in str(refusal.value)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "series.csv"
    path.write_bytes(b"at,value\n\xff\xfe,3\n")
    with pytest.raises(CommandError, match="is not text in UTF-8"):
        forecast(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        forecast(tmp_path / "absent.csv")


@pytest.mark.parametrize(("zone", "horizon"), [("Mars/Olympus", "24"), ("UTC", "1000000d"), ("UTC", "0"), ("UTC", "x")])
def test_options_that_make_no_sense_are_refused(tmp_path: Path, zone: str, horizon: str) -> None:
    path = written(tmp_path, "at,value\n" + rows(hours=48))
    with pytest.raises(CommandError):
        call_command("forecast", str(path), f"--horizon={horizon}", f"--zone={zone}")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("type,start\nlaunch,soon\n", "events.csv, line 2, start: 'soon' is not a date"),
        ("type,start,end\nlaunch,2026-02-02,2026-02-01\n", "line 2, end: 2026-02-01 lies before"),
        ("type,start\n,2026-02-02\n", "line 2, type: is empty"),
    ],
)
def test_events_that_cannot_be_read_are_refused(tmp_path: Path, text: str, words: str) -> None:
    path = written(tmp_path, "at,value\n" + rows(hours=48))
    with pytest.raises(CommandError, match=words):
        forecast(path, events=written(tmp_path, text, "events.csv"))
