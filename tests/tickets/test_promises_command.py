import csv
import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.tickets.drafting import STORY, all_facts, draft, take
from tickets.connectors.drafts import Draft
from tickets.models import Promise
from tickets.policies import load
from tickets.policy_file import parse
from tickets.vocabulary import EventType, PromiseState

pytestmark = pytest.mark.django_db

COLUMNS = (
    "source,ticket,kind,run,policy,started_at,due_at,fulfilled_at,decided_at,state,"
    "elapsed_s,business_elapsed_s,paused_s,target_s"
)


def promise_to(*targets: dict[str, Any]) -> None:
    load(parse({"policies": [{"name": "round the clock", "order": 1, "targets": list(targets)}]}), by="a test")


def read(path: Path, **options: Any) -> list[dict[str, str]]:
    call_command("promises", csv=str(path), **options)
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_settled_promises_are_told_in_whole(tmp_path: Path) -> None:
    promise_to({"kind": "first_reply", "seconds": 600}, {"kind": "first_resolution", "seconds": 7200})
    take(STORY)
    take([draft("ticket_created", 0, ticket="T1")], slug="shop")
    call_command("promises", csv=str(tmp_path / "p.csv"), source="helpdesk")
    start, rest = "helpdesk,T1", "round the clock,2026-03-02T09:00:00Z"
    assert (tmp_path / "p.csv").read_text().splitlines() == [
        COLUMNS,
        f"{start},first_reply,1,{rest},2026-03-02T09:10:00Z,2026-03-02T09:20:00Z,2026-03-02T09:10:00Z,missed,1200,1200,0,600",
        f"{start},first_resolution,1,{rest},2026-03-02T11:00:00Z,2026-03-02T10:30:00Z,2026-03-02T10:30:00Z,met,5400,5400,0,7200",
    ]
    assert {row["source"] for row in read(tmp_path / "p.csv", ticket="T1")} == {"helpdesk", "shop"}


def test_unsettled_promises_are_told_as_of_now_and_stay_as_stored(tmp_path: Path) -> None:
    promise_to({"kind": "first_reply", "seconds": 3600})
    now = timezone.now().replace(microsecond=0)
    take(
        [
            Draft(ticket_ref="young", type=EventType.TICKET_CREATED, occurred_at=now - timedelta(minutes=30)),
            Draft(ticket_ref="old", type=EventType.TICKET_CREATED, occurred_at=now - timedelta(minutes=50)),
            *STORY,
        ]
    )
    # An hour later, as far as the stored rows know: they were folded when both still ran.
    Promise.objects.filter(state=PromiseState.RUNNING).update(elapsed_s=5, business_elapsed_s=5)
    before = all_facts()
    told = {row["ticket"]: row for row in read(tmp_path / "p.csv")}
    assert told["young"]["state"] == told["old"]["state"] == "running"
    assert (told["young"]["decided_at"], told["young"]["fulfilled_at"]) == ("", "")
    assert 1800 <= int(told["young"]["elapsed_s"]) < 1860
    assert 3000 <= int(told["old"]["business_elapsed_s"]) < 3060
    assert told["T1"]["state"] == "met"
    assert all_facts() == before


def test_a_promise_is_missed_once_due_though_nothing_has_folded_it_since(tmp_path: Path) -> None:
    promise_to({"kind": "first_reply", "seconds": 3600})
    begun = timezone.now().replace(microsecond=0) - timedelta(hours=2)
    take([Draft(ticket_ref="T1", type=EventType.TICKET_CREATED, occurred_at=begun)])
    Promise.objects.update(state=PromiseState.RUNNING)
    (row,) = read(tmp_path / "p.csv")
    due = (begun + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (row["state"], row["due_at"], row["decided_at"], row["fulfilled_at"]) == ("missed", due, due, "")


def test_the_command_says_how_many_promises_it_wrote_and_knows_a_source_by_the_name_it_was_imported_under(
    tmp_path: Path,
) -> None:
    promise_to({"kind": "first_reply", "seconds": 600}, {"kind": "first_resolution", "seconds": 7200})
    take(STORY, slug="help-desk")
    path, words, facts = str(tmp_path / "p.csv"), StringIO(), StringIO()
    call_command("promises", csv=path, source="Help Desk", stdout=words)
    call_command("promises", csv=path, source="help-desk", json=True, stdout=facts)
    assert words.getvalue() == f"2 promises written to {path}\n"
    assert json.loads(facts.getvalue()) == {"promises": 2, "csv": path}


@pytest.mark.parametrize("screen", ["-", "/dev/stdout"])
def test_the_screen_is_told_the_rows_alone(screen: str, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("promises", csv=screen)
    assert capsys.readouterr().out == f"{COLUMNS}\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"source": "nowhere", "csv": "-"}, "there is no source 'nowhere'"),
        ({"ticket": "T9", "csv": "-"}, "there is no ticket 'T9'"),
        ({"csv": "/nowhere/p.csv"}, "/nowhere/p.csv: No such file or directory"),
        ({"csv": "-", "json": True}, "--csv - and --json both print"),
        ({"csv": "/dev/stdout", "json": True}, "--csv /dev/stdout and --json both print"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(options: dict[str, str], message: str) -> None:
    with pytest.raises(CommandError, match=message) as caught:
        call_command("promises", stdout=StringIO(), **options)
    assert caught.value.returncode == 2
