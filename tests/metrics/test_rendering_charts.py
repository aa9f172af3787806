"""Results as Plotly figures."""

import json
from datetime import date, timedelta

import plotly.graph_objects as go
import pytest

from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.rendering import charts
from ops_dashboard.metrics.result import Figure, Note, Result, Row
from tests.metrics.results import CREATED, MONDAY, ON_TIME, REPLY_TIME, by_day, result, share

GAP = Figure(None, 0)


def trend(**more: object) -> Result:
    figures = [share(0.9), share(0.92), GAP, share(0.88), GAP, share(0.91), share(0.93)]
    return by_day(ON_TIME, figures, total=share(0.9), **more)


def series(names: list[str]) -> Result:
    rows = tuple(
        Row(MONDAY + timedelta(days=7 * week), (name.lower(),), (name,), share(0.9, n=100 * (i + 1)))
        for week in range(3)
        for i, name in enumerate(names)
    )
    return result(ON_TIME, rows, grain=Grain.WEEK, by=("team",), total=share(0.9))


def trace(figure: charts.Chart, role: str) -> dict:
    return next(t for t in figure["data"] if t["meta"] == role)


@pytest.mark.parametrize(
    "figure",
    [
        charts.line(trend(previous=[share(0.9)] * 7, previous_period=None, target=0.9, maturing=2)),
        charts.line(series(["A", "B"])),
        charts.bars(by_day(CREATED, [Figure(5, 5)] * 7, total=Figure(35, 35))),
    ],
)
def test_plotly_accepts_every_figure_and_json_carries_it(figure: charts.Chart) -> None:
    checked = go.Figure(data=figure["data"], layout={**figure["layout"], "template": None})
    assert len(checked.data) == len(figure["data"])
    assert json.loads(json.dumps(figure)) == figure


def test_a_gap_stays_a_gap_and_is_never_zero() -> None:
    now = trace(charts.line(trend()), "now")
    assert now["y"] == [90.0, 92.0, None, 88.0, None, 91.0, 93.0]
    assert now["connectgaps"] is False


def test_a_day_between_two_gaps_gets_a_marker_of_its_own() -> None:
    assert trace(charts.line(trend()), "now")["marker"]["size"] == [0, 0, 0, 6, 0, 0, 0]


def test_the_interval_of_a_day_without_neighbours_is_told_by_whiskers() -> None:
    """88 % [86, 90]; the other days have a band."""
    whiskers = trace(charts.line(trend()), "now")["error_y"]
    assert whiskers["array"] == whiskers["arrayminus"] == [0, 0, 0, 2, 0, 0, 0]


def test_a_single_bar_is_as_wide_as_one_among_others_and_what_was_before_it_has_a_mark() -> None:
    """Three quarters of a day, in milliseconds: alone, Plotly made it one thousandth of a second wide."""
    before = {"previous_period": Period(MONDAY - timedelta(days=7), MONDAY - timedelta(days=1))}
    figure = charts.bars(by_day(CREATED, [Figure(5, 5)], previous=[Figure(7, 7)], total=Figure(5, 5), **before))
    assert trace(figure, "bar")["width"] == 64_800_000
    assert trace(figure, "previous")["marker"]["size"] == [18]
    week = by_day(CREATED, [Figure(5, 5)] * 7, previous=[Figure(7, 7)] * 7, total=Figure(35, 35), **before)
    assert "width" not in trace(charts.bars(week), "bar")
    assert trace(charts.bars(week), "previous")["marker"]["size"] == [0] * 7


def test_the_interval_is_one_closed_outline_for_each_run() -> None:
    bands = [t for t in charts.line(trend())["data"] if t["meta"] == "interval"]
    assert [len(band["x"]) for band in bands] == [4, 2, 4]
    assert bands[0]["x"] == ["2026-03-02", "2026-03-03", "2026-03-03", "2026-03-02"]
    assert bands[0]["y"] == [88.0, 90.0, 94.0, 92.0]


