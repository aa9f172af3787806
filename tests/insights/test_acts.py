"""What each member of the cast may do: every act posted by everybody, and what became of it."""

import re
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from insights import asks, digests, drafting, issuing
from insights.digests import build
from insights.effects import Verdict
from insights.models import Alarm, Ask, Digest, Effect, Insight, Milestone, Program, Subscription, TagRule, Theme
from insights.models.digests import week_word
from ops_dashboard.metrics.periods import Grain
from ops_dashboard.metrics.query import today
from tests.cast import EVERYBODY, Cast, make_cast
from tests.insights.building import give, make_themes

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)
SEEN = {"on": "2026-03-02", "grain": "day", "observed": 9, "expected": 3.0, "ratio": 3.0, "is_new": False} | {
    "contacts": 40, "low": 0.0, "high": 6.0, "p": 0.001, "q": 0.01,
}  # fmt: skip
TAG = ("carol", "erin")
READ = ("bob", "carol", "erin", "pat", "quinn", "petra")


@pytest.fixture(scope="module")
def stage(on_stage: None) -> tuple[Cast, Ask]:
    """Payouts are late, published to Payments, with an open ask; ids of everything are 1001."""
    cast, themes = make_cast(), make_themes()
    (said,) = give(themes["payouts"], MONDAY, 1)
    Alarm.objects.create(pk=1001, theme=themes["payouts"], opened_on=MONDAY, last_on=MONDAY, context=[SEEN])
    insight = Insight.objects.create(pk=1001, claim="Payouts are late", area="payments", since=MONDAY)
    insight.themes.set([themes["payouts"]])
    drafting.publish(insight, by=cast.users["erin"])
    program = Program.objects.create(pk=1001, title="Payouts", area="payments")
    TagRule.objects.create(pk=1001, theme=themes["payouts"], words="late")
    Milestone.objects.create(pk=1001, program=program, title="Ledger", due_on=MONDAY)
    issuing.draft("payments", MONDAY)
    assert said.pk
    pat, erin = cast.users["pat"], cast.users["erin"]
    return cast, asks.put(insight, question="Roll back?", due_on=today(), owner=pat, by=erin)


@pytest.fixture
def cast(stage: tuple[Cast, Ask]) -> Cast:
    return deepcopy(stage[0])


@pytest.fixture
def ask(stage: tuple[Cast, Ask]) -> Ask:
    return deepcopy(stage[1])


ACTS: dict[str, tuple[str, dict[str, str], tuple[str, ...]]] = {
    "dismiss": ("/emerging/1001/dismiss/", {"reason": "known"}, TAG),
    "start": ("/emerging/1001/insight/", {}, TAG),
    "edit": ("/insights/1001/edit/", {}, TAG),
    "publish": ("/insights/1001/publish/", {}, TAG),
    "shelve": ("/insights/1001/shelve/", {}, TAG),
    "put": ("/insights/1001/asks/", {"question": "?", "due_on": "2999-01-01"}, TAG),
    "milestone": ("/programs/1001/milestones/", {"title": "Next", "due_on": "2999-01-01"}, TAG),
    "reach": ("/milestones/1001/reach/", {}, TAG),
    "ship program": ("/programs/1001/ship/", {"shipped_on": "2026-03-02"}, TAG),
    "approve": ("/digests/2026-W10/payments/approve/", {}, TAG),
    "rule": ("/themes/rules/1001/", {"words": "late"}, TAG),
    "end rule": ("/themes/rules/1001/use/", {}, TAG),
    "subscribe": ("/digests/subscriptions/payments/", {"active": "1"}, READ),
}


@pytest.mark.parametrize("act", ACTS)
def test_an_act_is_open_to_exactly_those_it_should(cast: Cast, ask: Ask, act: str) -> None:
    url, data, allowed = ACTS[act]
    for name in EVERYBODY:
        response = cast.client(name).post(url, data)
        is_refused = response.status_code == 403 or response.headers.get("Location", "").startswith("/sign-in/")
        assert (name, is_refused) == (name, name not in allowed)


