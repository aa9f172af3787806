"""Suggestions that are learned from accepted tags, and those of rules; what a run leaves behind."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Max

from insights import suggesting, tagging, tasks
from insights.models import Feedback, FeedbackTheme, SuggestionRun, TagRule, Theme, ThemeFact
from insights.tagging_queue import day_began
from insights.taxonomy import revise
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Role
from tests.cast import make_cast
from tests.insights.building import make_themes
from tests.insights.tagging import NOON, said
from tickets.models import Language

pytestmark = pytest.mark.django_db
WORDS = {
    "payouts": "my payout has not arrived at the bank",
    "refunds": "please refund this order to my card",
    "gifts": "the gift vanished during the live stream",
}


@pytest.fixture
def themes() -> dict[str, Theme]:
    return make_themes()


@pytest.fixture
def erin() -> User:
    return User.objects.create(username="erin", role=Role.ANALYST)


def taught(themes: dict[str, Theme], erin: User, *, each: int = 10) -> None:
    for slug, words in WORDS.items():
        tagging.add([said(f"{words} {n}").pk for n in range(each)], themes[slug], by=erin)


def suggested(feedback: Feedback) -> list[tuple[str, str]]:
    """(theme, tagger), the surest first."""
    rows = feedback.tags.filter(state="suggested").order_by("-confidence")
    return list(rows.values_list("theme__slug", "rule"))


def test_untagged_feedback_is_suggested_what_people_called_the_like(themes: dict[str, Theme], erin: User) -> None:
    taught(themes, erin)
    late, gift = said("no payout at my bank"), said("a gift vanished in the stream")
    done = suggesting.run()
    assert done and (done.texts, done.labels, done.suggested, done.note) == (30, 3, 2, "")
    assert done.temperature and done.held_out == 0 and done.top_1 is None
    assert (done.tags, done.first_version, done.last_version) == (30, 1, 1) and done.seconds and done.seconds < 60
    assert (suggested(late)[0], suggested(gift)[0]) == (("payouts", "learned"), ("gifts", "learned"))
    assert not FeedbackTheme.objects.filter(by="model", state="accepted").exists()
    assert {tag.version_id for tag in late.tags.all()} == {1}


def test_what_is_sure_counts_at_once(themes: dict[str, Theme], erin: User) -> None:
    taught(themes, erin, each=20)
    one = said(WORDS["gifts"])
    suggesting.run()
    assert one.tags.aggregate(top=Max("confidence"))["top"] >= 0.9
    assert list(ThemeFact.objects.filter(feedback=one.pk).values_list("theme", flat=True)) == [themes["gifts"].pk]


def test_a_second_run_replaces_its_own_suggestions_and_leaves_peoples_tags(
    themes: dict[str, Theme], erin: User
) -> None:
    taught(themes, erin)
    one = said("no payout at my bank")
    suggesting.run()
    before, tags = suggested(one), FeedbackTheme.objects.filter(user=erin).count()
    suggesting.run()
    assert suggested(one) == before and FeedbackTheme.objects.filter(user=erin).count() == tags


def test_no_more_is_suggested_for_than_asked_and_the_unknown_goes_first(themes: dict[str, Theme], erin: User) -> None:
    taught(themes, erin)
    older, newer = said("payout", minutes=1), said("refund", minutes=2)
    suggesting.run(most=1)
    assert (suggested(older), len(suggested(newer)) > 0) == ([], True)  # nothing is sure of a single word
    suggesting.run(most=1)
    assert suggested(older)


def test_what_is_sure_counts_as_far_back_as_alarms_compare(
    themes: dict[str, Theme], erin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One is suggested for in full; of the rest, since half a year ago, the sure ones bear that theme and no other."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON + timedelta(days=200))
    taught(themes, erin, each=20)
    ancient, old, unsure, newest = (
        said(words, minutes=days * 1440)
        for words, days in ((WORDS["gifts"], 3), (WORDS["gifts"], 6), ("hello", 7), ("hello", 199))
    )
    done = suggesting.run(most=1)
    assert done and done.suggested == 2
    assert suggested(old) == [("gifts", "learned")] and len(suggested(newest)) == 3
    assert suggested(ancient) == suggested(unsure) == []
    counted = ThemeFact.objects.filter(feedback__in=[ancient.pk, old.pk, unsure.pk, newest.pk])
    assert list(counted.values_list("feedback", "theme")) == [(old.pk, themes["gifts"].pk)]


def test_quality_is_told_of_texts_held_out(
    themes: dict[str, Theme], erin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suggesting, "FEWEST_HELD_OUT", 6)
    taught(themes, erin, each=12)
    done = suggesting.run()
    unseen = sum(pk % 5 == 0 for pk in FeedbackTheme.objects.filter(user=erin).values_list("feedback", flat=True))
    assert done and (done.held_out, done.top_1, done.top_3) == (unseen, 1.0, 1.0)
    assert done.calibration_error is not None and 0 <= done.calibration_error < 0.5


def test_too_little_to_learn_from_is_recorded_with_its_reason(themes: dict[str, Theme]) -> None:
    done = suggesting.run()
    assert done and done.suggested == 0 and done.note.startswith("It takes two themes")


def test_tags_of_a_merged_theme_teach_its_successor_and_those_of_a_retired_one_nothing(
    themes: dict[str, Theme], erin: User
) -> None:
    taught(themes, erin, each=2)
    with revise(by=None) as revision:
        revision.merge([themes["payouts"]], themes["refunds"])
        revision.retire(themes["gifts"])
    assert suggesting.learned_from().labels == [str(themes["refunds"].pk)] * 4


def test_a_run_keeps_what_it_was_taught_and_the_desk_tells_it(themes: dict[str, Theme]) -> None:
    """Four texts of two themes bear five tags: two people agree about one text, whose second tag is of version 2."""
    cast = make_cast()
    erin, carol = cast.users["erin"], cast.users["carol"]
    rows = [said(f"late payout {n}").pk for n in range(2)] + [said(f"gift lost {n}").pk for n in range(2)]
    tagging.add(rows[:2], themes["payouts"], by=erin)
    tagging.add(rows[2:], themes["gifts"], by=erin)
    with revise(by=None) as revision:
        revision.add("Tips", parent=themes["live"])
    tagging.tag(rows[0], themes["payouts"], by=carol)
    done = suggesting.run()
    assert done and (done.tags, done.texts, done.labels, done.first_version, done.last_version) == (5, 4, 2, 1, 2)
    page = cast.client("erin").get("/tagging/").content.decode()
    assert "5 tags of 4 texts, 2 themes" in page and "themes v1–v2" in page
    SuggestionRun.objects.update(tags=0, first_version=None, last_version=None, seconds=None)
    assert "<dd>4 texts, 2 themes</dd>" in cast.client("erin").get("/tagging/").content.decode()


def test_it_is_due_once_a_day_and_after_fifty_tags(themes: dict[str, Theme], erin: User) -> None:
    assert suggesting.is_due()
    tasks.suggest_themes()
    assert not suggesting.is_due()
    rows = [said("late").pk for _ in range(50)]
    tagging.add(rows[:49], themes["gifts"], by=erin)
    assert not suggesting.is_due()
    tagging.add(rows[49:], themes["gifts"], by=erin)
    assert suggesting.is_due()
    SuggestionRun.objects.update(learned_at=SuggestionRun.objects.get().learned_at - timedelta(days=1))
    FeedbackTheme.objects.all().delete()
    assert suggesting.is_due()


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_day_is_one_of_the_reporting_zone(themes: dict[str, Theme], settings: Any, zone: str) -> None:
    """A run just now is one of today, whatever day it is in UTC; one a second before midnight is not."""
    settings.REPORTING_ZONE = zone
    suggesting.run()
    assert not suggesting.is_due()
    SuggestionRun.objects.update(learned_at=day_began() - timedelta(seconds=1))
    assert suggesting.is_due()


@pytest.mark.parametrize(
    ("match", "language", "expected"),
    [("all", False, {"a"}), ("any", False, {"a", "b", "c"}), ("any", True, {"c"})],
)
def test_a_rule_suggests_where_its_words_are(
    themes: dict[str, Theme], match: str, language: bool, expected: set[str]
) -> None:
    german = Language.objects.create(slug="de", label="German")
    rows = {
        "a": said("Not arrived, and LATE"), "b": said("It has not arrived"), "c": said("late", language=german.pk),
        "d": said("arrived, not good"),
    }  # fmt: skip
    rule = TagRule.objects.create(
        theme=themes["payouts"], words="late, not arrived", match=match, language=german if language else None
    )
    done = suggesting.run()
    assert {name for name, row in rows.items() if suggested(row)} == expected
    assert done and done.by_rules == len(expected)
    assert set(FeedbackTheme.objects.values_list("rule", "confidence", "by")) == {(rule.key, None, "rule")}


def test_a_rule_that_changed_or_ended_takes_its_open_suggestions_back(themes: dict[str, Theme], erin: User) -> None:
    one, kept = said("late"), said("late again")
    rule = TagRule.objects.create(theme=themes["payouts"], words="late")
    suggesting.run()
    tagging.tag(kept.pk, themes["payouts"], by=erin)
    rule.words = "again"
    rule.save()
    suggesting.run()
    assert suggested(one) == [] and suggested(kept) == [("payouts", rule.key)]
    rule.is_active = False
    rule.save()
    suggesting.run()
    assert list(FeedbackTheme.objects.values_list("user", "theme")) == [(erin.pk, themes["payouts"].pk)]


@pytest.mark.django_db(transaction=True)
def test_two_runs_do_not_work_side_by_side() -> None:
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [suggesting.LOCK])
            assert suggesting.run() is None
            cursor.execute("SELECT pg_advisory_unlock(%s)", [suggesting.LOCK])
        assert suggesting.run() is not None
    finally:
        other.close()
