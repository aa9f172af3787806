"""Real ticket logs through the public commands: every promise equals the independently computed answer."""

import csv
import json
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.reference_data import needs
from tests.tickets.reality import LOGS, read_policy, read_truth

pytestmark = [
    pytest.mark.django_db,
    needs(LOGS),
]

Row = dict[str, str]


def load_policy(path: Path, log: str, *policies: dict[str, Any]) -> None:
    calendar = {"name": "theirs", **read_policy(log)["calendar"]}
    path.write_text(json.dumps({"calendars": [calendar], "policies": policies}))
    call_command("load_policies", path, stdout=StringIO())


def import_log(log: str, source: str) -> dict[str, Any]:
    out = StringIO()
    call_command(
        "import_tickets", LOGS / log / "events.jsonl.gz", format="events", source=source, json=True, stdout=out
    )
    return json.loads(out.getvalue())


def read_promises(path: Path, source: str) -> list[Row]:
    call_command("promises", csv=str(path), source=source)
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def read_mean(log: str, *name: str) -> float:
    """The mean of one of the truth's durations, in its own unit."""
    told: Any = json.loads((LOGS / log / "truth.json").read_text(encoding="utf-8"))
    for key in name:
        told = told[key]
    mean: float = told["mean"]
    return mean


def mean(seconds: Sequence[int], *, unit_s: int) -> float:
    return round(sum(seconds) / len(seconds) / unit_s, 4)


def minutes(seconds: str) -> float:
    return round(int(seconds) / 60, 4)


@pytest.mark.parametrize(
    ("log", "tickets", "events", "first"),
    [
        ("helpdesk_italy", 4580, 25990, ("hours_first_event_to_first_resolution",)),
        ("uci_servicenow", 24918, 178251, ("from_state_rows", "hours_opened_to_first_resolved_or_closed_row")),
    ],
)
def test_resolution_promises_of_a_real_log_equal_the_truth(
    log: str, tickets: int, events: int, first: tuple[str, ...], tmp_path: Path
) -> None:
    targets = [
        {
            "kind": kind,
            "priority": None if word == "*" else word,
            "seconds": allowed * 60,
            "clock": "business",
            "pauses_in": ["pending"],
            "priority_from": "creation",
        }
        for kind in ("first_resolution", "resolution")
        for word, allowed in read_policy(log)["resolution_target_min"].items()
    ]
    load_policy(tmp_path / "p.json", log, {"name": "truth", "order": 1, "calendar": "theirs", "targets": targets})
    imported = import_log(log, "real")
    assert (imported["accepted"], imported["rejected"], imported["tickets"]) == (events, 0, tickets)

    told = {(row["ticket"], row["kind"]): row for row in read_promises(tmp_path / "p.csv", "real")}
    truth = read_truth(log)
    assert len(told) == 2 * len(truth) == 2 * tickets
    wrong = [
        row["ticket_id"]
        for row in truth
        if not (
            _first_equals(row, told[row["ticket_id"], "first_resolution"])
            and _final_equals(row, told[row["ticket_id"], "resolution"])
        )
    ]
    assert wrong == []
    firsts = [row for (_, kind), row in told.items() if kind == "first_resolution" and row["fulfilled_at"]]
    assert mean([_wall_s(row) for row in firsts], unit_s=3600) == read_mean(log, *first)


def _wall_s(promise: Row) -> int:
    return int(promise["elapsed_s"]) + int(promise["paused_s"])


def _first_equals(truth: Row, promise: Row) -> bool:
    """The truth is silent about tickets that were never resolved."""
    same = promise["started_at"] == truth["created_at"] and promise["fulfilled_at"] == truth["first_resolved_at"]
    same &= int(promise["target_s"]) == 60 * int(truth["target_min"])
    if not truth["first_resolved_at"]:
        return same
    return (
        same
        and minutes(str(_wall_s(promise))) == float(truth["wall_min_to_first"])
        and minutes(promise["business_elapsed_s"]) == float(truth["business_min_to_first"])
        and promise["state"] == ("met" if truth["met_first"] == "1" else "missed")
        and truth["breached_at"] == (promise["due_at"] if promise["state"] == "missed" else "")
    )


def _final_equals(truth: Row, promise: Row) -> bool:
    if not truth["met_final"]:
        return True
    return minutes(promise["business_elapsed_s"]) == float(truth["business_min_to_final"]) and promise["state"] == (
        "met" if truth["met_final"] == "1" else "missed"
    )


@pytest.mark.parametrize(("clock", "verdict"), [("calendar", "met_wall"), ("business", "met_business")])
def test_reply_promises_of_a_real_log_equal_the_truth(clock: str, verdict: str, tmp_path: Path) -> None:
    targets = [{"kind": kind, "seconds": 3600, "clock": clock} for kind in ("first_reply", "next_reply")]
    policy = {"name": "truth", "order": 1, "calendar": "theirs", "targets": targets}
    load_policy(tmp_path / "p.json", "twitter_support", policy | {"conditions": {"source": ["tweets"]}})
    assert import_log("twitter_support", "tweets")["accepted"] == 6137

    promises = [row for row in read_promises(tmp_path / "p.csv", "tweets") if row["fulfilled_at"]]
    answered = sorted(
        (row["ticket"], row["kind"], row["started_at"], row["fulfilled_at"], row["state"] == "met")
        + (minutes(row["elapsed_s"]), minutes(row["business_elapsed_s"]))
        for row in promises
    )
    truth = sorted(
        (row["ticket_id"], f"{row['kind']}_reply", row["waiting_since"], row["answered_at"], row[verdict] == "1")
        + (float(row["wall_min"]), float(row["business_min"]))
        for row in read_truth("twitter_support")
    )
    assert answered == truth
    assert len(truth) == 2033
    for kind, name in (
        ("first_reply", "first_response_minutes"),
        ("next_reply", "next_response_minutes_excluding_first"),
    ):
        waits = [int(row["elapsed_s"]) for row in promises if row["kind"] == kind]
        assert mean(waits, unit_s=60) == read_mean("twitter_support", name)


def test_importing_a_real_log_again_changes_nothing() -> None:
    first, second = import_log("helpdesk_italy", "real"), import_log("helpdesk_italy", "real")
    assert (first["accepted"], first["duplicate"]) == (25990, 0)
    assert (second["accepted"], second["duplicate"], second["tickets"]) == (0, 25990, 0)