@pytest.mark.parametrize("name", [n for n in EVERYBODY if n != "pat"])
def test_nobody_but_a_partner_of_the_area_answers(cast: Cast, ask: Ask, name: str) -> None:
    for step in ("accept", "decline", "ship", "tell"):
        cast.client(name).post(f"/asks/{ask.pk}/{step}/", {"note": "no", "shipped_on": "2026-03-02"})
    assert Ask.objects.get().status == "open"


def test_a_partner_answers_within_its_areas_alone(cast: Cast, ask: Ask) -> None:
    pat = cast.client("pat")
    Ask.objects.update(area="live")
    assert pat.post(f"/asks/{ask.pk}/accept/").status_code == 404
    Ask.objects.update(area="payments")
    assert pat.post(f"/asks/{ask.pk}/accept/", {"note": "Yes"}).status_code == 302
    assert Ask.objects.get().status == "accepted"
    assert pat.post(f"/asks/{ask.pk}/close/").status_code == 403
    assert pat.post(f"/asks/{ask.pk}/dance/").status_code == 404


def test_who_shipped_it_says_how_many_users_were_told(cast: Cast, ask: Ask) -> None:
    pat, url = cast.client("pat"), f"/asks/{ask.pk}/tell/"
    pat.post(f"/asks/{ask.pk}/accept/")
    said = pat.post(url, {"users_told": "5"}, follow=True).content.decode()
    assert "It has not shipped yet" in said
    pat.post(f"/asks/{ask.pk}/ship/", {"shipped_on": today().isoformat(), "users_told": "1200"})
    assert Ask.objects.get().users_told == 1200
    assert "1,200 users told that it is mended." in pat.post(url, {"users_told": "1200"}, follow=True).content.decode()
    pat.post(url, {"users_told": "1840"})
    assert Ask.objects.get().users_told == 1840
    pat.post(url, {"users_told": "-1"})
    pat.post(url, {"users_told": ""})
    assert Ask.objects.get().users_told == 1840


def test_an_ask_leads_to_its_program_whoever_may_open_that(cast: Cast, ask: Ask) -> None:
    def leads(name: str) -> bool:
        return 'part of <a href="/programs/1001/">Payouts</a>' in cast.client(name).get("/asks/").content.decode()

    Ask.objects.update(program=1001)
    assert leads("pat") and leads("erin")
    Program.objects.update(area="live")
    assert leads("erin") and not leads("pat")


def test_an_answer_to_a_draft_is_not_to_be_had(cast: Cast, ask: Ask) -> None:
    Insight.objects.update(state="draft")
    assert cast.client("pat").post(f"/asks/{ask.pk}/accept/").status_code == 404


def test_a_refused_step_says_why_and_changes_nothing(cast: Cast, ask: Ask) -> None:
    said = cast.client("pat").post(f"/asks/{ask.pk}/decline/", {"note": ""}, follow=True).content.decode()
    assert "A reason, please" in said
    assert Ask.objects.get().status == "open"


def test_a_form_goes_back_to_our_pages_only(cast: Cast, ask: Ask) -> None:
    pat = cast.client("pat")
    assert pat.post(f"/asks/{ask.pk}/accept/", {"next": "/insights/1001/"}).headers["Location"] == "/insights/1001/"
    said = pat.post(f"/asks/{ask.pk}/ship/", {"next": "https://elsewhere.example/"})
    assert said.headers["Location"] == "/asks/"


def test_a_partner_subscribes_to_its_areas_alone(cast: Cast, ask: Ask) -> None:
    pat = cast.client("pat")
    assert pat.post("/digests/subscriptions/live/", {"active": "1"}).status_code == 404
    pat.post("/digests/subscriptions/payments/", {"active": "1"})
    assert list(Subscription.objects.values_list("user__username", "area")) == [("pat", "payments")]


