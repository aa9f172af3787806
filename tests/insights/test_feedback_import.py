"""Files of feedback: taken in once, masked before they are stored, and every line that is wrong named."""

import gzip
import json
import logging
import tracemalloc
from io import BytesIO, StringIO
from pathlib import Path
from random import Random
from string import ascii_letters
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from insights import feedback_import
from insights.feedback_import import reading
from insights.feedback_intake import Told
from insights.feedback_lines import read
from insights.models import Area, Feedback, FeedbackRejection, FeedbackRun, FeedbackSource
from ops_dashboard.metrics.models import StaleCell
from ops_dashboard.people.models import Team
from tickets import rejections
from tickets.connectors.drafts import Rejected
from tickets.connectors.lines import BadFile

pytestmark = pytest.mark.django_db

ITEM: dict[str, Any] = {"id": "r1", "at": "2026-03-02T09:00:00Z", "text": "no sound", "rating": 2}


def line(**fields: Any) -> bytes:
    return json.dumps(ITEM | fields).encode() + b"\n"


def lines(content: bytes, **how: Any) -> list[Told | Rejected]:
    return list(read(BytesIO(content), reading=reading(**how)))


def problem(content: bytes) -> tuple[int, str, str]:
    (told,) = lines(content)
    assert isinstance(told, Rejected)
    return told.line, told.field, told.reason


def import_file(path: Path, content: bytes, **options: Any) -> tuple[dict[str, Any], int]:
    """What the command printed, and its exit code."""
    path.write_bytes(content)
    out, code = StringIO(), 0
    try:
        call_command("import_feedback", path, source="App Store", json=True, stdout=out, **options)
    except CommandError as error:
        code = error.returncode
    return json.loads(out.getvalue()) if out.getvalue() else {}, code


def counts(printed: dict[str, Any]) -> tuple[int, int, int]:
    return printed["accepted"], printed["duplicate"], printed["rejected"]


@pytest.mark.parametrize(
    ("content", "field", "reason"),
    [
        (b'{"id"', "line", "is not JSON"),
        (b'{"id": "\\ud800"}', "line", "is not JSON"),
        (line(id=None), "id", "is missing"),
        (line(id="  "), "id", "is missing"),
        (line(id="x" * 121), "id", "is longer than 120 characters"),
        (line(id="rita@holm.example"), "id", "names a person or an address"),
        (line(id=["r1"]), "id", "is not text"),
        (line(at=None), "at", "is missing"),
        (line(at="yesterday"), "at", "is not an ISO-8601 instant"),
        (line(at=1_700_000_000), "at", "is not an ISO-8601 instant"),
        (line(at="2026-03-02T09:00:00"), "at", "has no time zone"),
        (line(at="2099-01-01T00:00:00Z"), "at", "is in the future"),
        (line(at="1989-12-31T23:59:59Z"), "at", "is before 1990"),
        (line(text="", rating=None), "text", "is empty, and there is no rating"),
        (line(text=True), "text", "is not text"),
        (line(text={"a": 1}), "text", "is not text"),
        (line(rating=0), "rating", "is not a whole number from 1 to 5"),
        (line(rating=4.5), "rating", "is not a whole number from 1 to 5"),
        (line(rating="good"), "rating", "is not a whole number from 1 to 5"),
        (line(rating=True), "rating", "is not a whole number from 1 to 5"),
        (line(area="sales"), "area", "'sales' is no product area; there are payments"),
        (line(team="red"), "team", "there is no team 'red'"),
        (line(channel="c" * 121), "channel", "is longer than 120 characters"),
        (line(requester_known="Rita"), "requester_known", "is not an object"),
        (line(requester_name="n" * 201), "requester_known", "of over 200 characters"),
        (line(text="x" * (1 << 20)), "line", "is longer than 1048576 bytes"),
    ],
)
def test_a_line_that_is_wrong_says_which_field_and_why(content: bytes, field: str, reason: str) -> None:
    Area.objects.create(slug="payments", name="Payments")
    found = problem(content)
    assert found[:2] == (1, field)
    assert reason in found[2]


def test_an_item_becomes_feedback_with_all_it_says() -> None:
    Area.objects.create(slug="payments", name="Payments")
    team = Team.objects.create(slug="red", name="Red")
    (told,) = lines(line(rating="4", area="Payments", team="red", channel="Reviews", language="de"))
    assert isinstance(told, Told)
    assert (told.ref, told.rating, told.area, told.team) == ("r1", 4, "payments", team.pk)
    assert (told.channel, told.language, told.at.isoformat()) == ("Reviews", "de", "2026-03-02T09:00:00+00:00")


