"""Colours are tokens, and what is written in them can be read."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[1] / "static" / "css"
SHEETS = ("base", "layout", "components", "charts", "workforce", "quality", "insights")
TOKENS = (CSS / "tokens.css").read_text("utf-8")
PAIRS = dict(re.findall(r"--([\w-]+): light-dark\((#\w{6}, #\w{6})\)", TOKENS))
TEXT = ("ink", "muted", "quiet", "accent", "better", "worse", "warning")
GROUNDS = ("background", "panel", "raised")


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def colour(token: str, *, dark: bool) -> str:
    return PAIRS[token].split(", ")[dark]


def test_the_measure_of_contrast_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", TEXT)
def test_text_can_be_read_on_every_ground(text: str, ground: str, dark: bool) -> None:
    assert contrast(colour(text, dark=dark), colour(ground, dark=dark)) >= 4.5


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("accent-ink", "accent"),
        ("rail-ink", "rail"),
        ("rail-quiet", "rail"),
        ("rail-ink", "rail-here"),
        ("muted", "sunken"),
        ("worse", "worse-pale"),
        ("warning", "warning-pale"),
        ("ink", "accent-pale"),
        ("muted", "accent-pale"),
    ],
)
def test_text_can_be_read_on_its_own_ground(text: str, ground: str, dark: bool) -> None:
    assert contrast(colour(text, dark=dark), colour(ground, dark=dark)) >= 4.5


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("mark", [*(f"series-{i}" for i in range(7)), "edge", "heat-low", "heat-high"])
def test_marks_stand_out_from_the_panel(mark: str, dark: bool) -> None:
    assert contrast(colour(mark, dark=dark), colour("panel", dark=dark)) >= 3


def test_every_coloured_token_is_registered() -> None:
    assert set(PAIRS) == set(re.findall(r'@property --([\w-]+) \{ syntax: "<color>"', TOKENS))


@pytest.mark.parametrize("sheet", SHEETS)
def test_other_sheets_use_no_colour_but_tokens(sheet: str) -> None:
    text = (CSS / f"{sheet}.css").read_text("utf-8")
    allowed = {"rgb(0 0 0 / 45%)", "rgb(10 20 40 / 18%)"}  # shade over the page, shadow of a menu
    assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\([^)]*\)|hsla?\([^)]*\)", text)) <= allowed


@pytest.mark.parametrize("sheet", SHEETS)
def test_every_variable_that_is_used_exists(sheet: str) -> None:
    used = set(re.findall(r"var\(--([\w-]+)\)", (CSS / f"{sheet}.css").read_text("utf-8")))
    assert used <= set(re.findall(r"--([\w-]+):", TOKENS))


@pytest.mark.parametrize("sheet", ["workforce", "quality", "insights"])
def test_a_class_of_one_part_leaves_the_looks_of_the_others_alone(sheet: str) -> None:
    """Sheets of parts load last, on every page: a bare class that another sheet styles too would change it."""
    bare = {
        name: set(re.findall(r"^  \.([\w-]+) \{", (CSS / f"{name}.css").read_text("utf-8"), re.M)) for name in SHEETS
    }
    taken = set().union(*(names for name, names in bare.items() if name != sheet))
    assert bare[sheet] & taken == set()
