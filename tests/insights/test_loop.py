"""From an alarm to an effect, step by step, with every step that is refused on the way."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, transaction

from insights import alarms, asks, drafting, programs
from insights.asks import BadStep
from insights.counting import Daily, daily, with_beginnings
from insights.drafting import NotReady
from insights.models import (
    Alarm,
    Ask,
    Effect,
    Feedback,
    FeedbackSource,
    Insight,
    Milestone,
    Program,
    Survey,
    TaxonomyVersion,
    Theme,
)
from insights.sizing import size
from insights.taxonomy import revise
from insights.views.asks import lines
from ops_dashboard.metrics.models import StaleCell
from ops_dashboard.metrics.query import today
from ops_dashboard.metrics.reporting_weeks import last_week_over
from ops_dashboard.people.models import AuditEntry, User
from ops_dashboard.people.roles import scope_for
from tests.cast import Cast, make_cast
from tests.insights.building import contacts, days, give, make_themes, settle

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def themes() -> dict[str, Theme]:
    return make_themes()


def told(themes: dict[str, Theme], *, last: date = MONDAY, usual: int = 5, then: int = 40, days: int = 200) -> Daily:
    """Payouts and gifts steady over `days` days; payouts jump on the last."""
    counts = np.full((2, days), usual)
    counts[0, -1] = then
    first = last - timedelta(days=days - 1)
    return Daily(first, (themes["payouts"].id, themes["gifts"].id), counts, np.full(days, 500))


def published(themes: dict[str, Theme], by: User) -> Insight:
    insight = drafting.create(
        claim="Payouts are late", area="payments", themes=[themes["payouts"]], since=MONDAY, by=by
    )
    drafting.publish(insight, by=by)
    return insight


def put(insight: Insight, cast: Cast) -> Ask:
    return asks.put(
        insight, question="Roll back 34.2?", due_on=today() + timedelta(days=3), owner=cast.users["pat"],
        by=cast.users["erin"],
    )  # fmt: skip


# Alarms


def test_a_rise_opens_one_alarm_with_a_draft_insight(themes: dict[str, Theme]) -> None:
    assert alarms.record(told(themes)) == 1
    alarm, insight = Alarm.objects.get(), Insight.objects.get()
    assert (alarm.theme, alarm.state, alarm.opened_on) == (themes["payouts"], "open", MONDAY)
    assert (insight.alarm, insight.state, insight.area) == (alarm, "draft", "payments")
    assert insight.claim == "Payouts: 40 messages in a day, 8.0 times the usual 5"
    assert insight.evidence["alarm"]["observed"] == 40
    assert Survey.objects.count() == 2


def test_looking_twice_changes_nothing(themes: dict[str, Theme]) -> None:
    for _ in range(2):
        alarms.record(told(themes))
    assert Alarm.objects.get().context == [Alarm.objects.get().context[0], *Alarm.objects.get().context[1:]]
    assert len({(c["on"], c["grain"]) for c in Alarm.objects.get().context}) == len(Alarm.objects.get().context)
    assert Insight.objects.count() == 1


def test_the_next_day_adds_to_the_open_alarm(themes: dict[str, Theme]) -> None:
    alarms.record(told(themes))
    alarms.record(told(themes, last=MONDAY + timedelta(days=1)))
    alarm = Alarm.objects.get()
    assert {entry["on"] for entry in alarm.context} == {"2026-03-02", "2026-03-03"}
    assert alarm.last_on == MONDAY + timedelta(days=1)


def test_calm_for_two_weeks_an_alarm_is_over_and_soon_after_it_opens_anew(themes: dict[str, Theme]) -> None:
    alarms.record(told(themes))
    alarms.record(told(themes, last=MONDAY + timedelta(days=15), then=5))
    assert Alarm.objects.get().state == "over"
    alarms.record(told(themes, last=MONDAY + timedelta(days=20)))
    alarm = Alarm.objects.get()
    assert (alarm.state, alarm.reopened) == ("open", 1)
    alarms.record(told(themes, last=MONDAY + timedelta(days=60)))
    assert Alarm.objects.count() == 2


def test_an_old_day_judged_again_wakes_no_alarm_that_is_over(themes: dict[str, Theme]) -> None:
    alarms.record(told(themes))
    alarms.record(told(themes, last=MONDAY + timedelta(days=15), then=5))
    alarms.record(told(themes))
    assert (Alarm.objects.get().state, Alarm.objects.get().reopened) == ("over", 0)


def test_a_dismissed_alarm_stays_quiet_for_two_weeks_and_can_be_restored(themes: dict[str, Theme], cast: Cast) -> None:
    alarms.record(told(themes))
    alarm = Alarm.objects.get()
    alarms.dismiss(alarm, by=cast.users["erin"], reason="A test campaign")
    alarms.record(told(themes, last=MONDAY + timedelta(days=1)))
    assert Alarm.objects.get().state == "dismissed"
    assert alarms.restore(alarm, by=cast.users["erin"])
    assert Alarm.objects.get().state == "open"


def test_the_database_holds_one_open_alarm_a_theme(themes: dict[str, Theme]) -> None:
    Alarm.objects.create(theme=themes["gifts"], opened_on=MONDAY, last_on=MONDAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Alarm.objects.create(theme=themes["gifts"], opened_on=MONDAY, last_on=MONDAY)


def test_a_look_reads_the_figures_of_the_engine(themes: dict[str, Theme]) -> None:
    for back in range(1, 15):
        give(themes["gifts"], MONDAY - timedelta(days=back), 2)
        contacts(MONDAY - timedelta(days=back), 20)
    give(themes["gifts"], MONDAY, 18)
    contacts(MONDAY, 20)
    settle()
    assert alarms.look(MONDAY, MONDAY) == 1
    assert Alarm.objects.get().theme == themes["gifts"]
    found = {row["theme"]: row for row in Survey.objects.get(grain="day").findings}
    assert set(found) == {themes[slug].id for slug in ("payouts", "refunds", "gifts")}
    assert found[themes["gifts"].id]["recent"][-3:] == [2, 2, 18]


def test_a_split_raises_no_alarm_and_a_new_problem_under_an_old_theme_does(themes: dict[str, Theme]) -> None:
    """Payouts came five a day until Saturday, since then as one of the two they were split into; refunds are new."""
    for day in days(MONDAY, 30):
        contacts(day, 40)
    for day in days(MONDAY - timedelta(days=2), 28):
        give(themes["payouts"], day, 5)
    first, split = published_on(MONDAY - timedelta(days=100)), MONDAY - timedelta(days=2)
    with revise(by=None) as revision:
        late, _ = revision.split(themes["payouts"], [("Payout late", ""), ("Payout missing", "")])
    published_on(split)
    for day in days(MONDAY, 2):
        give(late, day, 5)
    give(themes["refunds"], MONDAY, 8)
    settle()
    alarms.look(MONDAY, MONDAY)
    assert Alarm.objects.get().theme == themes["refunds"]
    statuses = {row["theme"]: row["status"] for row in Survey.objects.get(grain="day").findings}
    assert (statuses[late.id], statuses[themes["gifts"].id]) == ("too little history", "noise")
    TaxonomyVersion.objects.update(published_at=first)  # as old as the data, it would look new
    alarms.look(MONDAY, MONDAY)
    assert set(Alarm.objects.values_list("theme", flat=True)) == {themes["refunds"].id, late.id}


def published_on(day: date) -> datetime:
    """The newest version of the themes was published on that day."""
    at = datetime.combine(day, time(9), tzinfo=UTC)
    TaxonomyVersion.objects.filter(pk=TaxonomyVersion.objects.latest("number").pk).update(published_at=at)
    return at


def test_a_theme_that_took_others_in_is_as_old_as_they_are(themes: dict[str, Theme]) -> None:
    """Of 100 days it stands from the 41st on, the day after it was published; what it was merged from always did."""
    published_on(MONDAY - timedelta(days=99))
    with revise(by=None) as revision:
        taken, alone = (revision.add(name, parent=themes["live"]) for name in ("Live gifts", "Stickers"))
        revision.merge([themes["gifts"]], taken)
    published_on(MONDAY - timedelta(days=60))
    told = Daily(MONDAY - timedelta(days=99), (taken.id, alone.id), np.zeros((2, 100), np.int64), np.full(100, 40))
    with_beginning = with_beginnings(told)
    assert with_beginning.begins is not None and with_beginning.begins.tolist() == [0, 40]
    days_known, weeks_known = with_beginning.known(), with_beginning.known(days=7)
    assert days_known is not None and weeks_known is not None
    assert (days_known.tolist(), weeks_known.tolist()) == ([100, 60], [14, 8])


# Size


def test_size_is_of_seven_days_against_the_weeks_before(themes: dict[str, Theme]) -> None:
    for week in range(4):
        give(themes["payouts"], MONDAY - timedelta(days=7 * week), 12 if not week else 4)
        contacts(MONDAY - timedelta(days=7 * week), 40)
    settle()
    got = size([themes["payouts"]], MONDAY)
    assert (got["n"], got["contacts"], got["share"]) == (12, 40, 0.3)
    assert got["usual_share"] == pytest.approx(12 / 120)
    assert got["ratio"] == pytest.approx(3.0)
    assert (got["low"], got["high"]) == pytest.approx((0.1808, 0.4543), abs=1e-3)
    assert [week["n"] for week in got["weeks"]][-4:] == [4, 4, 4, 12]
    assert got["questions"][0] == {"metric": "themed", "query": "period=2026-02-24..2026-03-02&theme=payouts"}


# Insights and quotes


def test_an_insight_needs_a_theme_before_it_is_published(cast: Cast, themes: dict[str, Theme]) -> None:
    erin = cast.users["erin"]
    insight = drafting.create(claim="Something", area="payments", themes=[], since=MONDAY, by=erin)
    with pytest.raises(NotReady, match="needs a theme"):
        drafting.publish(insight, by=erin)
    insight.themes.set([themes["payouts"]])
    drafting.publish(insight, by=erin)
    assert insight.evidence["published"]["n"] == 0
    assert StaleCell.objects.filter(source="insights").exists()


def test_a_published_insight_of_another_area_counts_there(cast: Cast, themes: dict[str, Theme]) -> None:
    erin = cast.users["erin"]
    insight = published(themes, erin)
    StaleCell.objects.all().delete()
    told: dict[str, Any] = {"claim": insight.claim, "story": "", "themes": [themes["gifts"]], "by": erin}
    drafting.edit(insight, area="payments", **told)
    assert not StaleCell.objects.exists()
    drafting.edit(insight, area="live", **told)
    assert set(StaleCell.objects.values_list("source", flat=True)) == {"insights"}


def test_a_partner_sees_what_is_published_about_its_areas(cast: Cast, themes: dict[str, Theme]) -> None:
    erin = cast.users["erin"]
    drafting.create(claim="Draft", area="payments", themes=[themes["payouts"]], since=MONDAY, by=erin)
    ours = published(themes, erin)
    other = drafting.create(claim="Gifts", area="live", themes=[themes["gifts"]], since=MONDAY, by=erin)
    drafting.publish(other, by=erin)
    seen = {n: Insight.objects.visible_to(scope_for(u)).count() for n, u in cast.users.items()}
    assert {n: count for n, count in seen.items() if count} == dict.fromkeys(
        ("bob", "carol", "erin", "quinn", "petra"), 3
    ) | {"pat": 1}
    assert list(Insight.objects.visible_to(scope_for(cast.users["pat"]))) == [ours]
    drafting.shelve(ours, by=erin)
    assert not Insight.objects.visible_to(scope_for(cast.users["pat"])).exists()


def test_a_draft_is_shelved_with_its_asks_of_which_nobody_was_told(cast: Cast, themes: dict[str, Theme]) -> None:
    erin = cast.users["erin"]
    draft = drafting.create(claim="Draft", area="payments", themes=[themes["payouts"]], since=MONDAY, by=erin)
    ask = put(draft, cast)
    drafting.shelve(draft, by=erin)
    assert draft.state == "shelved"
    drafting.publish(draft, by=erin)
    asks.accept(ask, by=erin)
    asks.ship(ask, by=erin, on=today())
    put(draft, cast)
    with pytest.raises(NotReady, match="Not closed yet: 2 asks"):
        drafting.shelve(draft, by=erin)


def test_words_in_which_something_was_masked_cannot_be_quoted(cast: Cast, themes: dict[str, Theme]) -> None:
    insight = published(themes, cast.users["erin"])
    (clean,), (masked,) = give(themes["payouts"], MONDAY, 1), give(themes["payouts"], MONDAY, 1, detections=1)
    assert drafting.quotable(insight) == [clean]
    drafting.quote(insight, clean, by=cast.users["erin"])
    with pytest.raises(NotReady, match="masked"):
        drafting.quote(insight, masked, by=cast.users["erin"])
    assert drafting.quotable(insight) == []


# Asks


def test_an_ask_goes_from_open_to_shipped_and_keeps_every_answer(cast: Cast, themes: dict[str, Theme]) -> None:
    ask = put(published(themes, cast.users["erin"]), cast)
    asks.accept(ask, by=cast.users["pat"], note="In the next release")
    ask = asks.ship(ask, by=cast.users["pat"], on=today())
    assert (ask.status, ask.shipped_on) == ("shipped", today())
    assert [(s.kind, s.by.username, s.note) for s in ask.steps.all() if s.by] == [
        ("opened", "erin", ""),
        ("accepted", "pat", "In the next release"),
        ("shipped", "pat", ""),
    ]
    assert [step.answer_s is not None for step in ask.steps.all()] == [False, True, False]


def test_acceptance_writes_down_what_will_judge_the_change(cast: Cast, themes: dict[str, Theme]) -> None:
    ask = asks.accept(put(published(themes, cast.users["erin"]), cast), by=cast.users["pat"])
    assert ask.registered["themes"] == ["payouts"]
    assert ask.registered["on"] == today().isoformat()
    assert "26 weeks that end 8 weeks before" in ask.registered["rule"]


def test_whoever_accepts_what_nobody_owns_owns_it(cast: Cast, themes: dict[str, Theme]) -> None:
    insight = published(themes, cast.users["erin"])
    ask = asks.put(insight, question="Why?", due_on=today(), owner=None, by=cast.users["erin"])
    assert asks.accept(ask, by=cast.users["pat"]).owner == cast.users["pat"]
    owned = put(insight, cast)
    assert asks.accept(owned, by=cast.users["erin"]).owner == cast.users["pat"]


def test_steps_that_do_not_follow_are_refused(cast: Cast, themes: dict[str, Theme]) -> None:
    ask = put(published(themes, cast.users["erin"]), cast)
    with pytest.raises(BadStep, match="no answer yet; it cannot be shipped"):
        asks.ship(ask, by=cast.users["pat"], on=today())
    with pytest.raises(BadStep, match="A reason, please"):
        asks.decline(ask, by=cast.users["pat"], reason="  ")
    asks.accept(ask, by=cast.users["pat"])
    with pytest.raises(BadStep, match="has not come yet"):
        asks.ship(ask, by=cast.users["pat"], on=today() + timedelta(days=1))
    with pytest.raises(BadStep, match="accepted; it cannot be accepted"):
        asks.accept(ask, by=cast.users["pat"])


def test_the_steps_that_are_offered_are_those_that_may_follow(cast: Cast, themes: dict[str, Theme]) -> None:
    put(published(themes, cast.users["erin"]), cast)
    for status in Ask.Status:
        Ask.objects.update(status=status, shipped_on=today())
        told = [row for who in ("erin", "pat") for row in lines(Ask.objects.all(), scope_for(cast.users[who]))]
        offered = {
            kind
            for kind, name in zip(asks.FROM, ("accept", "decline", "ship", "close", "reopen"), strict=True)
            if any(row[f"may_{name}"] for row in told)
        }
        assert (status, offered) == (status, {kind for kind, before in asks.FROM.items() if status in before})


def test_a_declined_ask_can_be_put_again_and_answered_again(cast: Cast, themes: dict[str, Theme]) -> None:
    ask = put(published(themes, cast.users["erin"]), cast)
    asks.decline(ask, by=cast.users["pat"], reason="Not this quarter")
    asks.reopen(ask, by=cast.users["erin"])
    ask = asks.accept(ask, by=cast.users["pat"])
    assert [s.kind for s in ask.steps.filter(answer_s__isnull=False)] == ["declined", "accepted"]


def test_a_partner_sees_asks_of_its_areas_once_their_insight_is_published(cast: Cast, themes: dict[str, Theme]) -> None:
    erin, pat = cast.users["erin"], scope_for(cast.users["pat"])
    draft = drafting.create(claim="Draft", area="payments", themes=[themes["payouts"]], since=MONDAY, by=erin)
    ask = put(draft, cast)
    assert not Ask.objects.visible_to(pat).exists()
    drafting.publish(draft, by=erin)
    assert list(Ask.objects.visible_to(pat)) == [ask]
    assert not Ask.objects.visible_to(scope_for(cast.users["alice"])).exists()


def test_who_did_what_is_in_the_audit_trail(cast: Cast, themes: dict[str, Theme]) -> None:
    asks.accept(put(published(themes, cast.users["erin"]), cast), by=cast.users["pat"])
    found = AuditEntry.objects.exclude(action="themes_revised").order_by("id").values_list("actor", "action")
    assert list(found) == [("erin", "insight_published"), ("erin", "ask_put"), ("pat", "ask_accepted")]


# Effects and programs


@pytest.fixture
def history(themes: dict[str, Theme]) -> Iterator[date]:
    """44 weeks of payouts: 10 of 40 contacts a week, 4 from the day it shipped on, eight weeks ago."""
    shipped = today() - timedelta(days=56)
    for week in range(-36, 8):
        day = shipped + timedelta(days=7 * week + 3)
        give(themes["payouts"], day, 4 if week >= 0 else 10)
        contacts(day, 40)
    settle()
    yield shipped


def test_what_shipped_is_measured_against_the_base_that_was_written_down(
    cast: Cast, themes: dict[str, Theme], history: date
) -> None:
    ask = asks.accept(put(published(themes, cast.users["erin"]), cast), by=cast.users["pat"])
    asks.ship(ask, by=cast.users["pat"], on=history)
    assert programs.measure_all(today() - timedelta(days=1)) == 1
    got = Effect.objects.get()
    assert (got.verdict, got.weeks_after) == ("better", 8)
    assert (got.base_count, got.base_contacts, got.after_count, got.after_contacts) == (260, 1040, 32, 320)
    assert got.ratio == pytest.approx(0.4)


def test_too_early_is_said_and_said_anew_when_more_weeks_are_in(
    cast: Cast, themes: dict[str, Theme], history: date
) -> None:
    ask = asks.accept(put(published(themes, cast.users["erin"]), cast), by=cast.users["pat"])
    asks.ship(ask, by=cast.users["pat"], on=history)
    programs.measure_all(history + timedelta(days=15))
    got = Effect.objects.get()
    assert (got.verdict, got.weeks_after) == ("too early", 2)
    assert got.ratio == pytest.approx(0.4)
    programs.measure_all(history + timedelta(days=3))
    assert Effect.objects.get().weeks_after == 0


def test_what_is_asked_again_has_no_effect_of_what_shipped_before(
    cast: Cast, themes: dict[str, Theme], history: date
) -> None:
    ask = asks.accept(put(published(themes, cast.users["erin"]), cast), by=cast.users["pat"])
    asks.ship(ask, by=cast.users["pat"], on=history)
    programs.measure_all(today() - timedelta(days=1))
    asks.close(ask, by=cast.users["erin"])
    assert Effect.objects.get().verdict == "better"
    asks.reopen(ask, by=cast.users["erin"])
    assert not Effect.objects.exists()
    assert programs.measure_all(today() - timedelta(days=1)) == 0


def test_a_program_is_measured_from_the_day_it_shipped(themes: dict[str, Theme], cast: Cast, history: date) -> None:
    program = Program.objects.create(title="Payouts in a day", area="payments", theme=themes["payouts"])
    programs.ship(program, on=history, by=cast.users["erin"])
    programs.measure_all(today() - timedelta(days=1))
    assert (program.effect.verdict, program.state) == ("better", "done")


def test_an_effect_is_read_anew_until_four_weeks_after_its_last(
    cast: Cast, themes: dict[str, Theme], history: date
) -> None:
    program = Program.objects.create(title="Payouts in a day", area="payments", theme=themes["payouts"])
    programs.ship(program, on=history, by=cast.users["erin"])
    last = history + timedelta(days=55)
    assert [programs.measure_all(last + timedelta(days=n)) for n in (0, 27, 28, 29)] == [1, 1, 1, 0]
    assert Effect.objects.get().measured_on == last + timedelta(days=28)
    edit = {"title": "Payouts", "area": "payments", "state": "done", "theme": themes["refunds"].pk}
    assert cast.client("erin").post(f"/programs/{program.pk}/edit/", edit).status_code == 302
    assert not Effect.objects.exists()  # it was of another theme
    assert programs.measure_all(last + timedelta(days=30)) == 1


def test_a_milestone_is_reached_on_a_day_and_that_can_be_taken_back() -> None:
    program = Program.objects.create(title="Payouts in a day", area="payments")
    milestone = Milestone.objects.create(program=program, title="Ledger", due_on=MONDAY)
    programs.reach(milestone, on=MONDAY)
    assert milestone.state == "done"
    programs.reach(milestone, on=None)
    assert (milestone.state, milestone.done_on) == ("open", None)


def test_daily_counts_are_cut_into_weeks_that_end_with_the_last_day(themes: dict[str, Theme]) -> None:
    give(themes["payouts"], MONDAY, 3)
    give(themes["payouts"], MONDAY - timedelta(days=7), 2)
    settle()
    counts, _ = daily(MONDAY - timedelta(days=15), MONDAY, [themes["payouts"]]).in_weeks()
    assert counts.tolist() == [[2, 3]]


def test_an_insight_tells_its_feedback_by_source_with_small_ones_kept_from_a_partner(
    cast: Cast, themes: dict[str, Theme]
) -> None:
    """40 reviews, 20 survey answers and 3 posts: the partner sees the reviews, the posts take the answers along."""
    rows = give(themes["payouts"], last_week_over(today()), 63)
    for slug, name, some in (
        ("reviews", "App Store", []),
        ("survey", "Survey", rows[:20]),
        ("posts", "Forum", rows[20:23]),
    ):
        FeedbackSource.objects.create(slug=slug, name=name, kind=FeedbackSource.Kind.FILE)
        Feedback.objects.filter(pk__in=[row.pk for row in some]).update(source=slug)
    settle()
    insight = published(themes, cast.users["erin"])
    assert by_source(cast, "erin", insight) == {"AppStore": "40", "Survey": "20", "Forum": "3"}
    assert by_source(cast, "pat", insight) == {"AppStore": "40", "Survey": "—withheld", "Forum": "—withheld"}


def by_source(cast: Cast, who: str, insight: Insight) -> dict[str, str]:
    """The cells of the page's table of sources: name and figure."""
    page = cast.client(who).get(f"/insights/{insight.pk}/").content.decode()
    table = page.split("<h2>By source</h2>")[1].split("</table>")[0]
    lines = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL) for row in table.split("<tr")[2:]]
    return {plain(line[0]): plain(line[1]) for line in lines}


def plain(marked: str) -> str:
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", marked))


def test_a_partner_is_not_told_a_week_that_would_give_a_small_one_before_it_away(
    cast: Cast, themes: dict[str, Theme]
) -> None:
    """Eight messages, then eleven: nineteen together, so that eleven alone would tell of the eight."""
    over = last_week_over(today())
    give(themes["payouts"], over - timedelta(days=7), 8)
    give(themes["payouts"], over, 11)
    settle()
    insight = published(themes, cast.users["erin"])
    told = cast.client("pat").get(f"/insights/{insight.pk}/").context["figures"][-1]
    assert (told["label"], told["n"]) == ("Now", "–")
