"""`manage.py evaluate_redaction`: a public contract, the shares we claim, and files that are not as they should be."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.reference_data import DATA, present
from tickets.redaction import redact

SUPPORT = DATA / "pii_support_synth" / "pii_support_synth.jsonl"
PRESIDIO = DATA / "presidio_research" / "synth_dataset_v2_part.json"
BANKING = DATA / "banking77" / "test.csv"


def asked(capsys: pytest.CaptureFixture[str], path: Path) -> dict[str, Any]:
    call_command("evaluate_redaction", path, "--json")
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def saved(directory: Path, content: str | bytes) -> Path:
    path = directory / "marked.jsonl"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refused(path: Path) -> str:
    with pytest.raises(CommandError) as raised:
        call_command("evaluate_redaction", path, "--json")
    assert raised.value.returncode == 2
    return str(raised.value)


def test_recall_and_precision_are_counted_by_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [
        {"text": "mail a@b.co now", "spans": [{"start": 5, "end": 11, "kind": "email"}]},
        {"text": "Ann Lee calls", "spans": [{"start": 0, "end": 7, "kind": "PERSON"}]},
        {"text": "mail c@d.co now", "spans": []},
        {"text": "nothing", "spans": []},
    ]
    found = asked(capsys, saved(tmp_path, "\n".join(map(json.dumps, lines)) + "\n\n"))
    assert (found["texts"], found["structured_recall"], found["precision"]) == (4, 1.0, 0.5)
    assert (found["touched"], found["clean_texts"], found["clean_touched"]) == (0.5, 2, 0.5)
    assert found["kinds"] == {
        "email": {"marked": 1, "found": 1, "recall": 1.0, "masked": 2, "precision": 0.5},
        "name": {"marked": 1, "found": 0, "recall": 0.0, "masked": 0, "precision": None},
    }


def test_a_span_masked_in_part_is_not_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = {"text": "at 5 Elm St a@b.co", "spans": [{"start": 3, "end": 18, "kind": "address"}]}
    assert asked(capsys, saved(tmp_path, json.dumps(line)))["kinds"]["address"]["recall"] == 0.0


def test_a_file_of_nothing_has_no_shares(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, saved(tmp_path, ""))
    assert (found["texts"], found["structured_recall"], found["touched"], found["kinds"]) == (0, None, None, {})


def test_without_json_it_speaks_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = saved(tmp_path, '{"text": "mail a@b.co", "spans": [{"start": 5, "end": 11, "kind": "email"}]}')
    call_command("evaluate_redaction", path)
    told = capsys.readouterr().out
    assert "structured recall 100.0%" in told
    assert "email" in told


def test_the_support_set_is_redacted_as_well_as_we_say(capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, present(SUPPORT))
    assert found["texts"] == 1200
    assert found["structured_recall"] >= 0.98
    assert found["precision"] >= 0.99
    assert found["kinds"]["handle"]["recall"] >= 0.99
    assert found["kinds"]["name"]["recall"] >= 0.85
    assert found["clean_touched"] <= 0.01


def test_the_presidio_set_is_redacted_as_well_as_we_say(capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, present(PRESIDIO))
    assert found["texts"] == 900
    assert found["structured_recall"] >= 0.88
    assert found["precision"] >= 0.9
    assert {
        kind: found["kinds"][kind]["recall"] for kind in ("card", "email", "iban", "ssn", "ip", "url")
    } == dict.fromkeys(("card", "email", "iban", "ssn", "ip", "url"), 1.0)


def test_messages_without_personal_data_are_left_alone() -> None:
    with present(BANKING).open(encoding="utf-8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    assert len(texts) == 3080
    assert sum(bool(redact(text).detections) for text in texts) <= 0.01 * len(texts)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "line 1: is not JSON"),
        ("\n{]", "line 2: is not JSON"),
        ("5", "line 1, field line: is not a JSON object"),
        ("{}", "line 1, field text: is missing"),
        ('{"text": 5}', "line 1, field text: is not text"),
        ('{"text": "a"}', "line 1, field spans: is missing"),
        ('{"text": "a", "spans": {}}', "line 1, field spans: is not a list"),
        ('{"text": "a", "spans": [1]}', "line 1, field spans[0]: is not a JSON object"),
        ('{"text": "a", "spans": [{"start": 0, "end": 1}]}', "line 1, field spans[0].kind: is missing"),
        ('{"text": "a", "spans": [{"start": true, "end": 1, "kind": "x"}]}', "spans[0].start: is not a whole number"),
        ('{"text": "a", "spans": [{"start": 0, "end": 9, "kind": "x"}]}', "spans[0]: 0 to 9 is no part of a text of 1"),
        ('{"text": "a", "spans": [{"start": -1, "end": 1, "kind": "x"}]}', "spans[0]: -1 to 1 is no part"),
        ("[{}]", "item 1, field text: is missing"),
        ("[", "line 1: is not JSON"),
        (b"\xff\xfe\x00", "line 1: is not JSON"),
        ('{"text": "' + "x" * (1 << 20) + '", "spans": []}', "line 1: is longer than"),
    ],
)
def test_what_cannot_be_read_is_named_by_line_and_field(tmp_path: Path, content: str | bytes, words: str) -> None:
    path = saved(tmp_path, content)
    told = refused(path)
    assert told.startswith(str(path))
    assert words in told


def test_a_missing_file_and_a_directory_are_told(tmp_path: Path) -> None:
    assert "No such file" in refused(tmp_path / "absent.jsonl")
    assert "directory" in refused(tmp_path).lower()
