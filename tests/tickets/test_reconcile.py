"""`manage.py reconcile` proves what is stored, and names what it cannot prove."""

import json
from typing import Any

import pytest
from django.core.management import call_command

from ops_dashboard.metrics.models import Cell
from tests.tickets.drafting import STORY, take
from tickets.models import Solve

pytestmark = pytest.mark.django_db


def reconcile(capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    """(exit code, report)"""
    capsys.readouterr()
    try:
        call_command("reconcile", "--all", "--json")
    except SystemExit as stop:
        return int(stop.code or 0), json.loads(capsys.readouterr().out)
    return 0, json.loads(capsys.readouterr().out)


def test_what_intake_wrote_equals_a_rebuild(capsys: pytest.CaptureFixture[str]) -> None:
    take(STORY)
    assert reconcile(capsys) == (0, {"tickets": 1, "differences": 0, "first": []})


def test_a_fact_changed_behind_intake_s_back_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    take(STORY)
    Solve.objects.filter(nth=1).update(replies=7)
    code, report = reconcile(capsys)
    assert code == 1
    assert [d["key"] for d in report["first"]] == ["solve of ticket T1"]


def test_a_lost_cell_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    take(STORY)
    call_command("refresh_metrics")
    (cell,) = Cell.objects.filter(source="solves").values_list("day", "team")
    Cell.objects.filter(source="solves").delete()
    code, report = reconcile(capsys)
    assert code == 1
    assert [(d["key"], d["detail"]) for d in report["first"]] == [
        (f"solves {cell[0]} team {cell[1]}", "has facts but is not stored")
    ]
