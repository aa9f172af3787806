"""Vendored files are what they were when they were looked at."""

import re
from hashlib import sha256
from pathlib import Path

import pytest

VENDOR = Path(__file__).parents[1] / "static" / "vendor"
RECORDED = dict(re.findall(r"^\| `([^`]+)` .*`([0-9a-f]{64})` \|$", (VENDOR / "README.md").read_text("utf-8"), re.M))
MADE_HERE = {"README.md", "plotly/plotly.css"}
PLACES = {"X": ".js-plotly-plot .plotly", "Y": ".plotly-notifier"}


def test_every_vendored_file_is_recorded() -> None:
    present = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
    assert present - MADE_HERE == set(RECORDED)


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_a_vendored_file_has_its_recorded_hash(name: str) -> None:
    assert sha256((VENDOR / name).read_bytes()).hexdigest() == RECORDED[name]


def test_plotlys_static_sheet_has_the_rules_of_its_bundle() -> None:
    bundle = (VENDOR / "plotly" / "plotly-cartesian.min.js").read_text("utf-8")
    table = re.search(r'\{"X,X div":.*?\};for\(', bundle)
    assert table, "the bundle keeps its rules elsewhere now"
    rules = re.findall(r"""[{,](?:"([^"]+)"|(Y)):(?:'([^']*)'|"([^"]*)")""", table[0])
    sheet = "".join(
        re.sub("[XY]", lambda found: PLACES[found[0]], quoted or bare) + "{" + (single or double) + "}\n"
        for quoted, bare, single, double in rules
    )
    assert (VENDOR / "plotly" / "plotly.css").read_text("utf-8") == sheet
