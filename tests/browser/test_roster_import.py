"""Importing a roster in a real browser: a bad line is told by its line and field, a good file is looked at first."""

from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Page, expect

from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Role
from tests.accessibility import faults
from tests.workforce.rostering import make_team
from workforce.models import Shift

pytestmark = pytest.mark.django_db(transaction=True)
GOOD = "agent,team,date,start,end\nada,payments,2026-03-23,09:00,17:00\nben,payments,2026-03-24,09:00,17:00\n"
BAD = GOOD.replace("ben", "zoe").replace("09:00,17:00\nzoe", "9 o'clock,17:00\nzoe")


def choose(page: Page, text: str) -> None:
    page.locator("input[type=file]").set_input_files(
        FilePayload(name="week.csv", mimeType="text/csv", buffer=text.encode())
    )
    page.get_by_role("button", name="Look at it").click()


def test_a_bad_line_is_told_and_a_mended_file_is_taken_in(sign_in: Callable[..., Page]) -> None:
    make_team()
    page = sign_in(User.objects.create(username="petra", role=Role.PLANNER))
    page.goto("/roster/import/")
    choose(page, BAD)
    expect(page.get_by_role("alert")).to_have_text("Nothing was taken in: 2 problems.")
    rows = page.get_by_role("group", name="What is wrong with the file").locator("tbody tr")
    expect(rows).to_contain_text(["2", "3"])
    expect(rows.nth(0)).to_contain_text("start")
    expect(rows.nth(1)).to_contain_text("zoe")
    assert faults(page) == []
    choose(page, GOOD)
    expect(page.get_by_role("group", name="What the file would do").locator("tbody tr")).to_have_text(["Shifts200"])
    assert faults(page) == []
    assert not Shift.objects.exists()
    page.get_by_role("button", name="Take it in").click()
    expect(page.locator(".message")).to_contain_text("Taken in: 2 added, 0 changed, 0 known already.")
    assert Shift.objects.count() == 2