def test_a_partner_sees_no_figure_that_rests_on_few(cast: Cast, ask: Ask) -> None:
    page = {name: cast.client(name).get("/insights/1001/").content.decode() for name in ("erin", "pat")}
    assert "api/v1/metrics/themed" in page["erin"] and "api/v1/metrics/themed" not in page["pat"]
    Insight.objects.filter(pk=1001).update(
        evidence={"published": Insight.objects.get().evidence["published"] | {"n": 4}}
    )
    assert "withheld" in cast.client("pat").get("/insights/1001/").content.decode()
    assert "withheld" not in cast.client("erin").get("/insights/1001/").content.decode()
    assert cast.client("pat").get("/api/v1/insights/1001/").json()["size"] is None


def test_of_an_effect_on_few_a_partner_is_told_the_verdict_alone(cast: Cast, ask: Ask) -> None:
    """After 9 of 2,605 contacts: the ratio and what comes before it would tell the 9."""
    counts = {"base_count": 53, "base_contacts": 2289, "after_count": 9, "after_contacts": 2605}
    ratio = {"ratio": 0.149, "low": 0.073, "high": 0.302, "weeks_after": 8}
    effect = Effect.objects.create(ask=ask, measured_on=date(2026, 3, 8), verdict=Verdict.BETTER, **counts, **ratio)
    told = {"verdict": "better", "ratio": None, "low": None, "high": None, "weeks": 8, "few": True}

    def answer(name: str) -> dict[str, Any]:
        return cast.client(name).get("/api/v1/asks/").json()["results"][0]["effect"]

    def page(name: str) -> str:
        return cast.client(name).get("/asks/").content.decode()

    Ask.objects.filter(pk=ask.pk).update(
        status=Ask.Status.SHIPPED, opened_at=datetime(2026, 1, 1, tzinfo=UTC), shipped_on=date(2026, 1, 5)
    )
    assert answer("pat") == told
    assert answer("erin")["ratio"] == 0.149
    assert "Effect: better, on fewer than 10 messages" in page("pat") and "×0.15" not in page("pat")
    assert "Effect ×0.15 [0.07–0.30]: better" in page("erin")
    assert [row["effect"] for row in build("payments", MONDAY)["previous"]] == [told]
    Effect.objects.filter(pk=effect.pk).update(after_count=10)
    assert answer("pat")["ratio"] == 0.149


def test_what_is_dismissed_can_be_restored_and_what_is_shelved_published(cast: Cast, ask: Ask) -> None:
    erin = cast.client("erin")
    erin.post("/emerging/1001/dismiss/", {"reason": "known"})
    assert Alarm.objects.get().state == "dismissed"
    erin.post("/emerging/1001/restore/")
    assert Alarm.objects.get().state == "open"
    asks.close(ask, by=cast.users["erin"])
    erin.post("/insights/1001/shelve/")
    assert Insight.objects.get().state == "shelved"
    erin.post("/insights/1001/publish/")
    assert Insight.objects.get().state == "published"


def test_an_insight_is_not_shelved_over_an_ask_that_is_not_closed(cast: Cast, ask: Ask) -> None:
    erin = cast.client("erin")
    asks.accept(ask, by=cast.users["pat"])
    said = erin.post("/insights/1001/shelve/", follow=True).content.decode()
    assert "Not closed yet: 1 ask. Letters tell what becomes of each; close them first." in said
    assert Insight.objects.get().state == "published"
    assert ">Close</button>" in said and "Put an ask" in said
    erin.post(f"/asks/{ask.pk}/close/")
    said = erin.post("/insights/1001/shelve/", follow=True).content.decode()
    assert Insight.objects.get().state == "shelved"
    assert "Ask again" not in said and "Put an ask" not in said


def test_nothing_is_asked_because_of_what_is_shelved(cast: Cast, ask: Ask) -> None:
    erin = cast.client("erin")
    asks.close(ask, by=cast.users["erin"])
    drafting.shelve(Insight.objects.get(), by=cast.users["erin"])
    said = erin.post("/insights/1001/asks/", {"question": "?", "due_on": "2999-01-01"}, follow=True).content.decode()
    assert "publish it before you ask" in said
    said = erin.post(f"/asks/{ask.pk}/reopen/", follow=True).content.decode()
    assert "publish that before you ask again" in said
    assert list(Ask.objects.values_list("status", flat=True)) == ["closed"]


