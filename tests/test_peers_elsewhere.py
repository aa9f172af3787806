"""Case files of the peers' shapes that no peer wrote: other zones, calendars and ids, and what nobody knows."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.peers.__main__ import main

Case = dict[str, Any]
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
# UTC+5:30; closed on Thursday 15 August, so Wednesday 17:00 (11:30Z) has half an hour before Friday 09:00 (03:30Z).
KOLKATA = {
    "timezone": "Asia/Kolkata",
    "weekly": {day: [["09:00", "17:30"]] for day in WORKDAYS},
    "holidays": ["2024-08-15"],
}
NIGHTS = {
    "timezone": "America/New_York",
    "weekly": {day: [["22:00", "06:00"]] for day in (*WORKDAYS, "sat", "sun")},
}
# Its clocks go back by half an hour on 7 April 2024, a day of 24.5 hours.
LORD_HOWE = {
    "timezone": "Australia/Lord_Howe",
    "weekly": {day: [["00:00", "24:00"]] for day in (*WORKDAYS, "sat", "sun")},
}
ASKED = "2024-08-14T11:30:00Z"


def asked(id: str, op: str, calendar: Case, expected: Any, /, *, options: Case | None = None, **given: Any) -> Case:
    case = {"id": id, "op": op, "calendar": calendar, "input": given, "expected": expected}
    return case | ({"options": options} if options else {})


def night(day: str) -> Case:
    return {"start": f"{day}T00:00:00Z", "end": f"{day}T12:00:00Z"}


CLOCKS = [
    asked("night of 7 hours", "between", NIGHTS, 25_200, **night("2024-03-10")),
    asked("8 on the wall", "between", NIGHTS, 28_800, options={"dst_duration": "wall"}, **night("2024-03-10")),
    asked("night of 9 hours", "between", NIGHTS, 32_400, **night("2024-11-03")),
    asked("over a holiday", "add", KOLKATA, "2024-08-16T04:00:00Z", at=ASKED, seconds=3600),
    asked("and back", "add", KOLKATA, ASKED, at="2024-08-16T04:00:00Z", seconds=3600, direction="backward"),
    asked("holiday there", "on_holiday", KOLKATA, True, at="2024-08-14T18:30:00Z"),
    asked("long day", "between", LORD_HOWE, 88_200, start="2024-04-06T13:00:00Z", end="2024-04-07T13:30:00Z"),
]


def event(type: str, at: str, **told: Any) -> Case:
    return {"type": type, "at": at} | told


def escalation(id: str, sla: Case, expect: Case, *events: Case, status: str = "new") -> Case:
    return {
        "id": id,
        "calendar": KOLKATA,
        "ticket": {"created_at": ASKED, "status": status},
        "events": list(events),
        "sla": dict.fromkeys(("first_response_min", "next_response_min", "update_min", "resolution_min")) | sla,
        "options": {
            "boundary": "close",
            "pause_granularity": "second",
            "next_response_clock": "first_unanswered_customer_message",
            "next_response_stat": "longest_exchange",
            "hide_when_stopped": False,
            "hide_met": False,
        },
        "expect": expect,
    }


ESCALATIONS = [
    escalation(
        "reply after the holiday",
        {"first_response_min": 60},
        {"first_response_deadline": "2024-08-16T04:00:00Z", "first_response_min": 45, "first_response_diff_min": 15},
        event("message", "2024-08-16T03:45:00Z", by="agent", public=True),
    ),
    escalation(
        "solved with a pause",
        {"resolution_min": 60},
        {"resolution_min": 25, "resolution_diff_min": 35},
        event("status", "2024-08-14T11:45:00Z", to="pending"),
        event("status", "2024-08-16T03:30:00Z", to="open"),
        event("status", "2024-08-16T03:40:00Z", to="closed"),
    ),
]
AGREEMENT = {
    "id": "replied, back, solved",
    "calendar": KOLKATA,
    "created_at": ASKED,
    "events": [
        event("status", "2024-08-14T11:45:00Z", to="Replied"),
        event("status", "2024-08-16T03:45:00Z", to="Open"),
        event("status", "2024-08-16T04:00:00Z", to="Resolved"),
    ],
    "evaluate_at": "2024-08-17T00:00:00Z",
    "target": {"first_response_s": 3600, "resolution_s": 7200},
    # On hold for the last 15 minutes of Wednesday and the first of Friday; worked on for 15 before and after.
    "expected": {"status": "Fulfilled", "first_response_time_s": 900, "total_hold_s": 1800, "resolution_time_s": 1800},
}


def reported(id: str, kind: str, expected: Any, /, **given: Any) -> Case:
    return {"id": id, "kind": kind, "input": given, "expected": expected}


def hourly(since: str, until: str, **told: Any) -> Case:
    return {"since": since, "until": until, "group_by": "hour", "business_hours": False} | told


CONVERSATIONS = [
    reported(
        "reply after the holiday",
        "metric_events",
        [{"name": "first_response", "value": 144_900, "value_in_business_hours": 2700}],
        calendar=KOLKATA,
        events=[event("created", ASKED), event("agent_message", "2024-08-16T03:45:00Z")],
    ),
    # In New York 01:00 to 02:00 comes twice that day.
    reported(
        "the hour that comes twice",
        "average_timeseries",
        [
            {"bucket_start": "2024-11-03T05:00:00Z", "count": 1, "value": 8},
            {"bucket_start": "2024-11-03T06:00:00Z", "count": 1, "value": 4},
            {"bucket_start": "2024-11-03T07:00:00Z", "count": 0, "value": 0},
        ],
        **hourly("2024-11-03T05:00:00Z", "2024-11-03T07:59:59Z", timezone="America/New_York"),
        events=[{"at": "2024-11-03T05:30:00Z", "value": 8}, {"at": "2024-11-03T06:30:00Z", "value": 4}],
    ),
    reported(
        "hours begin at half past",
        "average_timeseries",
        [{"bucket_start": "2024-08-13T18:30:00Z", "count": 0, "value": 0}],
        **hourly("2024-08-13T18:30:00Z", "2024-08-13T19:29:59Z", timezone="Asia/Kolkata", events=[]),
    ),
]
TICKETS = [
    {"id": 7, "created_at": "2024-03-01T10:00:00Z", "group": "A", "priority": "low", "tags": [], "events": []},
    {
        "id": 9,
        "created_at": "2024-03-02T10:00:00Z",
        "group": "B",
        "priority": "low",
        "tags": ["x"],
        "events": [event("group", "2024-03-02T11:00:00Z", to="A")],
    },
]


def counted(id: str, metric: str, expected: Case, *, select: Case | None = None, interval: str | None = None) -> Case:
    span = {"since": "2024-03-01T00:00:00Z", "until": "2024-03-02T23:59:59Z"}
    return {"id": id, "metric": metric, "interval": interval, "select": select or {}, "expected": expected} | span


COUNTS = [
    counted("all", "created", {"ticket_ids": [9, 7]}),
    counted("by day", "created", {"buckets": [1, 1]}, interval="day"),
    counted("moved", "moved_in", {"ticket_ids": [9]}, select={"group": "A"}),
]
ESCALATION, CONVERSATION, COUNT = ESCALATIONS[0], CONVERSATIONS[0], COUNTS[0]


def judged(path: Path, document: Case, capsys: pytest.CaptureFixture[str]) -> tuple[int, int, dict[str, str]]:
    """(exit code, how many agree, why each other one does not)"""
    path.write_text(json.dumps(document))
    code = main(["--json", str(path)])
    (told,) = json.loads(capsys.readouterr().out)["files"]
    return code, told["agree"], {each["id"]: each["note"] for each in told["differ"]}


@pytest.mark.parametrize(
    "document",
    [
        {"cases": CLOCKS},
        {"cases": ESCALATIONS},
        {"cases": [AGREEMENT]},
        {"cases": CONVERSATIONS},
        {"cases": COUNTS, "tickets": TICKETS},
    ],
    ids=["clocks", "escalations", "agreements", "conversations", "counts"],
)
def test_every_shape_is_right_in_other_zones(
    document: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert judged(tmp_path / "cases.json", document, capsys) == (0, len(document["cases"]), {})


@pytest.mark.parametrize(
    ("good", "strange", "why"),
    [
        (CLOCKS[0], CLOCKS[1] | {"op": "guess"}, "op: 'guess' is not one of between"),
        (CLOCKS[0], CLOCKS[1] | {"calendar": KOLKATA | {"timezone": "Mars/X"}}, "'Mars/X' is not an IANA zone"),
        (CLOCKS[0], CLOCKS[1] | {"options": {"odd": 1}}, "options: nobody knows 'odd'; there is dst_duration"),
        (CLOCKS[0], CLOCKS[5] | {"options": {"boundary": "odd"}}, "option boundary: 'odd' is not one of close"),
        (CLOCKS[0], CLOCKS[5] | {"calendar": KOLKATA | {"hollydays": []}}, "calendar: nobody knows 'hollydays'"),
        (ESCALATION, ESCALATION | {"options": {"odd": 1}}, "options: nobody knows 'odd'; there is boundary"),
        (ESCALATION, ESCALATION | {"options": {"boundary": "odd"}}, "option boundary: 'odd' is not one of close"),
        (
            ESCALATION,
            ESCALATION | {"options": ESCALATION["options"] | {"met_deadline_moves_with_later_holds": True}},
            "option met_deadline_moves_with_later_holds: True is not one of False",
        ),
        (ESCALATION, ESCALATION | {"op": "guess", "input": {}}, "op: 'guess' is not one of deadline"),
        (ESCALATION, ESCALATION | {"expect": {"odd": None}}, "expect: nobody knows 'odd'; there is"),
        (ESCALATION, ESCALATION | {"events": [event("nap", ASKED)]}, "type: 'nap' is not one of message"),
        (AGREEMENT, AGREEMENT | {"options": {"odd": 1}}, "options: nobody knows 'odd'"),
        (AGREEMENT, AGREEMENT | {"expected": {"odd": None}}, "expected: nobody knows 'odd'; there is"),
        (CONVERSATION, CONVERSATION | {"options": {"odd": 1}}, "options: nobody knows 'odd'"),
        (COUNT, COUNT | {"select": {"colour": "red"}}, "select: nobody knows 'colour'; there is group"),
        (COUNT, COUNT | {"select": {"priority": ["like", "low"]}}, "priority: 'like' is not one of is, is_not"),
        (COUNT, COUNT | {"interval": "fortnight"}, "interval: 'fortnight' is not one of hour"),
        (
            CONVERSATION,
            CONVERSATION | {"input": {"events": [event("created", ASKED), event("nap", ASKED)]}},
            "type: nobody knows 'nap'",
        ),
        (CLOCKS[0], {"id": "strange"}, "'calendar' is missing"),
        (
            ESCALATION,
            ESCALATION | {"ticket": {"created_at": ASKED, "status": "odd"}},
            "status: 'odd' is not one of new",
        ),
        (ESCALATION, ESCALATION | {"events": [event("status", ASKED, to="odd")]}, "to: 'odd' is not one of new"),
        (AGREEMENT, AGREEMENT | {"events": [event("nap", ASKED, to="Open")]}, "type: 'nap' is not status"),
        (AGREEMENT, AGREEMENT | {"events": [event("status", ASKED, to="Nap")]}, "to: 'Nap' is not one of Open"),
        (CONVERSATION, CONVERSATION | {"kind": "guess"}, "kind: 'guess' is not one of metric_events"),
        (
            CONVERSATION,
            reported("", "rollup_date", {}, at=ASKED, timezone="Mars/X"),
            "No time zone found with key Mars/X",
        ),
        (CONVERSATION, reported("", "rollup_date", {}, timezone="UTC"), "'at' is missing"),
        (COUNT, COUNT | {"metric": "guess"}, "metric: 'guess' is not one of created"),
        (COUNT, COUNT | {"select": {"tags": ["some", ["x"]]}}, "tags: 'some' is not one of all"),
    ],
)
def test_a_case_that_nobody_knows_says_why_and_the_others_are_run(
    good: Case, strange: Case, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = {"cases": [strange | {"id": "strange"}, good], "tickets": TICKETS}
    code, agree, differ = judged(tmp_path / "cases.json", document, capsys)
    assert (code, agree, list(differ)) == (1, 1, ["strange"])
    assert why in differ["strange"]


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "cases.json"
    path.write_text(json.dumps({"cases": CLOCKS}), encoding="utf-8-sig")
    assert main([str(path)]) == 0
