"""Our modules agree with the peers' own test suites, except where we say why not."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.peers.__main__ import main
from tests.peers.differences import excused, unanswered
from tests.peers.outcome import Outcome
from tests.peers.shapes import shape_of
from tests.reference_data import CASES, needs

needs_cases = needs(CASES)
REFERENCE_VALUES = {"erlang_reference": 79, "agreement_reference": 41}  # cases of files that have them in sections


def recognised() -> list[Path]:
    """Every case file that one of our shapes can run."""
    documents = {path: json.loads(path.read_text()) for path in sorted(CASES.glob("*.json"))}
    return [path for path, document in documents.items() if shape_of(document)]


def run(path: Path) -> list[Outcome]:
    document = json.loads(path.read_text())
    shape = shape_of(document)
    assert shape is not None
    return list(shape.run(document))


def write(path: Path, *cases: dict[str, object]) -> str:
    path.write_text(json.dumps({"cases": cases}))
    return str(path)


def one_open_hour(id: str, *, expected: int) -> dict[str, object]:
    """Monday 09:00 to 10:00 within opening hours is 3600 s."""
    return {
        "id": id,
        "op": "between",
        "calendar": {"timezone": "UTC", "weekly": {"mon": [["09:00", "17:00"]]}},
        "input": {"start": "2024-01-01T09:00:00Z", "end": "2024-01-01T10:00:00Z"},
        "expected": expected,
    }


@needs_cases
def test_every_case_file_is_of_a_shape_that_we_run() -> None:
    assert recognised() == sorted(CASES.iterdir())


@needs_cases
@pytest.mark.parametrize("path", recognised(), ids=lambda path: path.stem)
def test_cases_agree_but_for_the_differences_we_explain(path: Path) -> None:
    outcomes = run(path)
    differing = {outcome.id for outcome in outcomes if not outcome.agrees}
    assert len(outcomes) == (REFERENCE_VALUES.get(path.stem) or len(json.loads(path.read_text())["cases"]))
    assert differing == excused().keys() & {outcome.id for outcome in outcomes}


@needs_cases
def test_every_explained_difference_names_a_case_and_every_unanswered_value_is_one() -> None:
    outcomes = [outcome for path in recognised() for outcome in run(path)]
    assert excused().keys() <= {outcome.id for outcome in outcomes}
    assert unanswered().keys() == {name for outcome in outcomes for name in outcome.unanswered}


def test_runner_exits_0_when_all_agree(tmp_path: Path) -> None:
    assert main([write(tmp_path / "good.json", one_open_hour("good", expected=3600))]) == 0


def test_runner_names_what_differs_and_exits_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, wrong = one_open_hour("good", expected=3600), one_open_hour("wrong", expected=60)
    assert main(["--json", write(tmp_path / "cases.json", good, wrong)]) == 1
    (told,) = json.loads(capsys.readouterr().out)["files"]
    assert told["agree"] == 1
    assert [(each["id"], each["expected"], each["got"]) for each in told["differ"]] == [("wrong", 60, 3600)]


def test_a_case_that_cannot_be_run_differs_and_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    strange = one_open_hour("strange", expected=3600) | {"op": "guess"}
    assert main([write(tmp_path / "cases.json", strange)]) == 1
    assert "'guess' is not one of" in capsys.readouterr().out


@pytest.mark.parametrize("content", ["{", "[1]", '{"cases": []}', '{"cases": [{"id": "a"}]}'])
def test_a_file_of_no_known_shape_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    path = tmp_path / "odd.json"
    path.write_text(content)
    assert main([str(path)]) == 2
    error = capsys.readouterr().err
    assert error.startswith(str(path))
    assert error.count("\n") == 1


def test_a_file_that_is_refused_keeps_no_other_from_being_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = write(tmp_path / "good.json", one_open_hour("good", expected=3600))
    odd = tmp_path / "odd.json"
    odd.write_text('{"erlang_c": []}')
    assert main([str(odd), good]) == 2
    printed = capsys.readouterr()
    assert printed.out == f"{good}: business_time: 1 agree, 0 differ\n"
    assert printed.err.startswith(f"{odd}: has no shape we can run")
    assert main(["--json", str(odd), good]) == 2
    told = json.loads(capsys.readouterr().out)
    assert ([each["agree"] for each in told["files"]], len(told["refused"])) == ([1], 1)


def test_a_missing_file_is_refused_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "nowhere.json")]) == 2
    assert capsys.readouterr().err.endswith("cannot be read: No such file or directory\n")


@needs_cases
@pytest.mark.parametrize(
    ("stem", "place", "id"),
    [
        ("erlang_reference", ("erlang_a", "cases", 3, "p_abandon"), "erlang_a[3]"),
        ("erlang_reference", ("chat_slot_model_vs_balanced", 4, "exact_balanced_sl"), "chat_slot_model_vs_balanced[4]"),
        ("agreement_reference", ("agreement", 5, "published", "kappa"), "fleiss_wikipedia"),
        ("agreement_reference", ("sample_size", "values", "p=0.8,E=±5pp,N=400"), "sample_size p=0.8,E=±5pp,N=400"),
    ],
)
def test_one_wrong_value_of_a_reference_file_is_told_by_id(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], stem: str, place: tuple[str | int, ...], id: str
) -> None:
    document = json.loads((CASES / f"{stem}.json").read_text())
    *way, last = place
    within: Any = document
    for step in way:
        within = within[step]
    within[last] += 1
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(document))
    assert main(["--json", str(path)]) == 1
    (told,) = json.loads(capsys.readouterr().out)["files"]
    assert [each["id"] for each in told["differ"]] == [id]
    assert told["agree"] == REFERENCE_VALUES[stem] - 1
