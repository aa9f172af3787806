"""The page of alerts: what stands on it, what its forms do, and what they refuse."""

from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from ops_dashboard.metrics import alerts
from ops_dashboard.metrics.alert_looks import look_at_all
from ops_dashboard.metrics.asking import today
from ops_dashboard.metrics.models import AlertFiring, AlertRule
from ops_dashboard.metrics.pages import site, waiting_counts
from ops_dashboard.people.roles import scope_for
from tests.cast import Cast
from tests.metrics.facts import CUTS
from tests.metrics.test_alert_looks import DAY, cast, quiet_weeks, rule  # noqa: F401  # the same nine weeks
from tickets.models import Source

pytestmark = pytest.mark.django_db
RUSH = {"name": "Rush", "metric": "created", "when": "above", "limit": "20", "days": "1", "cuts": ""}
QUERIES = 10


@pytest.fixture
def carol(quiet_weeks: Cast) -> Client:  # noqa: F811
    return quiet_weeks.client("carol")


def text_of(client: Client, url: str = "/alerts/") -> str:
    return client.get(url).content.decode()


def test_a_firing_stands_there_with_its_figures_and_its_ways(quiet_weeks: Cast, carol: Client) -> None:  # noqa: F811
    rule(quiet_weeks, cuts="team=team-a")
    look_at_all()
    page, on = text_of(carol), today() - DAY
    assert "Tickets created: 30, above the limit of 20." in page
    assert "Team: team-a" in page
    about = f"period={on}..{on}&amp;compare={on - 7 * DAY}..{on - 7 * DAY}&amp;team=team-a"
    assert f'href="/?{about}">Overview</a>' in page
    assert f'href="/tickets/?{about}&amp;metric=created">The tickets behind it</a>' in page


def test_its_ways_lead_to_the_same_number(quiet_weeks: Cast, carol: Client) -> None:  # noqa: F811
    Source.objects.create(pk=CUTS["source"], slug="desk", kind="events")
    rule(quiet_weeks)
    look_at_all()
    page = carol.get("/alerts/")
    overview, rows = (door.url for door in page.context["waiting"][0]["doors"])
    assert carol.get(overview).status_code == 200
    assert "30 tickets" in text_of(carol, rows)


def test_a_firing_waits_in_the_rail_until_its_owner_acknowledges_it(quiet_weeks: Cast, carol: Client) -> None:  # noqa: F811
    rule(quiet_weeks)
    look_at_all()

    def waiting(name: str) -> int:
        scope = scope_for(quiet_weeks.users[name])
        return waiting_counts(site.open_to(scope), scope).get("alerts", 0)

    assert (waiting("carol"), waiting("erin")) == (1, 0)
    firing = AlertFiring.objects.get()
    answer = carol.post(reverse("alert-acknowledge", args=[firing.pk]), {"note": " The <b>outage</b> "}, follow=True)
    assert "The &lt;b&gt;outage&lt;/b&gt;" in answer.content.decode()
    assert waiting("carol") == 0
    firing.refresh_from_db()
    assert firing.note == "The <b>outage</b>"


def test_a_rule_is_made_changed_paused_resumed_and_deleted(carol: Client) -> None:
    assert carol.post("/alerts/new/", RUSH).status_code == 302
    made = AlertRule.objects.get()
    assert (made.name, made.kind, made.side, made.limit) == ("Rush", "threshold", "above", 20)
    form = carol.get(f"/alerts/{made.pk}/").context["form"]
    assert form.initial == RUSH | {"days": 1}
    assert carol.post(f"/alerts/{made.pk}/", RUSH | {"when": "unusual-below", "limit": ""}).status_code == 302
    made.refresh_from_db()
    assert (made.kind, made.side, made.limit) == ("departure", "below", None)
    carol.post(f"/alerts/{made.pk}/pause/")
    assert "You paused it." in text_of(carol)
    carol.post(f"/alerts/{made.pk}/resume/")
    assert "You paused it." not in text_of(carol)
    carol.post(f"/alerts/{made.pk}/delete/")
    assert not AlertRule.objects.exists()


