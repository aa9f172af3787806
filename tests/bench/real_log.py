"""A real ticket log by the real command: `import_tickets` of all of uci_servicenow, promises judged by its policy.

Plain COPY is that of the very same rows, from a file, into a table that has only its key.
"""

import json
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.management import call_command
from django.db import connection

from tests.bench.spending import COLUMNS, Spent, spending
from tests.tickets.reality import LOGS, read_policy
from tickets import partitions
from tickets.models import Source, TicketEvent
from tickets.policies import load
from tickets.policy_file import parse

LOG = "uci_servicenow"
EVENTS = 178_251
KINDS = ("first_resolution", "resolution")


def run() -> None:
    """Print what importing the log takes, what importing it again does, and plain COPY beside them."""
    path = LOGS / LOG / "events.jsonl.gz"
    if not path.exists():
        print(f"skipped: the reference data is not beside this clone, so there is no {LOG}")
        return
    load(parse(_policy()), by="bench", rejudges=False)
    source = f"{LOG}-{Source.objects.count()}"  # nobody has told of it yet
    first, again = _imported(path, source), _imported(path, source)
    number = Source.objects.get(slug=source).pk
    assert TicketEvent.objects.filter(source=number).count() == EVENTS
    plain = _plain_copy(number)
    print(f"| {LOG}, {EVENTS:,} events | {COLUMNS} |")
    print("|---" * 9 + "|")
    for work, spent in (
        ("plain COPY of its rows, table and key alone", plain),
        ("`import_tickets`: read, check, store, fold, judge", first),
        ("`import_tickets` again: all known", again),
    ):
        print(f"| {work} | {spent.row(plain)} |", flush=True)


def _imported(path: Path, source: str) -> Spent:
    told = StringIO()
    with spending(EVENTS) as spent:
        call_command("import_tickets", path, format="events", source=source, json=True, stdout=told)
    summary = json.loads(told.getvalue())
    assert summary["accepted"] + summary["duplicate"] == EVENTS, summary
    return spent


def _policy() -> dict[str, object]:
    """Two promises a ticket, as the log's truth was computed."""
    policy = read_policy(LOG)
    targets = [
        {
            "kind": kind,
            "priority": None if word == "*" else word,
            "seconds": allowed * 60,
            "clock": "business",
            "pauses_in": ["pending"],
            "priority_from": "creation",
        }
        for kind in KINDS
        for word, allowed in policy["resolution_target_min"].items()
    ]
    return {
        "calendars": [{"name": "theirs", **policy["calendar"]}],
        "policies": [{"name": LOG, "order": 1, "calendar": "theirs", "targets": targets}],
    }


def _plain_copy(source: int) -> Spent:
    with TemporaryDirectory() as folder, connection.cursor() as cursor:
        rows = Path(folder) / "rows"
        with rows.open("wb") as file:
            cursor.cursor.copy_expert(
                f"COPY (SELECT * FROM {partitions.TABLE} WHERE source = {source}) TO STDOUT (FORMAT BINARY)", file
            )
        cursor.execute(f"CREATE TABLE plain (LIKE {partitions.TABLE} INCLUDING ALL)")
        with spending(EVENTS) as spent, rows.open("rb") as file:
            cursor.cursor.copy_expert("COPY plain FROM STDIN (FORMAT BINARY)", file)
        cursor.execute("DROP TABLE plain")
    return spent
