"""Themes change; what was tagged before stays readable, under the old names and the new."""

from datetime import UTC, date, datetime

import pytest
from django.contrib.postgres.search import SearchQuery
from django.db import IntegrityError, transaction
from django.utils import timezone

from insights import facts, taxonomy
from insights.models import Feedback, FeedbackTheme, TaxonomyVersion, Theme, ThemeChange, ThemeFact
from insights.taxonomy import BadChange, revise, tree
from insights.versions import Change, Node, as_of
from ops_dashboard.metrics.models import StaleCell
from ops_dashboard.people.models import AuditEntry, User
from ops_dashboard.people.roles import scope_for
from tests.cast import make_cast

pytestmark = pytest.mark.django_db


def grown() -> dict[str, Theme]:
    """Version 1: payments holds payouts and refunds, live holds gifts."""
    with revise(by=None, note="first") as revision:
        payments = revision.add("Payments", area="payments")
        live = revision.add("Live", area="live")
        return {
            "payments": payments,
            "live": live,
            "payouts": revision.add("Payouts", parent=payments),
            "refunds": revision.add("Refunds", parent=payments),
            "gifts": revision.add("Gifts", parent=live),
        }


def names(version: int) -> dict[str, str]:
    """Every active theme's name with its parent's, under a version."""
    nodes = tree(version)
    return {n.name: nodes[n.parent].name if n.parent else "" for n in nodes.values() if n.exists and n.is_active}


def test_a_theme_belongs_to_the_area_of_its_parent() -> None:
    assert grown()["payouts"].area == "payments"


def test_every_version_reads_as_it_did_when_it_was_published() -> None:
    themes = grown()
    with revise(by=None) as second:
        second.rename(themes["payouts"], "Creator payouts")
        second.move(themes["gifts"], themes["payments"])
    with revise(by=None) as third:
        third.merge([themes["refunds"]], into=themes["payouts"])
        late, missing = third.split(themes["gifts"], [("Gift late", ""), ("Gift missing", "")])
    tops = {"Payments": "", "Live": ""}
    assert names(1) == tops | {"Payouts": "Payments", "Refunds": "Payments", "Gifts": "Live"}
    assert names(2) == tops | {"Creator payouts": "Payments", "Refunds": "Payments", "Gifts": "Payments"}
    assert names(3) == tops | {
        "Creator payouts": "Payments",
        "Gift late": "Payments",
        "Gift missing": "Payments",
    }
    assert (tree(2)[themes["gifts"].id].split_into, tree(3)[themes["gifts"].id].split_into) == (
        (),
        (late.id, missing.id),
    )


def test_a_chain_of_merges_ends_where_that_version_ended() -> None:
    themes = grown()
    with revise(by=None) as second:
        second.merge([themes["refunds"]], into=themes["payouts"])
    with revise(by=None) as third:
        third.merge([themes["payouts"]], into=themes["gifts"])
    ends = [tree(version)[themes["refunds"].id].stands_for for version in (1, 2, 3)]
    assert ends == [themes[slug].id for slug in ("refunds", "payouts", "gifts")]
    themes["refunds"].refresh_from_db()
    assert themes["refunds"].merged_into == themes["gifts"]


def test_a_change_undone_twice_needs_no_database() -> None:
    now = [Node(1, "C", "", "", None, True, 1)]
    changes = [Change(1, 1, "add", {}), Change(2, 1, "rename", {"name": "A"}), Change(3, 1, "rename", {"name": "B"})]
    assert [as_of(now, changes, version)[1].name for version in (1, 2, 3)] == ["A", "B", "C"]
    assert not as_of(now, changes, 0)[1].exists


def test_a_sitting_is_one_version_with_its_author_and_a_trace() -> None:
    erin = make_cast().users["erin"]
    with revise(by=erin, note="Start") as revision:
        revision.add("Payments", area="payments")
        revision.add("Live", area="live")
    version = TaxonomyVersion.objects.get()
    assert (version.number, version.note, version.published_by) == (1, "Start", erin)
    assert list(AuditEntry.objects.values_list("actor", "subject", "detail")) == [
        ("erin", "taxonomy v1", {"changes": 2})
    ]


def test_a_sitting_that_fails_leaves_nothing() -> None:
    themes = grown()
    with pytest.raises(BadChange, match="two levels"), revise(by=None) as revision:
        revision.rename(themes["payouts"], "Creator payouts")
        revision.add("Too deep", parent=themes["payouts"])
    assert TaxonomyVersion.objects.count() == 1
    assert not Theme.objects.filter(name="Creator payouts").exists()


def test_changes_that_make_no_sense_are_refused() -> None:
    themes = grown()
    with pytest.raises(BadChange, match="themes below it"), revise(by=None) as revision:
        revision.retire(themes["payments"])
    with pytest.raises(BadChange, match="both must be active"), revise(by=None) as revision:
        revision.merge([themes["payouts"]], into=themes["payouts"])
    with pytest.raises(BadChange, match="two themes or more"), revise(by=None) as revision:
        revision.split(themes["payouts"], [("Only one", "")])
    with revise(by=None) as revision:
        revision.retire(themes["gifts"])
    with pytest.raises(BadChange, match="no longer in use"), revise(by=None) as revision:
        revision.rename(themes["gifts"], "Presents")