def test_a_preview_tells_the_days_and_changes_nothing(carol: Client) -> None:
    page = carol.post("/alerts/new/", RUSH | {"preview": "1"})
    assert page.status_code == 200
    assert "On 1 of the last 56 complete days it would have fired." in page.content.decode()
    assert [day.value for day in page.context["preview"]["days"]] == ["30"]
    assert not AlertRule.objects.exists()
    unusual = carol.post("/alerts/new/", RUSH | {"preview": "1", "when": "unusual-above", "limit": ""})
    assert [day.value for day in unusual.context["preview"]["days"]] == ["30"]
    # Nine weeks of history: the first days have too few of their weekday before them.
    assert "too little history to expect anything" in unusual.content.decode()


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"limit": ""}, "limit", "Say which limit."),
        ({"limit": "many"}, "limit", "'many' is no such number"),
        ({"metric": "mood"}, "metric", "not one of the available choices"),
        ({"metric": "resolution_median", "limit": "2"}, "limit", "write it with its unit"),
        ({"metric": "resolution_median", "limit": "2 h", "days": "7"}, "days", "look at one day"),
        ({"days": "3"}, "days", "not one of the available choices"),
        ({"when": "sometimes"}, "when", "not one of the available choices"),
        ({"cuts": "team=team-z"}, "cuts", "There is no team"),
        ({"cuts": "colour=red"}, "cuts", "is no cut of Tickets created"),
        ({"cuts": "team=%00"}, "cuts", "signs in it that nothing is called by"),
        ({"cuts": "[[[?team=["}, "cuts", "There is no team"),
        ({"name": "x" * 81}, "name", "at most 80 characters"),
        ({"name": " "}, "name", "required"),
    ],
)
def test_a_form_says_what_to_mend(carol: Client, wrong: dict[str, str], field: str, words: str) -> None:
    for more in ({}, {"preview": "1"}):
        answer = carol.post("/alerts/new/", RUSH | wrong | more)
        assert answer.status_code == 422
        assert words in unescape(answer.context["form"].errors[field].as_text())
    assert not AlertRule.objects.exists()


def test_an_address_brings_its_metric_and_its_cuts(carol: Client) -> None:
    form = carol.get("/alerts/new/?period=last-28-days&metric=solved&team=team-a&channel=email").context["form"]
    assert form.initial == {"metric": "solved", "cuts": "team=team-a&channel=email"}


def test_metrics_that_a_role_does_not_see_are_not_offered(quiet_weeks: Cast) -> None:  # noqa: F811
    def offered(name: str) -> set[str]:
        form: Any = quiet_weeks.client(name).get("/alerts/new/").context["form"]
        return {slug for _, group in form.fields["metric"].choices[1:] for slug, _ in group}

    assert {"created", "staff_cost"} <= offered("carol")
    assert "staff_cost" not in offered("bob")


def test_the_fifty_first_rule_is_refused_beside_its_name(quiet_weeks: Cast, carol: Client) -> None:  # noqa: F811
    draft = rule(quiet_weeks)
    copies = [AlertRule(**{f.name: getattr(draft, f.name) for f in draft._meta.fields if f.name != "id"})] * 49
    for each in copies:
        each.pk = None
        each.save(force_insert=True)
    answer = carol.post("/alerts/new/", RUSH)
    assert (answer.status_code, AlertRule.objects.count()) == (422, alerts.MOST)
    assert "50 rules" in str(answer.context["form"].errors["name"])


def test_acts_need_a_post_and_its_token(quiet_weeks: Cast) -> None:  # noqa: F811
    made = rule(quiet_weeks)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(quiet_weeks.users["carol"])
    for url in ("/alerts/new/", f"/alerts/{made.pk}/", f"/alerts/{made.pk}/pause/", f"/alerts/{made.pk}/delete/"):
        assert strict.post(url, RUSH).status_code == 403
    assert AlertRule.objects.get().paused_because == ""


def test_a_partner_is_told_why_there_are_none(quiet_weeks: Cast) -> None:  # noqa: F811
    answer = quiet_weeks.client("pat").get("/alerts/")
    assert (answer.status_code, "/alerts/" in text_of(quiet_weeks.client("pat"), "/")) == (403, False)


def test_the_page_takes_the_same_queries_however_much_is_on_it(
    quiet_weeks: Cast,  # noqa: F811
    carol: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    rule(quiet_weeks)
    AlertRule.objects.update(since=today() - 30 * DAY, limit=3.0)
    look_at_all()
    assert AlertFiring.objects.count() == 7
    carol.get("/alerts/")
    with django_assert_num_queries(QUERIES):
        carol.get("/alerts/")
    AlertFiring.objects.exclude(pk=AlertFiring.objects.first().pk).delete()  # type: ignore[union-attr]  # seven of them
    with django_assert_num_queries(QUERIES):
        carol.get("/alerts/")
