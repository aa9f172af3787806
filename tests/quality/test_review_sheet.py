"""The list of reviews as a file: the rows of the page, no formulas, and an entry in the audit trail."""

import csv
from io import BytesIO, StringIO

import pytest
from django.http import QueryDict
from openpyxl import load_workbook

from ops_dashboard.people.models import Agent, AuditEntry
from ops_dashboard.people.roles import scope_for
from quality.review_sheet import review_sheet
from tests.cast import Cast, make_cast
from tests.quality.building import NOON, open_seats, reviewed, save_scorecard

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    """Two reviews of alice and one of dave; alice is called like a formula."""
    cast, version = make_cast(), save_scorecard()
    Agent.objects.filter(slug="alice").update(name="=1+1")
    for ticket, name in ((1, "alice"), (2, "dave"), (3, "alice")):
        team = cast.teams["team-a" if name == "alice" else "team-b"]
        seat = open_seats(version, Agent.objects.get(slug=name), team, ticket=ticket, weight=2.5)[0]
        reviewed(seat, cast.users["quinn"], at=NOON, tone=None, solution=3, privacy=1 if ticket == 3 else 2)
    return cast


def rows(cast: Cast, name: str, query: str = "") -> list[dict[str, str]]:
    answer = cast.client(name).get(f"/reviews/export.csv?{query}")
    assert answer.status_code == 200
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))


def test_the_file_holds_what_the_reader_may_see(cast: Cast) -> None:
    assert [row["agent"] for row in rows(cast, "carol")] == ["'=1+1", "Dave", "'=1+1"]
    assert [row["agent"] for row in rows(cast, "bob")] == ["'=1+1", "'=1+1"]
    assert [row["agent"] for row in rows(cast, "carol", "team=team-b")] == ["Dave"]
    critical = rows(cast, "carol", "list=critical")
    # (0.5 * 50 + 20) / 70, before the failure made it 0
    assert [(row["score"], row["score_before_critical"], row["weight"]) for row in critical] == [
        ("0.0", "0.6429", "2.5")
    ]


def test_a_workbook_has_text_for_text_and_numbers_for_numbers(cast: Cast) -> None:
    answer = cast.client("carol").get("/reviews/export.xlsx")
    assert answer["Content-Disposition"] == 'attachment; filename="reviews-all.xlsx"'
    book = load_workbook(BytesIO(answer.content))
    heads, first, *_ = book["Rows"].iter_rows(values_only=True)
    told = dict(zip(heads, first, strict=True))
    assert (told["agent"], told["score"], told["critical_failed"]) == ("=1+1", 0, True)
    assert book["Rows"]["B2"].data_type == "s"


def test_an_export_is_in_the_audit_trail(cast: Cast) -> None:
    rows(cast, "bob", "team=team-a")
    entry = AuditEntry.objects.get(action="exported")
    assert (entry.actor, entry.subject, entry.detail) == (
        "bob", "reviews-all.csv", {"query": "team=team-a", "rows": 2},
    )  # fmt: skip


def test_a_file_that_is_cut_says_so(cast: Cast) -> None:
    sheet = review_sheet(QueryDict(""), scope_for(cast.users["carol"]), most=2)
    assert (sheet.filename("csv"), sheet.cut_words) == ("partial-reviews-all.csv", "2 of 3 rows")
