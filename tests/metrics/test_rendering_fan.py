"""The fan: a band, a line of what is expected and one of what came, pins, steps."""

from ops_dashboard.metrics.rendering.fan import FanPoint, fan, fan_marks, letters

POINTS = [
    FanPoint("2026-11-01", "Sun 1 Nov", actual=8),
    FanPoint("2026-11-02", "Mon 2 Nov", 3, 5, 9, 6),
    FanPoint("2026-11-03", "Tue 3 Nov", 2, 4, 7),
]


def test_roles_and_values_by_bucket() -> None:
    band, expected, came = fan(POINTS)["data"]
    assert (band["meta"], expected["meta"], came["meta"]) == ("interval", "expected", "now")
    assert band["x"] == ["2026-11-02", "2026-11-03", "2026-11-03", "2026-11-02"]
    assert band["y"] == [3, 2, 7, 9]
    assert expected["y"] == [None, 5, 4]
    assert came["y"] == [8, 6, None]


def test_words_of_a_bucket_carry_its_band_and_no_markup() -> None:
    chart = fan([FanPoint("x", "<b>", 1, 2, 3)])
    assert chart["data"][1]["customdata"] == ["&lt;b&gt;: 2 expected, 1–3"]


def test_steps_hold_a_value_until_the_next_bucket() -> None:
    line = fan(POINTS[1:], stepped=True)["data"][1]
    assert line["x"] == ["2026-11-02", "2026-11-03", "2026-11-03"]
    assert line["y"] == [5, 5, 4]


def test_a_gap_parts_the_band() -> None:
    points = [FanPoint("a", "a", 1, 2, 3), FanPoint("b", "b"), FanPoint("c", "c", 1, 2, 3)]
    assert [trace["meta"] for trace in fan(points)["data"]] == ["interval", "interval", "expected"]


def test_pins_of_one_bucket_share_a_letter() -> None:
    pins = letters([("2026-11-05", "sale"), ("2026-11-02", "launch"), ("2026-11-05", "outage")])
    assert [(pin.letter, pin.x, pin.words) for pin in pins] == [
        ("A", "2026-11-02", "launch"),
        ("B", "2026-11-05", "outage; sale"),
    ]
    layout = fan(POINTS, pins=pins, since="2026-11-02")["layout"]
    assert [shape["name"] for shape in layout["shapes"]] == ["annotation", "annotation", "target"]
    assert [note["text"] for note in layout["annotations"]] == ["A", "B"]


def test_the_legend_names_only_what_is_drawn() -> None:
    told = {"expected": "expected", "band": "4 of 5", "actual": "came"}
    assert [role for role, _ in fan_marks(POINTS, **told)] == ["now", "expected", "interval"]
    assert [role for role, _ in fan_marks(POINTS[:1], **told)] == ["now"]
