import gzip
import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from tickets.connectors import events
from tickets.connectors.drafts import Draft, Rejected
from tickets.management.commands.import_tickets import FORMATS
from tickets.models import ImportRun, RejectedRow, Source, Ticket, TicketEvent
from tickets.redaction import Known
from tickets.vocabulary import ActorKind, EventType, Status

pytestmark = pytest.mark.django_db

CREATED: dict[str, Any] = {
    "ticket_id": "A1",
    "seq": 0,
    "at": "2026-03-02T09:00:00Z",
    "type": "created",
    "actor": "rita",
    "actor_role": "customer",
    "status": "new",
    "priority": "high",
    "group": "70",
    "assignee": None,
    "channel": "Phone",
}


def line(**fields: Any) -> bytes:
    return json.dumps(CREATED | fields).encode() + b"\n"


def without(name: str) -> bytes:
    return json.dumps({key: value for key, value in CREATED.items() if key != name}).encode()


def read_one(content: bytes) -> Draft | Rejected:
    (told,) = events.read(BytesIO(content))
    return told


def import_file(path: Path, content: bytes, **options: Any) -> tuple[dict[str, Any], int]:
    """What the command printed, and its exit code."""
    path.write_bytes(content)
    out, code = StringIO(), 0
    try:
        call_command("import_tickets", path, stdout=out, stderr=StringIO(), **{"format": "events"} | options)
    except CommandError as error:
        code = error.returncode
    return json.loads(out.getvalue()), code


@pytest.mark.parametrize(
    ("content", "field", "reason"),
    [
        (b"{", "line", "is not JSON"),
        (b"\xff\xfe", "line", "is not JSON"),
        (b'{"ticket_id": "\\ud800"}', "line", "is not JSON"),
        (b"[]", "line", "is not a JSON object"),
        (b"17", "line", "is not a JSON object"),
        (without("ticket_id"), "ticket_id", "is missing"),
        (without("at"), "at", "is missing"),
        (without("type"), "type", "is missing"),
        (line(ticket_id=""), "ticket_id", '"" is not a non-empty text'),
        (line(ticket_id=["A1"]), "ticket_id", '["A1"] is not a non-empty text'),
        (line(ticket_id=True), "ticket_id", "true is not a non-empty text"),
        (line(type="opened"), "type", '"opened" is not an event type'),
        (line(type=3), "type", "3 is not an event type"),
        (line(at="yesterday"), "at", '"yesterday" is not an ISO-8601 instant'),
        (line(at=1_700_000_000), "at", "1700000000 is not an ISO-8601 instant"),
        (line(at="2026-03-02T09:00:00"), "at", '"2026-03-02T09:00:00" has no time zone'),
        (line(at="2026-02-30T09:00:00Z"), "at", '"2026-02-30T09:00:00Z" is not an ISO-8601 instant'),
        (line(actor_role="robot"), "actor_role", '"robot" is not one of customer'),
        (line(actor_role=None, type="message"), "actor_role", "must say who wrote the message"),
        (line(type="message", public="yes"), "public", '"yes" is not true or false'),
        (line(seq="first"), "seq", '"first" is not a whole number'),
        (line(priority={"name": "high"}), "priority", '{"name":"high"} is not text'),
        (line(type="status", status=None), "status", "is missing"),
        (line(meta=[]), "meta", "[] is not an object"),
        (line(actor="x" * (1 << 20)), "line", "is longer than 1048576 bytes"),
    ],
)
def test_a_bad_line_is_rejected_by_field_and_reason(content: bytes, field: str, reason: str) -> None:
    told = read_one(content)
    assert isinstance(told, Rejected)
    assert (told.line, told.field) == (1, field)
    assert told.reason.startswith(reason)


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"status": "Awaiting"}, "status", "'Awaiting' is not mapped to a status category"),
        ({"ticket_id": "x" * 121}, "ticket_id", "is longer than 120 characters"),
        ({"ticket_id": "a\0"}, "ticket_id", "holds a NUL character"),
        ({"group": "x" * 121}, "group", "is longer than 120 characters"),
        ({"requester": "r\0"}, "requester", "holds a NUL character"),
        ({"from": "x" * 121}, "from", "is longer than 120 characters"),
        ({"at": "1989-12-31T23:59:59Z"}, "at", "'1989-12-31T23:59:59+00:00' is before 1990"),
        ({"at": "2999-01-01T00:00:00Z"}, "at", "'2999-01-01T00:00:00+00:00' is in the future"),
        ({"seq": -1}, "seq", "-1 is not a whole number from 0 to 2,147,483,647"),
    ],
)
def test_an_impossible_line_is_kept_for_mending(
    fields: dict[str, Any], field: str, reason: str, tmp_path: Path
) -> None:
    told, code = import_file(tmp_path / "e.jsonl", line() + line(**fields) + line(ticket_id="A2"))
    assert (told["accepted"], told["rejected"], told["tickets"], code) == (2, 1, 2, 1)
    row = RejectedRow.objects.get()
    assert (row.line, row.field, row.reason) == (2, field, reason)


