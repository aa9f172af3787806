"""`manage.py agreement`: a public contract, and files that are not what they should be."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.quality.test_agreement import KRIPPENDORFF_C


def saved(path: Path, lines: str | bytes) -> str:
    file = path / "ratings.csv"
    file.write_bytes(lines if isinstance(lines, bytes) else lines.encode())
    return str(file)


def asked(capsys: pytest.CaptureFixture[str], file: str, *more: str, level: str = "nominal") -> dict[str, Any]:
    call_command("agreement", file, "--level", level, "--json", *more)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def krippendorff() -> str:
    rows = [f"u{u},r{r},{'' if v is None else v}" for r, row in enumerate(KRIPPENDORFF_C) for u, v in enumerate(row)]
    return "\n".join(["unit,rater,value", *rows])


@pytest.mark.parametrize(
    ("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_alpha_of_a_file_with_missing_values(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], level: str, published: float
) -> None:
    found = asked(capsys, saved(tmp_path, krippendorff()), level=level)
    assert found["alpha"] == pytest.approx(published, abs=5e-4)
    assert found["low"] < found["alpha"] < found["high"] <= 1
    assert (found["units"], found["double_scored_units"], found["raters"], found["missing"]) == (12, 11, 4, 7)


def test_a_small_file_is_answered_and_called_unreliable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, saved(tmp_path, krippendorff()))
    assert found["reliable"] is False
    assert found["reason"] == "11 units were rated twice or more; below 50 alpha says little"
    again = asked(capsys, saved(tmp_path, krippendorff()), "--min-units", "11")
    assert (again["reliable"], again["reason"], again["verdict"]) == (True, "", "tentative")


def test_values_that_do_not_vary_have_no_alpha(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, saved(tmp_path, "unit,rater,value\na,x,1\na,y,1\nb,x,1\nb,y,1"))
    assert (found["alpha"], found["low"], found["high"], found["reliable"]) == (None, None, None, False)
    assert "do not vary" in found["reason"]


def test_a_file_of_heads_only_has_no_alpha(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, saved(tmp_path, "unit,rater,value\n"))
    assert (found["alpha"], found["reason"]) == (None, "no unit was rated by two raters")


def test_columns_may_stand_in_any_order_with_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "\ufeffValue,note,RATER,unit\r\n1,,x,a\r\n2,hm,y,a\r\n\r\n2,,x,b\r\n2,,y,b\r\n"
    assert asked(capsys, saved(tmp_path, text), level="ordinal")["ratings"] == 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "line 1: the head names no column 'unit'"),
        ("unit,rater\na,x", "line 1: the head names no column 'value'"),
        ("unit,rater,value,value\na,x,1,1", "line 1: the head names twice column 'value'"),
        ("unit,rater,value\na,x,1\na,y", "line 3: has 2 fields where the head has 3"),
        ("unit,rater,value\na,x,1\n,y,2", "line 3, field unit: is empty"),
        ("unit,rater,value\na,,1", "line 2, field rater: is empty"),
        ("unit,rater,value\na,x,1\na,x,2", "line 3, field rater: 'x' rated unit 'a' on line 2 already"),
        ("unit,rater,value\na,x,good", "line 2, field value: 'good' is not a number, which level interval needs"),
        ("unit,rater,value\na,x,nan", "line 2, field value: 'nan' is not a finite number"),
        ("unit,rater,value\na,x,1e308", "line 2, field value: '1e308' is too large"),
        ('unit,rater,value\na,x,"1\n', "line 2: unexpected end of data"),
        ("unit,rater,value\n" + "a" * 501 + ",x,1", "line 2, field unit: is longer than 500 characters"),
        ("unit,rater,value\na,x\0,1", "line 2"),
        (b"unit,rater,value\na,x\xff,1", "is not UTF-8 text"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_by_line_and_field(tmp_path: Path, text: str | bytes, words: str) -> None:
    with pytest.raises(CommandError) as told:
        call_command("agreement", saved(tmp_path, text), "--level", "interval", "--json")
    assert words in str(told.value)
    assert told.value.returncode == 2


def test_ratios_need_numbers_from_nought_up(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="line 2, field value: '-1' is below 0"):
        call_command("agreement", saved(tmp_path, "unit,rater,value\na,x,-1"), "--level", "ratio")


@pytest.mark.parametrize("more", [["--replicates", "-1"], ["--seed", "-1"], ["--min-units", "-3"]])
def test_options_out_of_bounds_are_wrong_usage(tmp_path: Path, more: list[str]) -> None:
    with pytest.raises(CommandError) as told:
        call_command("agreement", saved(tmp_path, krippendorff()), "--level", "nominal", *more)
    assert told.value.returncode == 2


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file") as told:
        call_command("agreement", str(tmp_path / "none.csv"), "--level", "nominal")
    assert told.value.returncode == 2
    with pytest.raises(CommandError, match="Is a directory"):
        call_command("agreement", str(tmp_path), "--level", "nominal")


def test_the_words_say_what_the_numbers_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("agreement", saved(tmp_path, krippendorff()), "--level", "nominal")
    said = capsys.readouterr().out
    assert said.startswith("Krippendorff's alpha (nominal)  0.743  [")
    assert "11 of 12 units rated twice or more, 4 raters" in said
    assert "Not reliable" in said
