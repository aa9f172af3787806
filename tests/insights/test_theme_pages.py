"""The page of themes: what a change would do is what it does, and each is a version with its story."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from insights import facts
from insights.models import Feedback, FeedbackTheme, TaxonomyVersion, Theme, ThemeFact
from insights.theme_effects import of_merge, of_move, of_retire, of_split
from insights.theme_forms import SplitForm
from ops_dashboard.people.models import AuditEntry
from tests.cast import Cast, make_cast
from tests.insights.building import give, make_themes, settle

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)
Themes = dict[str, Theme]


@pytest.fixture
def themes() -> Themes:
    """Five feedbacks about payouts, three about refunds, two of which are about payouts as well; one about gifts."""
    themes = make_themes()
    give(themes["payouts"], DAY, 5)
    refunds = give(themes["refunds"], DAY, 3)
    version = TaxonomyVersion.objects.latest("number")
    for one in refunds[:2]:
        FeedbackTheme.objects.create(
            feedback=one, theme=themes["payouts"], version=version, by="rule", rule="two", state="accepted"
        )
    give(themes["gifts"], DAY, 1)
    facts.rebuild(Feedback.objects.values_list("id", flat=True))
    return themes


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def erin(cast: Cast) -> Client:
    return cast.client("erin")


def counted(**where: Any) -> int:
    return ThemeFact.objects.filter(**where).count()


def post(client: Client, theme: Theme, act: str, *, sure: bool = True, **told: Any) -> Any:
    fields = {f"{act}-{name}": value for name, value in told.items()}
    version = TaxonomyVersion.objects.latest("number").number
    return client.post(
        f"/themes/{theme.pk}/", {"act": act, "version": version, **({"sure": "1"} if sure else {}), **fields}
    )


def test_a_merge_does_what_its_preview_says(erin: Client, themes: Themes) -> None:
    lines = of_merge(themes["refunds"], themes["payouts"])
    assert [(line.name, line.before, line.after) for line in lines] == [("Refunds", 3, 0), ("Payouts", 7, 8)]
    assert lines[1].words == "2 tagged with both count once"
    assert post(erin, themes["refunds"], "merge", into=themes["payouts"].pk).status_code == 302
    assert (counted(theme=themes["refunds"].pk), counted(theme=themes["payouts"].pk)) == (0, 8)


def test_a_move_does_what_its_preview_says(erin: Client, themes: Themes) -> None:
    lines = of_move(themes["payouts"], themes["live"], "")
    assert [(line.name, line.before, line.after) for line in lines] == [
        ("Payments", 10, 3), ("Live", 1, 8), ("Payments", 10, 3), ("Live", 1, 8),
    ]  # fmt: skip
    post(erin, themes["payouts"], "move", parent=themes["live"].pk, area="")
    assert (counted(parent=themes["payments"].pk), counted(parent=themes["live"].pk)) == (3, 8)
    assert (counted(area="payments"), counted(area="live")) == (3, 8)


def test_a_split_or_retired_theme_keeps_what_was_tagged(erin: Client, themes: Themes) -> None:
    assert [(x.name, x.before, x.after) for x in of_split(themes["payouts"], ["Late", "Missing"])] == [
        ("Payouts", 7, 7), ("Late", 0, 0), ("Missing", 0, 0),
    ]  # fmt: skip
    post(erin, themes["payouts"], "split", parts="Late: after the promised day\nMissing")
    assert counted(theme=themes["payouts"].pk) == 7
    late = Theme.objects.get(name="Late")
    assert (late.definition, late.parent, late.area) == ("after the promised day", themes["payments"], "payments")
    assert [(x.before, x.after) for x in of_retire(themes["gifts"])] == [(1, 1)]
    post(erin, themes["gifts"], "retire")
    assert not Theme.objects.get(pk=themes["gifts"].pk).is_active
    assert counted(theme=themes["gifts"].pk) == 1


def test_nothing_changes_before_one_is_sure(erin: Client, themes: Themes) -> None:
    answer = post(erin, themes["refunds"], "merge", sure=False, into=themes["payouts"].pk)
    shown = answer.content.decode()
    assert "Nothing is changed yet." in shown
    assert "2 tagged with both count once" in shown
    assert TaxonomyVersion.objects.count() == 1


def test_a_change_of_themes_that_have_changed_meanwhile_is_shown_again(erin: Client, themes: Themes) -> None:
    post(erin, themes["gifts"], "rename", name="Presents", definition="")
    answer = erin.post(
        f"/themes/{themes['refunds'].pk}/",
        {"act": "merge", "version": 1, "sure": "1", "merge-into": themes["payouts"].pk},
    )
    assert answer.status_code == 200
    assert "The themes have changed meanwhile" in answer.content.decode()
    assert Theme.objects.get(pk=themes["refunds"].pk).is_active


def test_each_change_is_a_version_with_author_note_and_story(erin: Client, themes: Themes) -> None:
    post(erin, themes["gifts"], "rename", name="Presents", definition="Given in a stream", note="Clearer")
    version = TaxonomyVersion.objects.latest("number")
    assert (version.number, version.note, version.published_by.username) == (2, "Clearer", "erin")  # type: ignore[union-attr]
    shown = erin.get("/themes/").content.decode()
    assert "Renamed: Gifts, now Presents" in shown
    before = erin.get("/themes/?version=1").content.decode()
    assert "<b>Gifts</b>" in before
    assert "<b>Presents</b>" not in before
    assert AuditEntry.objects.filter(actor="erin", subject="taxonomy v2").exists()


def test_what_ended_says_what_became_of_it(erin: Client, themes: Themes) -> None:
    post(erin, themes["refunds"], "merge", into=themes["payouts"].pk)
    post(erin, themes["gifts"], "split", parts="Lost\nLate")
    shown = erin.get("/themes/").content.decode()
    assert "counts under Payouts" in shown
    assert "split into Lost, Late" in shown
    assert "See what it does" not in erin.get(f"/themes/{themes['refunds'].pk}/").content.decode()


def test_a_theme_is_added_to_a_group_or_as_one(erin: Client, themes: Themes) -> None:
    told = {"name": "Chargebacks", "parent": themes["payments"].pk, "area": "", "definition": "", "note": ""}
    assert erin.post("/themes/new/", told).status_code == 302
    assert Theme.objects.get(name="Chargebacks").area == "payments"
    again = erin.post("/themes/new/", told)
    assert "Chargebacks is there already." in again.content.decode()
    assert TaxonomyVersion.objects.count() == 2


@pytest.mark.parametrize(
    ("act", "told", "said"),
    [
        ("rename", {"name": "Gifts", "definition": ""}, "Nothing would change."),
        ("rename", {"name": "", "definition": ""}, "This field is required."),
        ("merge", {"into": "0"}, "Select a valid choice."),
        ("split", {"parts": "Only one"}, "Name two to 12 themes"),
        ("split", {"parts": "A\na"}, "Each needs a name of its own."),
        ("split", {"parts": f"A\n{'x' * 81}"}, "A name has up to 80 characters"),
        ("move", {"parent": "", "area": "nowhere"}, "Select a valid choice."),
    ],
)
def test_what_makes_no_sense_is_said(erin: Client, themes: Themes, act: str, told: dict[str, str], said: str) -> None:
    answer = post(erin, themes["gifts"], act, **told)  # type: ignore[arg-type]
    assert said in answer.content.decode()
    assert TaxonomyVersion.objects.count() == 1


def test_a_group_that_holds_themes_is_only_renamed_and_moved(erin: Client, themes: Themes) -> None:
    shown = erin.get(f"/themes/{themes['payments'].pk}/").content.decode()
    assert shown.count("See what it does") == 2
    post(erin, themes["payments"], "retire")
    assert Theme.objects.get(pk=themes["payments"].pk).is_active


def test_names_are_shown_as_text(erin: Client, themes: Themes) -> None:
    post(erin, themes["gifts"], "rename", name="<img src=x onerror=alert(1)>", definition="{{ 7*7 }}")
    for path in ("/themes/", f"/themes/{themes['gifts'].pk}/"):
        assert "<img src=x" not in erin.get(path).content.decode()


@pytest.mark.parametrize("version", ["0", "99", "x", "-1", "9" * 40])
def test_a_version_that_never_was_is_absent(erin: Client, themes: Themes, version: str) -> None:
    assert erin.get(f"/themes/?version={version}").status_code == 404


@pytest.mark.parametrize("name", ["bob", "pat", "quinn", "petra", "adam", "eve"])
def test_only_those_who_tag_change_themes(cast: Cast, themes: Themes, name: str) -> None:
    client = cast.client(name)
    assert post(client, themes["gifts"], "retire").status_code == 403
    assert client.post("/themes/new/", {"name": "Mine"}).status_code == 403
    assert Theme.objects.get(pk=themes["gifts"].pk).is_active


def test_counts_are_those_of_the_figures(erin: Client, themes: Themes, monkeypatch: pytest.MonkeyPatch) -> None:
    settle()
    monkeypatch.setattr("insights.views.themes.today", lambda: date(2026, 3, 20))
    shown = erin.get("/themes/").content.decode()
    assert "10 in 91 days" in shown
    assert '<span class="theme-count">7</span>' in shown


def test_parts_are_read_a_line_each() -> None:
    form = SplitForm(Theme(), {"parts": " Late : after: the day \n\n Missing "})
    assert form.is_valid()
    assert form.cleaned_data["parts"] == [("Late", "after: the day"), ("Missing", "")]