def test_each_short_type_sets_only_what_it_names() -> None:
    snapshot = {"status": "open", "priority": "low", "group": "71", "assignee": "dave", "from": "70"}
    told = {
        kind: read_one(line(type=kind, **snapshot)) for kind in ("status", "priority", "group", "assignee", "updated")
    }
    sets = {
        kind: {name: value for name in events.ATTRIBUTES if (value := getattr(event, name)) is not None}
        for kind, event in told.items()
    }
    assert sets == {
        "status": {"status": "open"},
        "priority": {"priority": "low"},
        "group": {"team": "71"},
        "assignee": {"assignee": "dave"},
        "updated": {},
    }


@pytest.mark.parametrize(
    ("fields", "kind", "is_public"),
    [
        ({"actor_role": "customer"}, EventType.REQUESTER_MESSAGE, True),
        ({"actor_role": "agent", "public": True}, EventType.AGENT_REPLY, True),
        ({"actor_role": "agent"}, EventType.AGENT_REPLY, True),
        ({"actor_role": "agent", "public": False}, EventType.INTERNAL_NOTE, False),
        ({"actor_role": "bot"}, EventType.BOT_REPLY, True),
        ({"actor_role": "system"}, EventType.AUTO_REPLY, True),
    ],
)
def test_a_message_is_what_its_author_makes_it(fields: dict[str, Any], kind: EventType, is_public: bool) -> None:
    told = read_one(line(type="message", **fields))
    assert isinstance(told, Draft)
    assert (told.type, told.is_public) == (kind, is_public)


def test_the_canonical_vocabulary_comes_by_file_too() -> None:
    told = read_one(line(type="survey_answered", id="s1", meta={"rating": 4, "comment": "call 555 0100"}))
    assert isinstance(told, Draft)
    assert (told.type, told.native_id, told.meta) == (EventType.SURVEY_ANSWERED, "s1", {"rating": 4})
    reason = read_one(line(type="reason_changed", reason="Refund"))
    assert isinstance(reason, Draft) and reason.reason == "Refund" and reason.team is None


def test_a_numeric_ticket_counts_as_its_digits_and_a_lost_group_as_none() -> None:
    told = read_one(line(ticket_id=17, type="group", group=None))
    assert isinstance(told, Draft)
    assert (told.ticket_ref, told.team, told.actor_kind) == ("17", "", ActorKind.REQUESTER)


def test_reading_goes_on_after_a_line_that_is_too_long() -> None:
    told = list(events.read(BytesIO(line(actor="x" * (3 << 20)) + line())))
    assert [type(each) for each in told] == [Rejected, Draft]
    assert told[1].line == 2