def seen_by(reader: Client) -> str:
    """The mark of the letter that this reader sees."""
    page = reader.get("/digests/2026-W10/payments/edit/").content.decode()
    (seen,) = re.findall(r'name="seen" value="(\w+)"', page)
    return str(seen)


def approve(reader: Client) -> None:
    reader.post("/digests/2026-W10/payments/approve/", {"seen": seen_by(reader)})


def test_looking_at_a_digest_that_nobody_has_drafted_makes_none(cast: Cast, ask: Ask) -> None:
    erin = cast.client("erin")
    Digest.objects.all().delete()
    assert "Draft: Payments" in erin.get("/digests/2026-W10/payments/edit/").content.decode()
    assert not Digest.objects.exists()
    approve(erin)
    assert Digest.objects.get().state == "sent"  # nobody reads it


def test_a_digest_is_edited_until_it_is_approved(cast: Cast, ask: Ask) -> None:
    erin, url = cast.client("erin"), "/digests/2026-W10/payments/edit/"
    erin.post(url, {"headline": "Mine", "narrative": "Two words."})
    assert (Digest.objects.get().headline, Digest.objects.get().state) == ("Mine", "draft")
    approve(erin)
    erin.post(url, {"headline": "Other", "narrative": ""})
    assert Digest.objects.get().headline == "Mine"


def test_words_that_came_since_the_letter_was_read_are_read_before_it_goes_out(cast: Cast, ask: Ask) -> None:
    erin = cast.client("erin")
    seen = seen_by(erin)
    at = datetime(2026, 3, 8, 12, tzinfo=UTC)
    asks.put(ask.insight, question="Pay them twice?", due_on=at.date(), owner=None, by=None, at=at)
    answer = erin.post("/digests/2026-W10/payments/approve/", {"seen": seen}, follow=True)
    assert "have changed since you opened it; read it again" in answer.content.decode()
    assert "Pay them twice?" in answer.content.decode()
    erin.post("/digests/2026-W10/payments/approve/")  # as nobody has who read it
    assert Digest.objects.get().state == "draft"
    approve(erin)
    assert Digest.objects.get().state == "sent"


def test_the_letter_of_a_week_that_has_not_begun_cannot_go_out(cast: Cast, ask: Ask) -> None:
    """It would be the week's only one, and empty."""
    erin, monday = cast.client("erin"), Grain.WEEK.start_of(today()) + timedelta(days=7)
    address = f"/digests/{week_word(monday)}/payments/"
    page = erin.get(f"{address}edit/").content.decode()
    assert "Its week has not begun" in page and "Approve and send" not in page
    seen = digests.stamp(digests.build("payments", monday))
    assert "has not begun" in erin.post(f"{address}approve/", {"seen": seen}, follow=True).content.decode()
    assert not Digest.objects.filter(week=monday).exclude(state="draft").exists()


def test_an_insight_is_made_by_hand_and_its_problems_are_named(cast: Cast, ask: Ask) -> None:
    erin, theme = cast.client("erin"), Theme.objects.get(slug="refunds")
    said = erin.post("/insights/new/", {"claim": "", "area": "payments", "themes": [theme.pk]}).content.decode()
    assert "This field is required." in said
    erin.post("/insights/new/", {"claim": "Refunds take weeks", "area": "payments", "themes": [theme.pk]})
    assert Insight.objects.get(claim="Refunds take weeks").made_by == cast.users["erin"]


def test_an_ask_is_not_due_in_the_past(cast: Cast, ask: Ask) -> None:
    late = (today() - timedelta(days=1)).isoformat()
    said = cast.client("erin").post("/insights/1001/asks/", {"question": "?", "due_on": late}, follow=True)
    assert "That day is over." in said.content.decode()
    assert Ask.objects.count() == 1
