"""Suggestions learned from tagged texts: how good, how honest, how reproducible."""

import csv
import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from insights.suggestions import CannotLearn, Quality, calibration_error, learn, plain
from tests.reference_data import DATA, needs

BANKING77 = DATA / "banking77"
has_banking77 = needs(BANKING77)

TEXTS = ["where is my payout", "my payout is late", "payout missing again", "video will not load", "the video stops",
         "no video on my phone"]  # fmt: skip
LABELS = ["payout", "payout", "payout", "playback", "playback", "playback"]


def banking77(name: str) -> tuple[list[str], list[str]]:
    with (BANKING77 / name).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return [row["text"] for row in rows], [row["category"] for row in rows]


def write(path: Path, rows: tuple[Sequence[str], Sequence[str]]) -> str:
    """A file as `evaluate_themes` reads it; returns its path."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([("text", "label"), *zip(*rows, strict=True)])
    return str(path)


def ten_of_each(texts: Sequence[str], labels: Sequence[str], *, seed: int) -> tuple[list[str], list[str]]:
    order, taken, kept = list(range(len(texts))), dict.fromkeys(labels, 0), []
    random.Random(seed).shuffle(order)
    for i in order:
        if taken[labels[i]] < 10:
            taken[labels[i]] += 1
            kept.append(i)
    return [texts[i] for i in kept], [labels[i] for i in kept]


def test_a_text_gets_the_theme_of_texts_like_it() -> None:
    suggester = learn(TEXTS, LABELS)
    ((first, chance), (second, rest)) = suggester.suggest(["is the payout coming?"])[0]
    assert (first, second) == ("payout", "playback")
    assert chance > 0.5 > rest
    assert chance + rest == pytest.approx(1)


def test_a_text_of_unknown_words_is_less_certain_than_one_that_was_learned() -> None:
    suggester = learn(TEXTS, LABELS)
    unknown, known = suggester.probabilities(["zzz qqq", TEXTS[0]]).max(axis=1)
    assert unknown < known


def test_the_same_texts_learn_the_same() -> None:
    one, other = (learn(TEXTS, LABELS).probabilities(TEXTS) for _ in range(2))
    assert np.array_equal(one, other)


def test_a_label_with_a_single_text_is_learned_too() -> None:
    suggester = learn([*TEXTS, "delete my account"], [*LABELS, "account"])
    assert suggester.suggest(["delete the account"], most=1)[0][0][0] == "account"


@pytest.mark.parametrize(("texts", "labels"), [([], []), (["a", "b"], ["x", "y"]), (["a", "b", "c"], ["x", "x", "y"])])
def test_too_little_to_learn_from_says_so(texts: list[str], labels: list[str]) -> None:
    with pytest.raises(CannotLearn, match="two themes with two texts"):
        learn(texts, labels)


def test_endings_are_taken_off_longer_words_only() -> None:
    assert plain("Transferred CARDS isn't bring") == "transferr card is not bring"


def test_calibration_error_weighs_the_gap_of_each_bin_by_its_texts() -> None:
    """Three of confidence .9, two of them right: |.9 - .667| x 3/4; one of .2, wrong: |.2 - 0| x 1/4."""
    confidence, is_right = np.array([0.9, 0.9, 0.9, 0.2]), np.array([True, True, False, False])
    assert calibration_error(confidence, is_right) == pytest.approx(0.2333333 * 0.75 + 0.2 * 0.25, abs=1e-6)


def test_quality_counts_a_label_never_learned_as_wrong() -> None:
    chances = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.5, 0.3, 0.2]])
    quality = Quality.of(chances, ("a", "b", "c"), ["a", "b", "new"])
    assert quality.texts == 3
    assert [quality.top_1, quality.top_3] == pytest.approx([1 / 3, 2 / 3])


@has_banking77
def test_all_of_banking77_reaches_the_published_baseline_and_is_calibrated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train, test = (write(tmp_path / name, banking77(name)) for name in ("train.csv", "test.csv"))
    call_command("evaluate_themes", train, test, "--json")
    found = json.loads(capsys.readouterr().out)
    assert (found["texts"], found["trained_on"], found["labels"]) == (3080, 10003, 77)
    assert found["top_1"] >= 0.915
    assert found["top_3"] >= 0.975
    assert found["calibration_error"] <= 0.03


@has_banking77
def test_ten_texts_of_each_theme_are_a_start_and_say_how_sure_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The means of three draws, as draws differ by a point. One temperature alone has an error of .042."""
    texts, test = banking77("train.csv"), write(tmp_path / "test.csv", banking77("test.csv"))
    found = []
    for seed in range(3):
        draw = write(tmp_path / f"draw-{seed}.csv", ten_of_each(*texts, seed=seed))
        call_command("evaluate_themes", draw, test, "--json")
        told = json.loads(capsys.readouterr().out)
        assert (told["texts"], told["trained_on"], told["labels"]) == (3080, 770, 77)
        found.append((told["top_1"], told["calibration_error"]))
    top_1, error = np.mean(found, axis=0)
    assert top_1 >= 0.75
    assert error <= 0.03


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"text,category\nhello,x\n", "line 1: the header has no column 'label'"),
        (b"text,label\nhello,x\n ,y\n", "line 3: text is empty"),
        (b"text,label\nhello\n", "line 2: label is empty"),
        (b"text,label\n", "no rows under the header"),
        (b"", "line 1: the header has no column 'text'"),
        (b"text,label\nh\xffllo,x\n", "not UTF-8 at byte 12"),
        (b'text,label\n"hello,x\n', "line 1: unexpected end of data"),
    ],
)
def test_a_file_that_cannot_be_used_names_line_and_field(tmp_path: Path, content: bytes, problem: str) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_bytes(content)
    with pytest.raises(CommandError) as refused:
        call_command("evaluate_themes", str(bad), str(bad))
    assert problem in str(refused.value)
    assert refused.value.returncode == 2


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="none.csv: No such file"):
        call_command("evaluate_themes", str(tmp_path / "none.csv"), str(tmp_path / "none.csv"))