def test_a_rename_to_the_same_name_is_no_change() -> None:
    themes = grown()
    with revise(by=None) as revision:
        revision.rename(themes["payouts"], "Payouts")
    assert not ThemeChange.objects.filter(kind=ThemeChange.Kind.RENAME).exists()


def test_two_themes_of_one_name_have_two_addresses() -> None:
    themes = grown()
    with revise(by=None) as revision:
        again = revision.add("Payouts", parent=themes["live"])
    assert (themes["payouts"].slug, again.slug) == ("payouts", "payouts-2")


def feedback(**more: object) -> Feedback:
    fields = {"source": "reviews", "ref": "1", "occurred_at": timezone.now(), "text": "Gifts vanish"} | more
    return Feedback.objects.create(**fields)


def tag(on: Feedback, theme: Theme, user: User | None, **more: object) -> FeedbackTheme:
    version = taxonomy.current()
    assert version is not None
    fields: dict[str, object] = {"by": "person", "state": "accepted"} | more
    return FeedbackTheme.objects.create(feedback=on, theme=theme, user=user, version=version, **fields)


def test_each_analyst_tags_for_herself_and_once() -> None:
    users, themes, one = make_cast().users, grown(), feedback()
    tag(one, themes["gifts"], users["erin"])
    tag(one, themes["gifts"], users["carol"])
    tag(one, themes["gifts"], None, by="model", rule="centroid", confidence=0.8, state="suggested")
    assert one.tags.count() == 3
    with pytest.raises(IntegrityError), transaction.atomic():
        tag(one, themes["gifts"], users["erin"])
    with pytest.raises(IntegrityError), transaction.atomic():
        tag(one, themes["gifts"], None, by="model", rule="centroid", confidence=0.9, state="suggested")


def test_a_person_who_tags_is_named_and_a_model_is_not_a_person() -> None:
    users, themes, one = make_cast().users, grown(), feedback()
    with pytest.raises(IntegrityError), transaction.atomic():
        tag(one, themes["gifts"], None)
    with pytest.raises(IntegrityError), transaction.atomic():
        tag(one, themes["gifts"], users["erin"], by="model")


def test_feedback_is_found_by_its_words() -> None:
    one = feedback()
    feedback(ref="2", text="Payout is late")
    found = {
        word: list(Feedback.objects.filter(search=SearchQuery(word, config="simple"))) for word in ("GIFTS", "gift")
    }
    assert found == {"GIFTS": [one], "gift": []}, "words as they are: no language's endings are taken off"


def test_words_of_feedback_are_for_readers_of_text_within_their_teams() -> None:
    cast = make_cast()
    feedback(team=cast.teams["team-a"].id)
    feedback(ref="2", team=cast.teams["team-b"].id)
    seen = {name: Feedback.objects.visible_to(scope_for(user)).count() for name, user in cast.users.items()}
    assert {name: count for name, count in seen.items() if count} == {"bob": 1, "carol": 2, "erin": 2}


def counted() -> list[tuple[str, str, bool]]:
    """Theme, its group and whether it is the feedback's first, of every fact."""
    slugs = dict(Theme.objects.values_list("id", "slug"))
    return [(slugs[f.theme], slugs[f.parent], f.is_first) for f in ThemeFact.objects.order_by("feedback", "theme")]


def test_a_tag_counts_when_accepted_or_suggested_surely_and_rejected_by_nobody() -> None:
    users, themes = make_cast().users, grown()
    sure, unsure, refused, agreed = (feedback(ref=str(n)) for n in range(4))
    for one, confidence in ((sure, 0.95), (unsure, 0.7), (refused, 0.95)):
        tag(one, themes["gifts"], None, by="model", rule="centroid", confidence=confidence, state="suggested")
    tag(refused, themes["gifts"], users["erin"], state="rejected")
    for user in (users["erin"], users["carol"]):
        tag(agreed, themes["payouts"], user)
    assert facts.rebuild(Feedback.objects.values_list("id", flat=True)) == 2
    assert counted() == [("gifts", "live", True), ("payouts", "payments", True)]


def test_a_feedback_with_two_themes_counts_once_as_tagged() -> None:
    users, themes, one = make_cast().users, grown(), feedback()
    for slug in ("payouts", "gifts"):
        tag(one, themes[slug], users["erin"])
    facts.rebuild([one.id])
    assert sorted(is_first for *_, is_first in counted()) == [False, True]


def test_what_was_tagged_with_a_merged_theme_counts_under_its_successor() -> None:
    users, themes, one = make_cast().users, grown(), feedback()
    tag(one, themes["refunds"], users["erin"])
    facts.rebuild([one.id])
    with revise(by=None) as revision:
        revision.merge([themes["refunds"]], into=themes["payouts"])
    assert counted() == [("payouts", "payments", True)]
    assert one.tags.get().theme == themes["refunds"]


def test_a_rebuild_marks_the_cells_that_change_and_no_others() -> None:
    users, themes = make_cast().users, grown()
    one = feedback(occurred_at=datetime(2026, 3, 2, 12, tzinfo=UTC), team=7)
    tag(one, themes["gifts"], users["erin"])
    StaleCell.objects.all().delete()
    facts.rebuild([one.id])
    assert set(StaleCell.objects.values_list("source", "day", "team")) == {
        (source, date(2026, 3, 2), 7) for source in ("themed", "feedback")
    }
    StaleCell.objects.all().delete()
    facts.rebuild([one.id])
    assert not StaleCell.objects.exists()
