"""What feedback counts for: beside tickets, by where it was given, with a theme and without."""

from datetime import date

import pytest

from insights import facts
from insights.feedback_intake import source_of
from insights.models import Feedback, FeedbackSource
from ops_dashboard.metrics.forms import Asked
from ops_dashboard.metrics.panels import empty_of
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.query import Query, Reader
from ops_dashboard.people.roles import SYSTEM
from tests.insights.building import contacts, give, make_themes, noon, settle

pytestmark = pytest.mark.django_db


def test_feedback_is_set_against_a_thousand_tickets_and_cut_by_where_it_was_given() -> None:
    """30 reviews and 10 answers among 400 tickets: 100 in a thousand. Of the answers 3 of 10 are satisfied."""
    day = date(2026, 3, 2)
    for slug, n in (("reviews", 30), ("answers", 10)):
        source_of(slug, kind=FeedbackSource.Kind.FILE)
        for number in range(n):
            Feedback.objects.create(
                source=slug, ref=f"{number}", occurred_at=noon(day), text="x", rating=5 if number < 3 else 1
            )
    contacts(day, 400)
    settle()
    reader, period = Reader(SYSTEM), Period(day, day)
    total = reader.run(Query("feedback_per_1000_tickets", period)).total
    assert (total.value, total.n) == (100.0, 40)
    for slug, expected in (
        ("feedback", {"reviews": (30, 30), "answers": (10, 10)}),
        ("feedback_satisfied", {"reviews": (0.1, 30), "answers": (0.3, 10)}),
    ):
        rows = reader.run(Query(slug, period, by=("feedback_source",))).rows
        assert {row.keys[0]: (row.figure.value, row.figure.n) for row in rows} == expected


def test_where_nothing_was_rated_that_is_said_and_not_that_nothing_happened() -> None:
    day = date(2026, 3, 2)
    give(make_themes()["payouts"], day, 3)
    settle()
    asked = Asked(Period(day, day), "a day", None, "", Grain.DAY)
    result = Reader(SYSTEM).run(asked.query("theme_satisfied", by=("theme",)))
    empty = empty_of(result, asked)
    assert empty and empty.words == "Nothing was rated in this period."
    assert empty_of(Reader(SYSTEM).run(asked.query("themed", by=("theme",))), asked) is None


def test_feedback_that_loses_its_theme_has_none_any_more() -> None:
    themes = make_themes()
    (one,) = give(themes["payouts"], date(2026, 3, 2), 1)
    facts.rebuild([one.pk])
    assert Feedback.objects.get().is_themed
    one.tags.all().delete()
    facts.rebuild([one.pk])
    assert not Feedback.objects.get().is_themed