def test_the_target_is_dotted_and_the_maturing_days_are_a_block() -> None:
    shapes = {shape["name"]: shape for shape in charts.line(trend(target=0.9, maturing=2))["layout"]["shapes"]}
    assert (shapes["target"]["y0"], shapes["target"]["line"]["dash"]) == (90.0, "dot")
    assert (shapes["maturing"]["x0"], shapes["maturing"]["x1"]) == ("2026-03-06T12:00:00", "2026-03-08T12:00:00")


def test_annotations_of_one_day_share_a_pin_and_equal_ones_are_told_once() -> None:
    on = date(2026, 3, 4)
    notes = (
        Note(date(2026, 3, 5), date(2026, 3, 6), "outage", "incident"),
        Note(on, None, "holiday", "holiday"),
        Note(on, None, "holiday", "holiday"),
        Note(on, None, "launch", "launch"),
    )
    pins = charts.pins(trend(notes=notes))
    assert [(pin.letter, pin.at, pin.words) for pin in pins] == [
        ("A", on, "holiday, 4 Mar; launch, 4 Mar"),
        ("B", date(2026, 3, 5), "outage, 5 Mar – 6 Mar"),
    ]
    layout = charts.line(trend(notes=notes))["layout"]
    assert [pin["text"] for pin in layout["annotations"]] == ["A", "B"]


def test_an_annotation_from_before_the_period_stands_at_its_start() -> None:
    (pin,) = charts.pins(trend(notes=(Note(date(2026, 2, 20), date(2026, 3, 4), "freeze", "launch"),)))
    assert pin.at == MONDAY


def test_labels_cannot_carry_markup() -> None:
    evil = '<a href="https://evil.example">x</a>'
    figure = charts.line(series([evil]))
    figure["layout"]["annotations"] = charts.line(trend(notes=(Note(MONDAY, None, evil, "launch"),)))["layout"][
        "annotations"
    ]
    text = json.dumps([figure["data"], figure["layout"]])
    assert "<a" not in text and "&lt;a href" in text


def test_hover_text_is_escaped_too() -> None:
    figure = charts.line(by_day(ON_TIME, [Figure(0.0001, 10_000, 0.00001, 0.0002)], total=share(0.1)))
    assert trace(figure, "now")["customdata"] == ["Mon 2 Mar: &lt;0.1 % (&lt;0.1–&lt;0.1) · n 10,000"]


def test_beyond_seven_series_the_largest_seven_are_drawn_in_the_order_of_their_names() -> None:
    names = [f"Team {i}" for i in range(9)]
    figure = charts.line(series(names))
    assert [t["name"] for t in figure["data"]] == [f"Team {i}" for i in range(2, 9)]
    assert len({(t["line"]["dash"], t["marker"]["symbol"]) for t in figure["data"]}) == 7


@pytest.mark.parametrize(
    ("seconds", "suffix", "y"), [(90, " s", 90), (1800, " min", 30), (7200, " h", 2), (345_600, " d", 4)]
)
def test_times_are_drawn_in_the_unit_that_suits_the_largest(seconds: float, suffix: str, y: float) -> None:
    figure = charts.line(by_day(REPLY_TIME, [Figure(seconds, 9)], total=Figure(seconds, 9)))
    assert (trace(figure, "now")["y"], figure["layout"]["yaxis"]["ticksuffix"]) == ([y], suffix)


def test_no_colour_is_decided_on_the_server() -> None:
    text = json.dumps(charts.line(trend(target=0.9, maturing=1, notes=(Note(MONDAY, None, "x", "launch"),))))
    assert "color" not in text and "#" not in text


def test_the_legend_names_the_marks_that_are_there() -> None:
    full = trend(target=0.9, maturing=1)
    assert charts.marks(full) == [
        ("now", "this period"),
        ("interval", "95 % interval"),
        ("target", "target 90 %"),
        ("maturing", "still maturing"),
    ]
