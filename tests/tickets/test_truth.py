"""Every figure of the real logs' truth that the model can express, exactly, through `manage.py metric`.

No metric is a mean, which one old ticket can move. Of waits and resolutions that are promises, `test_reality`
asserts the truth's means from the rows of `manage.py promises`; of the help desk's closes and first assignments
there is no such row, and their n, median and p90 stand here alone.
"""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.reference_data import needs
from tests.tickets.reality import LOGS
from tests.tickets.test_reality import import_log, load_policy

pytestmark = [
    pytest.mark.django_db,
    needs(LOGS),
]

EVER = "2009-01-01..2018-12-31"


def rows(slug: str, *, by: str = "", grain: str = "total", exact: bool = False) -> list[dict[str, Any]]:
    out = StringIO()
    call_command("metric", slug, period=EVER, grain=grain, by=by, exact=exact, format="json", stdout=out)
    found: list[dict[str, Any]] = json.loads(out.getvalue())["rows"]
    return found


def value(slug: str) -> float | None:
    (row,) = rows(slug)
    answer: float | None = row["value"]
    return answer


def by_month(slug: str) -> dict[str, int]:
    return {row["period"]: int(row["value"]) for row in rows(slug, grain="month") if row["value"]}


def by_cut(slug: str, cut: str) -> dict[str, int]:
    return {row[cut]: int(row["value"]) for row in rows(slug, by=cut)}


def durations(name: str, *, unit_s: int) -> dict[str, float]:
    """n, median and p90 as the truth rounds them."""
    (median,), (p90,) = rows(f"{name}_median", exact=True), rows(f"{name}_p90", exact=True)
    assert median["n"] == p90["n"]
    return {
        "n": median["n"],
        "median": round(median["value"] / unit_s, 4),
        "p90": round(p90["value"] / unit_s, 4),
    }


def told(truth: dict[str, Any], name: str) -> dict[str, float]:
    return {key: truth[name][key] for key in ("n", "median", "p90")}


def take_in(log: str) -> dict[str, Any]:
    """Import a log and refill; its truth."""
    import_log(log, log)
    call_command("refresh_metrics", stdout=StringIO())
    truth: dict[str, Any] = json.loads((LOGS / log / "truth.json").read_text())
    return truth


def test_the_incidents_of_an_it_company() -> None:
    truth = take_in("uci_servicenow")
    seen = truth["from_state_rows"]
    assert value("created") == truth["tickets"]
    assert by_month("created") == truth["created_per_month"]
    # Its tickets by channel and by last group go by each incident's last row; the lines carry the first
    # row's channel throughout, and never say that a group was taken away.
    words = {"1": "critical", "2": "high", "3": "moderate", "4": "low"}
    last = {words[number]: count for number, count in truth["tickets_by_priority"].items()}
    assert by_cut("created", "priority") == last
    assert value("reprioritised_tickets") == truth["priority_changed_tickets"]
    assert value("reopened") == seen["reopens_total"]
    assert value("reopened_tickets") == seen["reopened_tickets"]
    assert value("transfers") == seen["group_changes_total"]
    assert value("transferred_tickets") == seen["tickets_with_group_change"]
    assert value("closed") == truth["closed_at_present"] == truth["final_state"]["Closed"]
    # Nor do they say who waited on a user, since four of its states are pending there, nor when an incident
    # was closed by its own column, which is not always the moment of the row that says so.
    assert durations("first_resolution", unit_s=3600) == told(seen, "hours_opened_to_first_resolved_or_closed_row")


def test_the_help_desk_of_a_software_company() -> None:
    truth = take_in("helpdesk_italy")
    assert value("created") == truth["tickets"]
    assert by_month("created") == truth["created_per_month"]
    assert value("first_solved") == truth["ever_resolved_or_closed"]
    assert value("closed") == truth["ever_closed"]
    assert by_month("first_solved") == truth["first_resolved_per_month"]
    assert value("reopened") == truth["reopens_total"]
    assert value("reopened_tickets") == truth["reopened_tickets"]
    # Its tickets that waited are those of one activity; the lines call four of them pending.
    assert value("reassignments") == truth["assignee_changes_total"]
    assert value("reassigned_tickets") == truth["tickets_with_assignee_change"]
    assert durations("first_resolution", unit_s=3600) == told(truth, "hours_first_event_to_first_resolution")
    assert durations("close", unit_s=3600) == told(truth, "hours_first_event_to_first_close")
    assert durations("assignment", unit_s=3600) == told(truth, "hours_first_event_to_first_take_in_charge")


def test_the_conversations_of_companies_on_twitter(tmp_path: Path) -> None:
    an_hour = {"kind": "first_reply", "priority": None, "seconds": 3600, "clock": "calendar"}
    policy = {"name": "an hour", "order": 1, "calendar": "theirs", "targets": [an_hour]}
    load_policy(tmp_path / "p.json", "twitter_support", policy)
    truth = take_in("twitter_support")
    within = value("first_reply_attainment") or 0
    assert round(100 * within, 4) == truth["first_response_within_60min_pct_of_answered"]
    assert value("created") == truth["tickets"]
    assert by_month("created") == truth["created_per_month"]
    assert value("first_replies") == truth["tickets_with_agent_answer"]
    assert value("requester_messages") == truth["customer_messages"]
    assert value("public_replies") == truth["agent_messages"]
    assert durations("first_reply", unit_s=60) == told(truth, "first_response_minutes")
    assert durations("next_reply", unit_s=60) == told(truth, "next_response_minutes_excluding_first")
    medians = {row["team"]: row for row in rows("first_reply_median", by="team", exact=True)}
    for company, figures in truth["top_companies"].items():
        row = medians[company.lower()]
        assert row["n"] == figures["tickets"], company
        assert round(row["value"] / 60, 4) == figures["median_first_response_min"], company
