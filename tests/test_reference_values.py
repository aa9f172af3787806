"""The runner of reference values tells what is wrong by name, and passes over nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.peers.__main__ import main
from tests.peers.shapes import shape_of

# One agent, half busy: C = rho = 0.5, so SL = 1 - 0.5 e^(-(1 - 0.5) 60 / 60), and ASA = 0.5 x 60 / 0.5.
HALF_BUSY = {"arrivals_per_hour": 30, "aht_s": 60, "agents": 1, "target_s": 60}
ANSWERED = {"load_erlang": 0.5, "p_wait": 0.5, "service_level": 0.6967346701, "asa_s": 60, "_float_err": 1e-16}
# 100 / (1 - 0.35), and 1 - 0.85 x 0.8.
SHRUNK = {"net_required": 100, "external": 0.15, "internal": 0.2, "compound_total": 0.32, "wrong_multiplier": 135}


def told(tmp_path: Path, capsys: pytest.CaptureFixture[str], document: dict[str, Any]) -> dict[str, Any]:
    """What the runner prints of a file, its exit code beside it."""
    path = tmp_path / "values.json"
    path.write_text(json.dumps(document))
    code = main(["--json", str(path)])
    (file,) = json.loads(capsys.readouterr().out)["files"]
    return file | {"code": code, "notes": {each["id"]: each["note"] for each in file["differ"]}}


def test_values_worked_out_by_hand_agree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    got = told(tmp_path, capsys, {"_meta": {}, "erlang_c": {"formula": "C", "cases": [HALF_BUSY | ANSWERED]}})
    assert (got["code"], got["shape"], got["agree"]) == (0, "erlang_values", 1)


def test_a_wrong_value_is_told_by_section_and_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = HALF_BUSY | ANSWERED | {"p_wait": 0.50001, "asa_s": 61}
    got = told(tmp_path, capsys, {"erlang_c": [HALF_BUSY | ANSWERED, wrong, wrong | {"id": "named"}]})
    assert (got["code"], got["agree"]) == (1, 1)
    assert got["notes"] == {
        "erlang_c[1]": "differs in p_wait, asa_s",
        "named": "differs in p_wait, asa_s",
    }


@pytest.mark.parametrize(
    ("section", "id", "words"),
    [
        ({"erlang_x": [{}]}, "erlang_x", "nobody knows the section 'erlang_x'"),
        ({"erlang_a": "none"}, "erlang_a", "a section is a list of cases"),
        ({"erlang_a": {"cases": [], "servers": 2}}, "erlang_a", "section: nobody knows 'servers'"),
        ({"shrinkage": [7]}, "shrinkage[0]", "a case is an object"),
        ({"shrinkage": [{"net_required": 1}]}, "shrinkage[0]", "'external' is missing"),
        ({"shrinkage": [SHRUNK | {"layers": 3}]}, "shrinkage[0]", "values: nobody knows 'layers'"),
        ({"shrinkage": [dict(list(SHRUNK.items())[:3])]}, "shrinkage[0]", "no value is expected"),
        (
            {"chat_slot_model_vs_balanced": [{"agents": 3, "slots": 6, "sl": 1, "exact_balanced_sl": 1}]},
            "chat_slot_model_vs_balanced[0]",
            "no case of chat_concurrency has 3 agents with 6 slots",
        ),
    ],
)
def test_what_nobody_knows_is_named_and_the_rest_is_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], section: dict[str, Any], id: str, words: str
) -> None:
    got = told(tmp_path, capsys, section | {"erlang_c": [HALF_BUSY | ANSWERED]})
    assert (got["code"], got["agree"], list(got["notes"])) == (1, 1, [id])
    assert words in got["notes"][id]


def test_a_value_that_nothing_of_ours_answers_is_counted_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = {name: value for name, value in SHRUNK.items() if name != "compound_total"}
    got = told(tmp_path, capsys, {"shrinkage": [SHRUNK, alone]})
    assert (got["code"], got["agree"], got["differ"]) == (0, 1, [])
    assert got["unanswered"] == {"shrinkage[0]": ["wrong_multiplier"], "shrinkage[1]": ["wrong_multiplier"]}


# Two raters agree on three of four units. Table: the same, as joint answers.
TWO_RATERS = {"id": "two", "rows": "raters", "data": [[1, 1, 2, 2], [1, 1, 2, 1]]}
JOINT = {"id": "joint", "table": [[2, 0], [1, 1]]}
# Values 1 x 5, 2 x 3 of 8: D_o = 2 / 8, D_e = 30 / 56, alpha = 1 - 7 / 15.
ALPHA = 0.533
# Twelve of twenty: (0.6 + z^2 / 40) / (1 + z^2 / 20) -+ z sqrt(0.24 / 20 + z^2 / 1600) / (1 + z^2 / 20).
TWELVE_OF_TWENTY = [0.3866, 0.7812]
QUALITY = {
    "agreement": [
        TWO_RATERS
        | {"published": {"nominal": ALPHA, "po": 0.75}, "recomputed": {"krippendorff": {"est": 0.5333, "se": 9}}},
        JOINT | {"published": {"kappa": 0.5, "po": 0.75, "krippendorff_alpha_nominal": ALPHA}},
    ],
    "scores": [
        {"id": "mean", "reviews": [1, 0.5, None], "published": {"IQS_percent": 75}, "recomputed": 75.0},
        {"id": "steps", "published": {"3pt": [0, 50, 100]}},
    ],
    "wilson": {"id": "wilson", "published": {"12/20": TWELVE_OF_TWENTY}, "useful_table": {"0/0": {"wilson": None}}},
    # 1.96^2 x 0.25 / 0.1^2 = 96.04
    "sample_size": {"formula": "n0", "values": {"p=0.5,E=±10pp,N=None": 97}},
}


def test_values_of_quality_worked_out_by_hand_agree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    got = told(tmp_path, capsys, QUALITY)
    assert (got["differ"], got["code"], got["shape"], got["agree"]) == ([], 0, "agreement_values", 7)
    assert got["unanswered"] == {"two": ["se"], "joint": ["cohen_kappa"]}


@pytest.mark.parametrize(
    ("section", "wrong", "id", "words"),
    [
        ("agreement", [TWO_RATERS | {"published": {"nominal": 0.535}}], "two", "differs in published.nominal"),
        ("agreement", [JOINT | {"published": {"po": 0.7}}], "joint", "differs in published.po"),
        ("agreement", [TWO_RATERS | {"published": {"nominal": None}}], "two", "differs in published.nominal"),
        ("agreement", [TWO_RATERS | {"published": {"kappa": 0.5}}], "two", "published.kappa: 'kappa' is not one of"),
        ("agreement", [TWO_RATERS | {"rows": "units", "published": {}}], "two", "rows: 'units' is not one of"),
        ("agreement", [TWO_RATERS | {"weights": 1, "published": {}}], "two", "case: nobody knows 'weights'"),
        ("agreement", [TWO_RATERS | {"published": {}}], "two", "no value is expected"),
        ("agreement", [TWO_RATERS | {"published": {"bp": {"p": 1}}}], "two", "published.bp.p: 'published.bp.p' is not"),
        ("scores", [{"id": "mean", "reviews": [1], "published": {"IQS_percent": 99.98}}], "mean", "differs in"),
        ("scores", [{"id": "steps", "published": {"3pt": [0, 49, 100]}}], "steps", "differs in published.3pt"),
        ("scores", [{"id": "steps", "published": {"6pt": [0]}}], "steps", "values: nobody knows 'published.6pt'"),
        ("wilson", {"published": {"12/20": [0.3867, 0.7812]}}, "wilson published.12/20", "differs in interval"),
        ("wilson", {"published": {"12 of 20": [0, 1]}}, "wilson published.12 of 20", "a share is PART/WHOLE"),
        ("wilson", {"level": 0.9, "published": {}}, "wilson", "wilson: nobody knows 'level'"),
        ("sample_size", {"values": {"p=0.5,E=±10pp,N=None": 96}}, "sample_size p=0.5,E=±10pp,N=None", "differs in"),
        ("sample_size", {"values": {"p=0.5,E=2": 96}}, "sample_size p=0.5,E=2", "is not p=SHARE"),
        ("coverage", [], "coverage", "section: 'coverage' is not one of agreement, scores"),
    ],
)
def test_what_is_wrong_in_quality_is_told_by_id(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], section: str, wrong: Any, id: str, words: str
) -> None:
    got = told(tmp_path, capsys, QUALITY | {section: wrong})
    assert (got["code"], list(got["notes"])) == (1, [id])
    assert words in got["notes"][id]


@pytest.mark.parametrize(
    "document", [{"erlang_c": []}, {"erlang_c": {"cases": []}}, {"erlang_x": [{}]}, {"agreement": [], "wilson": []}]
)
def test_a_file_without_a_case_that_we_know_has_no_shape(document: dict[str, Any]) -> None:
    assert shape_of(document) is None