def test_a_file_comes_in_once_and_says_so_the_second_time(tmp_path: Path) -> None:
    content = b"".join(line(id=f"r{n}") for n in range(3)) + b"\n" + line(id="r0", text="told twice")
    printed, code = import_file(tmp_path / "a.jsonl", content, medium="review")
    assert (counts(printed), code) == ((3, 1, 0), 0)
    StaleCell.objects.all().delete()
    printed, code = import_file(tmp_path / "a.jsonl", content)
    assert (counts(printed), code) == ((0, 4, 0), 0)
    assert not StaleCell.objects.exists()
    assert set(Feedback.objects.values_list("source", "text", "rating")) == {("app-store", "no sound", 2)}
    source = FeedbackSource.objects.get()
    assert (source.name, source.kind, source.medium) == ("App Store", "file", "review")
    assert source.last_success_at is not None


def test_the_second_time_is_said_in_words(tmp_path: Path) -> None:
    path, out = tmp_path / "a.jsonl", StringIO()
    path.write_bytes(line() + line(id="r2"))
    for _ in range(2):
        call_command("import_feedback", path, source="shop", stdout=out)
    assert out.getvalue().splitlines() == [
        "2 new, 0 known already, 0 rejected",
        "Nothing new: all 2 items were known already.",
    ]


def test_csv_and_gzip_are_read_alike(tmp_path: Path) -> None:
    rows = (
        "\ufeffID;At;Text;Rating;Requester_Name;Device\r\n"
        'r1;2026-03-02 09:00+01:00;"two\nlines; and a ""quote""";5;Rita Holm;phone\r\n'
        "\r\n"
        "r2;2026-03-02T10:00Z;thanks Rita Holm;;Rita Holm;\r\n"
    ).encode()
    printed, code = import_file(tmp_path / "a.csv.gz", gzip.compress(rows))
    assert (counts(printed), code) == ((2, 0, 0), 0)
    assert list(Feedback.objects.order_by("ref").values_list("ref", "text", "rating", "detections")) == [
        ("r1", 'two\nlines; and a "quote"', 5, 0),
        ("r2", "thanks [name]", None, 1),
    ]


def test_columns_may_have_the_names_of_their_file(tmp_path: Path) -> None:
    rows = b"Review ID,Body,Submitted,Author\n7,hello from Rita Holm,2026-03-02T09:00:00,Rita Holm\n"
    named = ["id=Review ID", "text=Body", "at=Submitted", "requester_name=Author"]
    printed, code = import_file(tmp_path / "a.csv", rows, name=named, zone="Europe/Berlin")
    assert (counts(printed), code) == ((1, 0, 0), 0)
    one = Feedback.objects.get()
    assert (one.ref, one.text, one.occurred_at.isoformat()) == ("7", "hello from [name]", "2026-03-02T08:00:00+00:00")


def test_a_broken_row_stops_nothing_else(tmp_path: Path) -> None:
    rows = (
        b"id,at,text\n"
        b"r1,2026-03-02T09:00:00Z,fine\n"
        b'r2,2026-03-02T09:00:00Z,"ends" badly\n'
        b"r3,2026-03-02T09:00:00Z,fine,too,many\n"
        b"r4,2026-03-02T09:00:00Z,caf\xe9\n"
        b"r5,then,mail rita@holm.example\n"
        b"r6,2026-03-02T09:00:00Z,fine\n"
        b'r7,2026-03-02T09:00:00Z,"never closed\n'
    )
    printed, code = import_file(tmp_path / "a.csv", rows)
    assert (counts(printed), code) == ((2, 0, 5), 1)
    kept = list(FeedbackRejection.objects.order_by("line").values_list("line", "field", "reason", "raw"))
    assert [(number, field) for number, field, *_ in kept] == [
        (3, "line"), (4, "line"), (5, "text"), (6, "at"), (8, "line"),
    ]  # fmt: skip
    assert kept[2][2] == "is not UTF-8; save the file as 'CSV UTF-8'"
    assert kept[3][3] == '{"id":"r5","at":"then","text":"mail [email]"}'


