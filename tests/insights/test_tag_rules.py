"""The pages of rules by which words suggest themes: what one would match is counted first, what changed is told."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from insights import suggesting, tagging
from insights.models import Feedback, FeedbackTheme, TagRule, Theme
from insights.tag_rules import look
from ops_dashboard.metrics.query import today
from ops_dashboard.people.models import AuditEntry
from ops_dashboard.people.roles import scope_for
from tests.cast import Cast, make_cast
from tests.insights.building import give, make_themes, noon
from tickets.models import Language

pytestmark = pytest.mark.django_db
Themes = dict[str, Theme]


@pytest.fixture
def themes() -> Themes:
    return make_themes()


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def erin(cast: Cast) -> Client:
    return cast.client("erin")


def untagged(day: date, count: int, *, text: str, language: int = 0) -> list[Feedback]:
    before = Feedback.objects.count()
    return [
        Feedback.objects.create(
            source="reviews", ref=f"u{before + n}", occurred_at=noon(day), text=text, language=language
        )
        for n in range(count)
    ]


def tell(themes: Themes, cast: Cast) -> None:
    """Of 19 messages in 28 days 13 are late: 4 about payouts, 3 about gifts, 1 that no theme fits, 5 untagged."""
    lately = today() - timedelta(days=3)
    give(themes["payouts"], lately, 4, text="The payout is late")
    give(themes["gifts"], lately, 3, text="A gift came late")
    untagged(lately, 5, text="Not arrived, too LATE")
    untagged(lately, 6, text="All is fine, and never belated")
    (nothing,) = untagged(lately, 1, text="Late at night I sing")
    tagging.no_theme(nothing.pk, by=cast.users["erin"])
    untagged(today() - timedelta(days=29), 2, text="Late, long ago")
    untagged(today(), 2, text="Late, today")


def told(themes: Themes, words: str, **more: Any) -> dict[str, Any]:
    return {"theme": themes["payouts"].pk, "words": words, "match": "any", "language": "", **more}


def test_a_look_counts_what_became_of_what_matches(themes: Themes, cast: Cast) -> None:
    tell(themes, cast)
    scope = scope_for(cast.users["erin"])
    seen = look(TagRule(theme=themes["payouts"], words="late"), scope=scope)
    assert (seen.period.start, seen.period.end) == (today() - timedelta(days=28), today() - timedelta(days=1))
    assert (seen.received, seen.matching) == (19, 13)
    assert (seen.has_it, seen.waiting, seen.otherwise) == (4, 5, 4)
    assert len(seen.newest) == 5
    both = TagRule(theme=themes["payouts"], words="late, not arrived", match="all")
    assert look(both, scope=scope).matching == 5
    german = Language.objects.create(slug="de", label="German")
    untagged(today() - timedelta(days=1), 1, text="late", language=german.pk)
    assert look(TagRule(theme=themes["payouts"], words="late", language=german), scope=scope).matching == 1


def test_a_look_changes_nothing_and_saving_suggests_with_the_next_run(erin: Client, themes: Themes, cast: Cast) -> None:
    tell(themes, cast)
    seen = erin.post("/themes/rules/new/", told(themes, " late ,,fee  is wrong", act="look")).content.decode()
    assert "13 of 19 messages of the last 28 days" in seen and "Not arrived, too LATE" in seen
    assert not TagRule.objects.exists()
    assert erin.post("/themes/rules/new/", told(themes, " late ,,fee  is wrong", act="save")).status_code == 302
    rule = TagRule.objects.get()
    assert (rule.words, rule.match, rule.is_active) == ("late, fee is wrong", "any", True)
    suggesting.run()
    assert FeedbackTheme.objects.filter(rule=rule.key, theme=themes["payouts"]).count() == 9  # of all days
    assert '<td class="number">9</td>' in erin.get("/themes/rules/").content.decode()
    assert "late, fee is wrong" in erin.get(f"/themes/{themes['payouts'].pk}/").content.decode()


def test_every_change_of_a_rule_is_in_the_audit_trail_and_an_ended_one_suggests_nothing(
    erin: Client, themes: Themes
) -> None:
    untagged(today(), 1, text="late")
    erin.post("/themes/rules/new/", told(themes, "late", act="save"))
    rule = TagRule.objects.get()
    suggesting.run()
    for words in ("late", "late, slow"):  # the first changes nothing
        erin.post(f"/themes/rules/{rule.pk}/", told(themes, words, act="save"))
    for active in ("", "", "1"):
        erin.post(f"/themes/rules/{rule.pk}/use/", {"active": active})
        if not active:
            suggesting.run()
            assert not FeedbackTheme.objects.exists()
    assert TagRule.objects.get().is_active
    trail = AuditEntry.objects.filter(subject=f"tag rule {rule.pk}", actor="erin").order_by("id")
    assert [entry.action for entry in trail] == [
        "tag_rule_added", "tag_rule_changed", "tag_rule_ended", "tag_rule_resumed",
    ]  # fmt: skip
    changed = trail[1].detail
    assert (changed["before"]["words"], changed["after"]["words"]) == ("late", "late, slow")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"words": " , ,"}, "Name at least one word."),
        ({"words": "late, !!!"}, "“!!!” holds no word."),
        ({"words": "x" * 81}, "A phrase has up to 80 characters"),
        ({"words": "a, " * 41}, "41 phrases are too many for one rule"),
        ({"words": "late", "theme": ""}, "This field is required."),
        ({"words": "late", "match": "some"}, "Select a valid choice."),
    ],
)
def test_what_makes_no_rule_is_said(erin: Client, themes: Themes, fields: dict[str, str], said: str) -> None:
    answer = erin.post("/themes/rules/new/", told(themes, "") | {"act": "save"} | fields)
    assert said in answer.content.decode()
    assert not TagRule.objects.exists()


def test_a_rule_is_about_a_theme_that_takes_feedback(erin: Client, themes: Themes) -> None:
    answer = erin.post("/themes/rules/new/", told(themes, "late", act="save") | {"theme": themes["payments"].pk})
    assert "Select a valid choice." in answer.content.decode()
    group = erin.get(f"/themes/{themes['payments'].pk}/").content.decode()
    assert "Words that suggest it" not in group
    chosen = erin.get("/themes/rules/new/?theme=payouts").content.decode()
    assert f'<option value="{themes["payouts"].pk}" selected>' in chosen


def test_words_are_shown_as_text(erin: Client, themes: Themes) -> None:
    rule = TagRule.objects.create(theme=themes["payouts"], words="<img src=x onerror=alert(1)>")
    for path in ("/themes/rules/", f"/themes/rules/{rule.pk}/", f"/themes/{themes['payouts'].pk}/"):
        shown = erin.get(path).content.decode()
        assert "&lt;img" in shown and "<img src=x" not in shown