def test_plain_and_packed_files_read_the_same(tmp_path: Path) -> None:
    content = line() + b"\n" + line(seq=1, type="status", status="resolved")
    assert import_file(tmp_path / "plain", content)[0]["accepted"] == 2
    told, code = import_file(tmp_path / "packed", gzip.compress(content))
    assert (told["accepted"], told["duplicate"], code) == (0, 2, 0)
    assert Ticket.objects.get().status == Status.SOLVED


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_pipe_is_read_like_a_file(pack: Callable[[bytes], bytes]) -> None:
    reading, writing = os.pipe()
    os.write(writing, pack(line() + line(seq=1, type="status", status="resolved")))
    os.close(writing)
    out = StringIO()
    call_command("import_tickets", f"/dev/fd/{reading}", format="events", json=True, stdout=out)
    os.close(reading)
    assert (json.loads(out.getvalue())["accepted"], Ticket.objects.get().status) == (2, Status.SOLVED)


@pytest.mark.parametrize("packed", [False, True])
def test_a_byte_order_mark_before_a_line_is_no_part_of_it(packed: bool, tmp_path: Path) -> None:
    """At the beginning of a file, or of one that was joined to another."""
    mark = b"\xef\xbb\xbf"
    content = mark + line().replace(b"\n", b"\r\n") + mark + line(seq=1, type="status", status="resolved")
    told, code = import_file(tmp_path / "e.jsonl", gzip.compress(content) if packed else content)
    assert (told["accepted"], told["rejected"], code) == (2, 0, 0)
    assert Ticket.objects.get().created_at.isoformat() == "2026-03-02T09:00:00+00:00"


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n \r\n"])
def test_an_empty_file_is_fine(content: bytes, tmp_path: Path) -> None:
    told, code = import_file(tmp_path / "empty", content)
    assert (told["accepted"], told["tickets"], code) == (0, 0, 0)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "No such file"),
        (b"\x7fELF\0\0\0", "not a text file: line 1 holds NUL bytes"),
        (gzip.compress(line() * 1000)[:-20], "broken gzip after line .*; 0 new events before it were kept"),
        (b"\x1f\x8bnonsense", "broken gzip after line 0"),
    ],
)
def test_an_unreadable_file_is_one_clear_line_and_exit_code_2(
    content: bytes | None, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError, match=message) as caught:
        call_command("import_tickets", path, format="events")
    assert caught.value.returncode == 2
    assert TicketEvent.objects.count() == 0


def test_beside_its_summary_it_says_in_words_what_came_in_and_that_twice_is_once(tmp_path: Path) -> None:
    path, said = tmp_path / "e.jsonl", list[str]()
    path.write_bytes(line())
    for _ in range(2):
        out, words = StringIO(), StringIO()
        call_command("import_tickets", path, format="events", stdout=out, stderr=words)
        assert json.loads(out.getvalue())["rejected"] == 0
        said.append(words.getvalue().strip())
    assert said == [
        "1 new event of 1 ticket, 0 known already, 0 rejected",
        "Nothing new: 1 event known already.",
    ]


def test_a_directory_and_an_unknown_format_are_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is a directory") as caught:
        call_command("import_tickets", tmp_path, format="events")
    assert caught.value.returncode == 2
    with pytest.raises(CommandError, match="no format 'zammad'; there is: events") as caught:
        call_command("import_tickets", tmp_path, format="zammad")
    assert caught.value.returncode == 2


def test_a_dry_run_checks_and_writes_nothing(tmp_path: Path) -> None:
    told, code = import_file(tmp_path / "e.jsonl", line() + line(status="?", seq=1), dry_run=True)
    assert (told["accepted"], told["rejected"], told["tickets"], code) == (1, 1, 1, 1)
    assert Source.objects.count() == ImportRun.objects.count() == Ticket.objects.count() == 0


