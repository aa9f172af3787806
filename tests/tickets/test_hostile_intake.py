"""Files of event lines by somebody who means harm: each line is a draft or a rejection, in bounded memory."""

import gzip
import io
from pathlib import Path
from time import monotonic
from typing import Any

import orjson
import pytest
from django.utils import timezone

from ops_dashboard.people.models import Agent
from tests.tickets.drafting import draft, source, take
from tickets import intake, word_limits
from tickets.connectors import events, lines
from tickets.connectors.drafts import Draft, Rejected
from tickets.draft_checks import LONGEST_META, LONGEST_RAW, are_plain, kept_line, problem_of
from tickets.draft_columns import DraftColumns
from tickets.models import Channel, RejectedRow
from tickets.words import StatusWords

LINE = {"ticket_id": "1", "at": "2026-01-05T09:00:00Z", "type": "created", "status": "new"}


def deep(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


def line(name: str, value: bytes) -> bytes:
    """A good line but for the value of one name."""
    rest = orjson.dumps({key: told for key, told in LINE.items() if key != name})
    return b'{"%s":%s,%s\n' % (name.encode(), value, rest[1:])


def told_of(content: bytes) -> Draft | Rejected:
    (told,) = events.read(io.BytesIO(content))
    return told


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("ticket_id", deep(300), "ticket_id"),
        ("type", deep(300), "type"),
        ("actor_role", deep(300), "actor_role"),
        ("at", deep(300), "at"),
        ("ticket_id", deep(100_000), "line"),
        ("ticket_id", b"[" * 100_000, "line"),
        ("ticket_id", b'"\\ud800"', "line"),
        ("ticket_id", b"NaN", "line"),
        ("ticket_id", b"9" * 40, "ticket_id"),
        ("at", b'"0000-01-01T00:00:00Z"', "at"),
        ("at", b"1e400", "line"),
        ("requester_known", b'{"name":%s}' % deep(300), "requester_known"),
    ],
)
def test_a_value_of_an_impossible_shape_rejects_its_line(name: str, value: bytes, field: str) -> None:
    told = told_of(line(name, value))
    assert isinstance(told, Rejected)
    assert told.field == field
    assert len(kept_line(told.raw)) <= LONGEST_RAW


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("meta", b'{"tags":%s}' % deep(300), "meta"),
        ("meta", b'{"tags":"%s"}' % (b"x" * LONGEST_META), "meta"),
        ("meta", b'{"tags":{"\\u0000":1}}', "meta"),
        ("seq", b"-1", "seq"),
        ("at", b'"0001-01-01T00:00:00+23:59"', "at"),
        ("at", b'"9999-12-31T23:59:59-23:59"', "at"),
    ],
)
def test_what_cannot_be_stored_is_named_by_its_field(name: str, value: bytes, field: str) -> None:
    told, statuses = told_of(line(name, value)), StatusWords(source())
    assert isinstance(told, Draft)
    problem = problem_of(told, statuses=statuses, now=timezone.now())
    assert problem is not None
    assert problem[0] == field
    assert not are_plain(DraftColumns([told]), statuses=statuses, now=timezone.now())


def test_of_a_rejected_line_with_a_hundred_thousand_names_the_first_are_kept() -> None:
    names = {f"n{number}": "x" for number in range(100_000)}
    started = monotonic()
    kept = kept_line(orjson.dumps(names))
    assert (kept[:10], len(kept) <= LONGEST_RAW, monotonic() - started < 2) == ('{"n0":"x",', True, True)


def test_of_two_values_under_one_name_the_last_counts() -> None:
    told = told_of(b'{"ticket_id":"1","ticket_id":"2","at":"2026-01-05T09:00:00Z","type":"created"}\n')
    assert isinstance(told, Draft)
    assert told.ticket_ref == "2"


def test_a_packed_bomb_is_given_up_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "UNPACKED_FREELY", 1 << 20)
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"\n" * (40 << 20)))
    stored, unpacked = lines.open_lines(path)
    with stored, pytest.raises(lines.BadFile, match="unpacks to more than 200 times its size"):
        list(events.read(unpacked))
    assert unpacked.tell() < 12 << 20  # 1 MiB freely, and 200 times the 40 kB of the file


def test_a_batch_of_long_lines_is_cut_by_its_weight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "HEAVIEST_BATCH", 250)
    drafts = [draft("public_note", n, raw=b"x" * 100) for n in range(7)]
    assert [len(batch) for batch in intake._batches(drafts, 1000)] == [3, 3, 1]


def created(number: int, **fields: Any) -> Draft:
    return draft("ticket_created", number, ticket=f"T{number}", line=number, **fields)


@pytest.mark.django_db
def test_no_more_values_of_a_cut_are_made_than_a_page_can_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(word_limits.MOST, "channel", 3)
    take([created(1, channel="email"), created(2, channel="chat")])
    summary = take(
        [created(n, channel=word) for n, word in enumerate(["email", "Chat", "a", "b", "c", "Email"], start=3)]
    )
    assert (summary.accepted, summary.rejected) == (4, 2)
    assert set(Channel.objects.values_list("slug", flat=True)) == {"email", "chat", "a"}
    rows = RejectedRow.objects.order_by("line").values_list("line", "field", "reason")
    assert list(rows) == [(n, "channel", "would be one more than the 3 that are kept") for n in (6, 7)]


@pytest.mark.django_db
def test_a_reason_that_quotes_the_line_is_kept_without_what_is_personal() -> None:
    """Columns that slipped put an address where a status belongs."""
    assert take([created(1, status="rita.holm@example.com")]).rejected == 1
    row = RejectedRow.objects.get()
    assert row.field == "status" and "[email]" in row.reason and "rita" not in row.reason


@pytest.mark.django_db
def test_nor_more_agents_whether_they_act_or_are_assigned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(word_limits.MOST, "assignee", 2)
    take([created(1, assignee="ann"), draft("agent_reply", 2, by="alice", ticket="T1")])
    summary = take([draft("agent_reply", 3, by="dave", ticket="T1"), created(4, assignee="alice")])
    assert (summary.accepted, summary.rejected) == (1, 1)
    assert set(Agent.objects.values_list("slug", flat=True)) == {"ann", "alice"}
    assert RejectedRow.objects.get().field == "assignee"
