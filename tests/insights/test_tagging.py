"""What people say at the tagging desk: exact rows, said twice, taken back; and the order in which they are asked."""

from datetime import timedelta

import pytest

from insights import facts, tagging
from insights.models import FeedbackTheme, Judgement, Theme, ThemeFact
from insights.tagging import BadTag
from insights.tagging_queue import Filters, choices, done_today, following, left
from insights.taxonomy import revise
from ops_dashboard.metrics.models import StaleCell
from ops_dashboard.people.models import AuditEntry
from ops_dashboard.people.roles import scope_for
from tests.cast import Cast, make_cast
from tests.insights.building import make_themes
from tests.insights.tagging import NOON, said, suggest, tags

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def themes() -> dict[str, Theme]:
    return make_themes()


def waiting(cast: Cast, name: str = "erin", **filters: object) -> list[int]:
    found = left(Filters(**filters), scope=scope_for(cast.users[name]), user=cast.users[name])  # type: ignore[arg-type]
    return list(found.order_by("pk").values_list("pk", flat=True))


def test_a_choice_accepts_one_theme_and_rejects_what_else_was_suggested(cast: Cast, themes: dict[str, Theme]) -> None:
    one = said("Where is my money?")
    suggest(one, themes["refunds"], 0.95)
    suggest(one, themes["payouts"], 0.04)
    facts.rebuild([one.pk])
    StaleCell.objects.all().delete()
    assert tagging.tag(one.pk, themes["payouts"], by=cast.users["erin"])
    assert tags(one) == {
        ("model", "refunds", "suggested"), ("model", "payouts", "suggested"),
        ("erin", "payouts", "accepted"), ("erin", "refunds", "rejected"),
    }  # fmt: skip
    assert list(ThemeFact.objects.values_list("theme", flat=True)) == [themes["payouts"].pk]
    assert StaleCell.objects.exists()


def test_saying_it_again_changes_nothing(cast: Cast, themes: dict[str, Theme]) -> None:
    one, erin = said("Late"), cast.users["erin"]
    tagging.tag(one.pk, themes["payouts"], by=erin)
    before = list(FeedbackTheme.objects.values())
    assert not tagging.tag(one.pk, themes["payouts"], by=erin)
    assert tagging.add([one.pk], themes["payouts"], by=erin) == 0
    assert list(FeedbackTheme.objects.values()) == before and Judgement.objects.count() == 1


def test_a_sitting_is_said_one_by_one_at_its_own_time(cast: Cast, themes: dict[str, Theme]) -> None:
    late, lost, nice = said("Late"), said("Lost"), said("Nice")
    suggest(late, themes["refunds"], 0.5)
    erin, then = cast.users["erin"], NOON + timedelta(days=3)
    told = {late.pk: themes["payouts"], lost.pk: themes["gifts"]}
    assert (tagging.tag_each(told, by=erin, at=then), tagging.no_theme_each([nice.pk], by=erin, at=then)) == (2, 1)
    assert tagging.tag_each(told, by=erin) == 0
    own = {("erin", "payouts", "accepted"), ("erin", "refunds", "rejected")}
    assert tags(late) == {("model", "refunds", "suggested"), *own}
    assert set(Judgement.objects.values_list("at", flat=True)) == {then}
    assert set(FeedbackTheme.objects.filter(user=erin).values_list("tagged_at", flat=True)) == {then}
    assert [tagging.undo(by=erin) for _ in range(4)] == [[nice.pk], [lost.pk], [late.pk], []]


def test_a_sitting_with_a_theme_that_takes_none_is_refused_whole(cast: Cast, themes: dict[str, Theme]) -> None:
    one, two = said("Late"), said("Lost")
    with pytest.raises(BadTag, match="Payments takes no feedback"):
        tagging.tag_each({one.pk: themes["payouts"], two.pk: themes["payments"]}, by=cast.users["erin"])
    assert not Judgement.objects.exists()


def test_each_analyst_keeps_an_own_tag_and_undoes_only_that(cast: Cast, themes: dict[str, Theme]) -> None:
    one = said("Late")
    tagging.tag(one.pk, themes["payouts"], by=cast.users["erin"])
    tagging.tag(one.pk, themes["refunds"], by=cast.users["carol"])
    assert tagging.undo(by=cast.users["erin"]) == [one.pk]
    assert tags(one) == {("carol", "refunds", "accepted")}
    assert tagging.undo(by=cast.users["erin"]) == []


def test_undo_brings_back_what_was_said_before(cast: Cast, themes: dict[str, Theme]) -> None:
    one, erin = said("Late"), cast.users["erin"]
    tagging.tag(one.pk, themes["payouts"], by=erin)
    first = list(FeedbackTheme.objects.values("theme", "state", "version", "tagged_at"))
    tagging.tag(one.pk, themes["refunds"], by=erin)
    tagging.undo(by=erin)
    assert list(FeedbackTheme.objects.values("theme", "state", "version", "tagged_at")) == first