def test_a_mapping_file_gives_a_status_word_its_meaning(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.json"
    mapping.write_text('{"statuses": {"Awaiting": "hold"}}')
    told, code = import_file(tmp_path / "e.jsonl", line(status="awaiting"), mapping=mapping, source="Help Desk")
    assert (told["accepted"], code) == (1, 0)
    assert Ticket.objects.get().status == Status.HOLD
    assert Source.objects.get().slug == "help-desk"


def test_a_mapping_to_no_category_is_wrong_usage(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.json"
    mapping.write_text('{"statuses": {"Awaiting": "parked"}}')
    with pytest.raises(CommandError, match="with categories new, open, pending") as caught:
        call_command("import_tickets", tmp_path / "e.jsonl", format="events", mapping=mapping)
    assert caught.value.returncode == 2
    for word in ("x" * 81, "", "\\u0000"):
        mapping.write_text(f'{{"statuses": {{"{word}": "hold"}}}}')
        with pytest.raises(CommandError, match="is not a word of 1 to 80 characters") as caught:
            call_command("import_tickets", tmp_path / "e.jsonl", format="events", mapping=mapping)
        assert caught.value.returncode == 2
    mapping.write_text("[" * 100_000)
    with pytest.raises(CommandError, match="recursion") as caught:
        call_command("import_tickets", tmp_path / "e.jsonl", format="events", mapping=mapping)
    assert caught.value.returncode == 2


def test_a_zone_reads_instants_that_have_none(tmp_path: Path) -> None:
    import_file(tmp_path / "e.jsonl", line(at="2026-07-01T09:00:00"), zone="Europe/Rome")
    assert Ticket.objects.get().created_at.isoformat() == "2026-07-01T07:00:00+00:00"
    with pytest.raises(CommandError, match="'Rome' is not an IANA zone"):
        call_command("import_tickets", tmp_path / "e.jsonl", format="events", zone="Rome")


def test_a_line_may_carry_what_was_said_and_who_said_it() -> None:
    known = {"name": "Rita Holm", "email": ["rita@holm.example", "r@holm.example"], "other": 1}
    told = read_one(line(type="message", text="it fails", requester_known=known))
    assert isinstance(told, Draft)
    assert (told.text, told.known) == (
        "it fails",
        Known(names=("Rita Holm",), emails=("rita@holm.example", "r@holm.example")),
    )


def test_only_events_that_speak_have_words() -> None:
    told = read_one(line(type="status", status="open", text="it fails"))
    assert isinstance(told, Draft)
    assert told.text is None


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"text": 5}, "text"),
        ({"text": ["a"]}, "text"),
        ({"requester_known": "Rita"}, "requester_known"),
        ({"requester_known": {"name": {"first": "Rita"}}}, "requester_known"),
        ({"requester_known": {"phone": ["1"] * 11}}, "requester_known"),
        ({"requester_known": {"email": "x" * 201}}, "requester_known"),
    ],
)
def test_words_of_another_shape_are_rejected_without_repeating_them(fields: dict[str, Any], field: str) -> None:
    told = read_one(line(type="message", **fields))
    assert isinstance(told, Rejected)
    assert told.field == field
    assert "Rita" not in told.reason


def test_a_connector_is_a_reader_under_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One whose lines are a ticket and when it came, on the wall of the zone that was asked for."""

    def read(lines: IO[bytes], *, zone: ZoneInfo | None) -> Iterator[Draft | Rejected]:
        for ref, at in (each.decode().split() for each in lines):
            yield Draft(
                ticket_ref=ref,
                type=EventType.TICKET_CREATED,
                occurred_at=datetime.fromisoformat(at).replace(tzinfo=zone),
            )

    monkeypatch.setitem(FORMATS, "arrivals", read)
    told, code = import_file(
        tmp_path / "a.txt", b"A1 2026-03-02T09:00\nA2 2026-03-02T10:00\n", format="arrivals", zone="Europe/Paris"
    )
    assert (told["accepted"], told["rejected"], code) == (2, 0, 0)
    assert Source.objects.get().kind == "arrivals"
    assert list(Ticket.objects.order_by("ref").values_list("ref", "created_at")) == [
        ("A1", datetime(2026, 3, 2, 8, tzinfo=UTC)),
        ("A2", datetime(2026, 3, 2, 9, tzinfo=UTC)),
    ]
