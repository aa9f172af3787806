"""The catalogue as people read it is the one that the numbers come from."""

from pathlib import Path

import pytest

from ops_dashboard.metrics.catalogue import entries, markdown

DOCUMENT = Path(__file__).parents[2] / "docs" / "metrics.md"


def test_the_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text() == markdown(), "run: manage.py metrics --format markdown > docs/metrics.md"


@pytest.mark.parametrize("item", entries(), ids=lambda item: item["slug"])
def test_a_metric_says_all_that_its_readers_need(item: dict[str, str]) -> None:
    assert item["definition"].endswith(".")
    assert all(item[name] for name in ("label", "unit", "better", "formula", "attribution", "owner"))


def test_no_two_metrics_share_a_label() -> None:
    labels = [item["label"] for item in entries()]
    assert len(set(labels)) == len(labels)