def test_what_is_kept_to_be_mended_names_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    known = {"name": "Rita Holm", "phone": "0171 2345678"}
    content = (
        line(at="soon", text="I am rita holm, call 0171 2345678", requester_known=known)
        + line(at="soon", text="I, Rita Holm", requester_name="Rita Holm")
        + b'{"id": "r3", "text": "rita\\u0040holm.example", "requester_name": "Rita Holm", "at": \n'
        + b'[{"requester_known": {"name": "Rita Holm"}}]\n'
    )
    with caplog.at_level(logging.DEBUG):
        printed, code = import_file(tmp_path / "a.jsonl", content)
    assert (counts(printed), code) == ((0, 0, 4), 1)
    kept = list(FeedbackRejection.objects.order_by("line").values_list("raw", flat=True))
    assert kept == [
        '{"id":"r1","at":"soon","text":"I am [name], call [phone]","rating":2}',
        '{"id":"r1","at":"soon","text":"I, [name]","rating":2}',
        '{"id": "r3", "text": "[email]", ',
        "[{",
    ]
    assert not any(word in caplog.text.lower() for word in ("rita", "holm", "2345678"))


def test_every_rejection_is_kept_a_few_rows_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rejections, "AT_ONCE", 2)
    printed, _ = import_file(tmp_path / "a.jsonl", line(at="soon") * 5)
    assert counts(printed) == (0, 0, 5)
    assert list(FeedbackRejection.objects.order_by("line").values_list("line", flat=True)) == [1, 2, 3, 4, 5]


def test_a_file_that_breaks_off_keeps_what_came_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedback_import, "BATCH", 100)
    rng = Random(5)
    texts = ["".join(rng.choices(ascii_letters, k=300)) for _ in range(3000)]  # little that packs
    whole = gzip.compress(b"".join(line(id=f"r{n}", text=text) for n, text in enumerate(texts)))
    printed, code = import_file(tmp_path / "a.jsonl.gz", whole[: len(whole) // 2])
    run = FeedbackRun.objects.get()
    assert (printed, code) == ({}, 2)
    assert 0 < run.accepted == Feedback.objects.count() < 3000
    assert run.error.startswith("BadFile: broken gzip after line")
    printed, code = import_file(tmp_path / "a.jsonl.gz", whole)
    assert (printed["accepted"] + run.accepted, printed["duplicate"], code) == (3000, run.accepted, 0)


def test_a_dry_run_stores_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed, code = import_file(tmp_path / "a.jsonl", line() + line(at="soon"), dry_run=True)
    assert (counts(printed), code) == ((1, 0, 1), 1)
    assert capsys.readouterr().err == "line 2: at is not an ISO-8601 instant, such as 2026-03-02T09:00:00Z\n"
    assert not Feedback.objects.exists()
    assert not FeedbackSource.objects.exists()


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        (b"", {}, "the file is empty"),
        (b"text,at\nhello,2026-03-02T09:00:00Z\n", {}, "there is no column 'id'; there are text, at"),
        (b'"id,at,text\nr1,2026-03-02T09:00:00Z,hello\n', {}, "the heads are no row of CSV"),
        (b'"id"x,at,text\nr1,2026-03-02T09:00:00Z,hello\n', {}, "the heads are no row of CSV"),
        (b"\0\0\0", {}, "line 1 holds NUL bytes"),
        (line(), {"zone": "Mars/Olympus"}, "is not an IANA zone"),
        (line(), {"medium": "pigeon"}, "'pigeon' is no medium; there are conversation, review"),
        (line(), {"name": ["words=Body"]}, "write OURS=THEIRS"),
    ],
)
def test_wrong_usage_is_told_and_exits_with_two(
    tmp_path: Path, content: bytes, options: dict[str, Any], said: str
) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(CommandError, match=said) as caught:
        call_command("import_feedback", tmp_path / "a", source="shop", **options)
    assert caught.value.returncode == 2
    assert not Feedback.objects.exists()


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(CommandError, match="No such file") as caught:
        call_command("import_feedback", Path("absent.csv"), source="shop")
    assert caught.value.returncode == 2
    with pytest.raises(BadFile, match="the file is empty"):
        lines(b"\n\n")


def test_long_texts_take_bounded_memory() -> None:
    """200 texts of half a megabyte are 100 MB; at no time are more than a batch's 4 million characters held."""
    source = FeedbackSource.objects.create(slug="shop", name="Shop", kind="file")
    made = (line(id=f"r{n}", text="word " * 100_000) for n in range(200))
    how = reading()
    tracemalloc.start()
    feedback_import.take_in(source, (told for one in made for told in read(BytesIO(one), reading=how)), origin="test")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert Feedback.objects.count() == 200
    assert peak < 30_000_000