def test_many_are_tagged_at_once_traced_and_undone_together(cast: Cast, themes: dict[str, Theme]) -> None:
    rows, erin = [said("Late"), said("Late too")], cast.users["erin"]
    tagging.tag(rows[0].pk, themes["refunds"], by=erin)
    assert tagging.add([row.pk for row in rows], themes["payouts"], by=erin) == 2
    assert tags(rows[0]) == {("erin", "refunds", "accepted"), ("erin", "payouts", "accepted")}
    entry = AuditEntry.objects.get(action="tagged_in_bulk")
    assert (entry.actor, entry.detail) == ("erin", {"feedback": 2})
    assert tagging.undo(by=erin) == [row.pk for row in rows]
    assert (tags(rows[0]), tags(rows[1])) == ({("erin", "refunds", "accepted")}, set())


def test_a_rejected_suggestion_counts_no_more_and_leaves_the_question_open(
    cast: Cast, themes: dict[str, Theme]
) -> None:
    one = said("Late")
    suggest(one, themes["refunds"], 0.95)
    facts.rebuild([one.pk])
    assert tagging.reject(one.pk, themes["refunds"], by=cast.users["erin"])
    assert not ThemeFact.objects.exists() and waiting(cast) == [one.pk]


def test_no_theme_fits_rejects_every_suggestion_and_ends_the_question(cast: Cast, themes: dict[str, Theme]) -> None:
    one = said("Thanks")
    suggest(one, themes["refunds"], 0.5)
    tagging.no_theme(one.pk, by=cast.users["erin"])
    assert ("erin", "refunds", "rejected") in tags(one) and waiting(cast, "carol") == []


def test_themes_that_ended_or_hold_others_take_no_feedback(cast: Cast, themes: dict[str, Theme]) -> None:
    one = said("Late")
    with pytest.raises(BadTag, match="Payments takes no feedback"):
        tagging.tag(one.pk, themes["payments"], by=cast.users["erin"])
    with revise(by=None) as revision:
        revision.retire(themes["gifts"])
    with pytest.raises(BadTag, match="Gifts takes no feedback"):
        tagging.add([one.pk], themes["gifts"], by=cast.users["erin"])


def test_the_least_certain_comes_first_then_rules_then_the_newest(cast: Cast, themes: dict[str, Theme]) -> None:
    sure, unsure = said("a"), said("b")
    older, newer, ruled = said("c", minutes=1), said("d", minutes=2), said("e")
    for feedback, chances in ((sure, (0.9, 0.1)), (unsure, (0.4, 0.35))):
        suggest(feedback, themes["payouts"], chances[0])
        suggest(feedback, themes["refunds"], chances[1])
    suggest(ruled, themes["gifts"], None)
    erin, order = cast.users["erin"], []
    while one := following(left(Filters(), scope=scope_for(erin), user=erin)):
        order.append(one.pk)
        tagging.skip(one.pk, by=erin)
    assert order == [row.pk for row in (unsure, sure, ruled, newer, older)]
    assert done_today(erin) == 0 and len(waiting(cast, "carol")) == 5


def test_a_theme_suggested_twice_is_one_choice(cast: Cast, themes: dict[str, Theme]) -> None:
    one = said("Late")
    suggest(one, themes["payouts"], None)
    suggest(one, themes["payouts"], 0.3)
    suggest(one, themes["gifts"], 0.6)
    assert [(c.theme.slug, c.confidence) for c in choices(one)] == [("gifts", 0.6), ("payouts", 0.3)]


def test_second_opinions_are_asked_of_another_on_what_one_has_judged(cast: Cast, themes: dict[str, Theme]) -> None:
    one, other = said("Late"), said("Later", area="live")
    tagging.tag(one.pk, themes["payouts"], by=cast.users["erin"])
    assert waiting(cast, "carol") == [other.pk]
    assert (waiting(cast, "carol", second=True), waiting(cast, "erin", second=True)) == ([one.pk], [])
    tagging.no_theme(one.pk, by=cast.users["carol"])
    assert waiting(cast, "carol", second=True) == [] and done_today(cast.users["carol"]) == 1


def test_filters_narrow_the_queue_and_what_lost_its_words_does_not_wait(cast: Cast) -> None:
    one, _, emptied = said("Late", area="live", channel=2), said("Late", channel=2), said("", channel=2)
    assert waiting(cast, area="live", channel=2) == [one.pk]
    assert emptied.pk not in waiting(cast, channel=2) and len(waiting(cast, channel=2)) == 2
    assert Filters.of({"channel": "x", "language": "9" * 30, "second": "1"}) == Filters(second=True)
    assert Filters.of({"language": "9" * 10}) == Filters(language=2**31 - 1)
