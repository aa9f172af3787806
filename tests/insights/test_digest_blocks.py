"""What closed, how many use the product, how satisfied they are, and what a digest does not know."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from time_machine import travel

from insights import asks, digests, drafting, programs
from insights.letter import letter
from insights.mailing import html_of
from insights.models import (
    ActiveUsers,
    Ask,
    AskStep,
    Effect,
    Feedback,
    FeedbackSource,
    FeedbackTheme,
    Insight,
    Program,
    SuggestionRun,
    Theme,
)
from insights.plain_letter import plain
from ops_dashboard.metrics.models import StaleCell
from tests.cast import Cast, make_cast
from tests.insights.building import contacts, give, make_themes, noon, settle

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)
SUNDAY = MONDAY + timedelta(days=6)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def themes() -> dict[str, Theme]:
    return make_themes()


def calm_then(themes: dict[str, Theme], payouts: int) -> None:
    """Nine weeks of 50 contacts with 10 about payouts, then one with so many."""
    for week in range(9, -1, -1):
        day = MONDAY - timedelta(days=7 * week) + timedelta(days=2)
        give(themes["payouts"], day, payouts if not week else 10)
        contacts(day, 50)


def ask_of(cast: Cast, themes: dict[str, Theme], *, on: date) -> Ask:
    insight = drafting.create(
        claim="Payouts are late", area="payments", themes=[themes["payouts"]], since=on, by=None, at=noon(on)
    )
    drafting.publish(insight, by=cast.users["erin"], at=noon(on))
    return asks.put(
        insight, question="Roll back 34.2?", due_on=date(2026, 3, 30), owner=cast.users["pat"], by=None, at=noon(on)
    )


def shipped(cast: Cast, themes: dict[str, Theme], *, on: date, told: int | None = None) -> Ask:
    pat, ask = cast.users["pat"], ask_of(cast, themes, on=on - timedelta(days=30))
    asks.accept(ask, by=pat, at=noon(on - timedelta(days=20)))
    return asks.ship(ask, by=pat, on=on, users_told=told, at=noon(on))


def forms() -> tuple[str, str]:
    """The letter of the week as text and as the HTML of a mail."""
    told = letter(digests.build("payments", MONDAY))
    return plain(told, address="", unsubscribe=""), html_of(told, address="", unsubscribe="")


# How many, and how satisfied


def test_contacts_are_told_per_thousand_users_where_those_are_known(themes: dict[str, Theme]) -> None:
    calm_then(themes, payouts=40)
    settle()
    ActiveUsers.objects.create(week=MONDAY, count=20_000)
    snapshot = digests.build("payments", MONDAY)
    assert (snapshot["context"]["users"], snapshot["context"]["per_1000_users"]) == (20_000, 2.5)  # 50 of 20,000
    assert snapshot["themes"][0]["per_1000_users"] == 2.0
    for told in forms():
        assert "2.5 contacts per 1,000 of 20,000 active users" in told and "2 per 1,000 users" in told


def test_unknown_users_are_a_known_gap(themes: dict[str, Theme]) -> None:
    calm_then(themes, payouts=40)
    settle()
    ActiveUsers.objects.create(week=MONDAY - timedelta(days=7), count=20_000)  # of the week before
    snapshot = digests.build("payments", MONDAY)
    assert (snapshot["context"]["per_1000_users"], snapshot["themes"][0]["per_1000_users"]) == (None, None)
    for told in forms():
        assert "How many used the product that week is not known" in told and "active users" not in told


@pytest.mark.parametrize(("week", "count"), [(SUNDAY, 1), (MONDAY, 0)])
def test_active_users_are_some_of_a_week_from_monday(week: date, count: int) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ActiveUsers.objects.create(week=week, count=count)


def test_the_admin_refuses_a_week_that_begins_on_another_day(cast: Cast) -> None:
    carol = cast.client("carol")
    for week, count in ((SUNDAY, 0), (MONDAY, 1)):
        carol.post("/admin/insights/activeusers/add/", {"week": week.isoformat(), "count": 20_000, "origin": "Ours"})
        assert ActiveUsers.objects.count() == count


def test_the_letter_says_how_satisfied_those_are_who_rated_that_week(themes: dict[str, Theme]) -> None:
    give(themes["payouts"], MONDAY, 20)
    give(themes["payouts"], MONDAY - timedelta(days=7), 20)
    contacts(MONDAY, 50)
    Feedback.objects.filter(occurred_at=noon(MONDAY)).update(rating=2)
    some = Feedback.objects.filter(rating=2).order_by("id").values_list("id", flat=True)[:15]
    Feedback.objects.filter(pk__in=list(some)).update(rating=5)
    settle()
    satisfied = digests.build("payments", MONDAY)["context"]["satisfied"]
    # 15 of 20: Wilson 1927 with z = 1.96 gives 0.531 to 0.888.
    assert (satisfied["share"], satisfied["rated"]) == (0.75, 20)
    assert (round(satisfied["low"], 3), round(satisfied["high"], 3)) == (0.531, 0.888)
    for told in forms():
        assert "75.0 % [53.1–88.8] of 20 who rated are satisfied" in told
        assert "53.1–88.8 %, n\u00a0=\u00a020" in told  # of the theme, in four weeks


def test_the_letter_says_how_far_those_who_rated_a_theme_are_from_all_who_rated(themes: dict[str, Theme]) -> None:
    """Payouts 4 of 20, refunds 14 of 20, all 18 of 40. From the others: -0.5, by Newcombe's method 10 -0.695 to
    -0.192 (score intervals 0.0807 to 0.4160 and 0.4810 to 0.8545); from all half of that, as they are half of all.
    """
    for theme, satisfied in (("payouts", 4), ("refunds", 14)):
        said = give(themes[theme], MONDAY, 20)
        Feedback.objects.filter(pk__in=[each.pk for each in said]).update(rating=1)
        Feedback.objects.filter(pk__in=[each.pk for each in said[:satisfied]]).update(rating=4)
    contacts(MONDAY, 50)
    settle()
    rows = {row["slug"]: row["apart"] for row in digests.build("payments", MONDAY)["themes"]}
    assert rows["payouts"] == pytest.approx({"by": -0.25, "low": -0.3476, "high": -0.0962}, abs=1e-4)
    assert rows["refunds"] == pytest.approx({"by": 0.25, "low": 0.0962, "high": 0.3476}, abs=1e-4)
    for told in forms():
        assert "25.0 pts below all [9.6–34.8]" in told and "25.0 pts above all [9.6–34.8]" in told


def test_a_difference_that_chance_may_have_made_is_none(themes: dict[str, Theme]) -> None:
    for theme, satisfied in (("payouts", 9), ("refunds", 11)):
        said = give(themes[theme], MONDAY, 20)
        Feedback.objects.filter(pk__in=[each.pk for each in said]).update(rating=1)
        Feedback.objects.filter(pk__in=[each.pk for each in said[:satisfied]]).update(rating=4)
    contacts(MONDAY, 50)
    settle()
    assert all(told.count("no clear difference from all") == 2 for told in forms())


def test_few_ratings_are_not_told(themes: dict[str, Theme]) -> None:
    give(themes["payouts"], MONDAY, 9)
    Feedback.objects.update(rating=5)
    settle()
    assert digests.build("payments", MONDAY)["context"]["satisfied"] == {
        "share": None, "rated": 9, "low": None, "high": None,
    }  # fmt: skip
    assert "Too few rated to say how satisfied they are (n = <10)." in forms()[0]


# Alarms


def test_an_alarm_has_its_q_value_beside_it_and_noise_has_none(themes: dict[str, Theme]) -> None:
    calm_then(themes, payouts=40)
    give(themes["refunds"], MONDAY, 12)
    settle()
    snapshot = digests.build("payments", MONDAY)
    payouts = next(row for row in snapshot["themes"] if row["slug"] == "payouts")
    line = next(row for row in letter(snapshot).themes if row.slug == "payouts")
    assert payouts["q"] < 0.001 and line.chance == "q < 0.001"
    assert letter(snapshot | {"themes": [payouts | {"q": 0.0312}]}).themes[0].chance == "q = 0.031"
    assert letter(snapshot | {"themes": [payouts | {"class": "within noise"}]}).themes[0].chance == ""
    for told in forms():
        assert told.count("q &lt; 0.001") + told.count("q < 0.001") >= 1


def test_the_headline_names_the_interval_and_the_day_of_the_first_answer(cast: Cast, themes: dict[str, Theme]) -> None:
    calm_then(themes, payouts=40)
    settle()
    for days in (3, 4):
        ask_of(cast, themes, on=MONDAY + timedelta(days=days))
    assert digests.build("payments", MONDAY)["headline"] == (
        "Payouts: 40 messages, 80.0 % of contacts [67.0–88.8], 4.0 times the usual share. "
        "2 asks wait for your answer, the first due 30 Mar."
    )


# What closed


def test_what_shipped_this_week_is_closed_with_the_day_its_effect_is_known(
    cast: Cast, themes: dict[str, Theme]
) -> None:
    ask = shipped(cast, themes, on=MONDAY + timedelta(days=1), told=1840)
    snapshot = digests.build("payments", MONDAY)
    (row,) = snapshot["closed"]
    assert (row["id"], row["outcome"], row["users_told"]) == (ask.pk, "shipped", 1840)
    assert (row["shipped_on"], row["measured_until"], row["effect"]) == ("2026-03-03", "2026-04-27", None)
    assert snapshot["asks"] == snapshot["previous"] == []  # each ask stands in a letter once
    words = "shipped 3 Mar; effect: too early, measured until 27 Apr; 1,840 users told"
    assert letter(snapshot).closed[0].detail == words
    assert all("Roll back 34.2?" in told and words in told for told in forms())


def test_in_the_week_in_which_its_eight_weeks_end_the_effect_is_told_with_its_interval(
    cast: Cast, themes: dict[str, Theme]
) -> None:
    ask = shipped(cast, themes, on=SUNDAY - timedelta(days=55))  # eight whole weeks up to Sunday
    Effect.objects.create(
        ask=ask, measured_on=SUNDAY, verdict="better", ratio=0.62, low=0.48, high=0.8, weeks_after=8,
        base_count=1200, base_contacts=9000, after_count=230, after_contacts=2800,
    )  # fmt: skip
    snapshot = digests.build("payments", MONDAY)
    assert [(row["id"], row["outcome"]) for row in snapshot["closed"]] == [(ask.pk, "measured")]
    assert snapshot["closed"][0]["effect"] == {
        "verdict": "better", "ratio": 0.62, "low": 0.48, "high": 0.8, "weeks": 8, "few": False,
    }  # fmt: skip
    assert all("effect ×0.62 [0.48–0.80]: better" in told for told in forms())
    for week in (MONDAY - timedelta(days=7), MONDAY + timedelta(days=7)):
        told = digests.build("payments", week)
        assert (told["closed"], [row["id"] for row in told["previous"]]) == ([], [ask.pk])


def test_a_decline_of_this_week_is_closed_with_its_reason_and_an_earlier_one_is_a_status(
    cast: Cast, themes: dict[str, Theme]
) -> None:
    made = [ask_of(cast, themes, on=MONDAY - timedelta(days=30)) for _ in range(3)]
    for ask, days in zip(made, (-1, 0, 6), strict=True):
        asks.decline(ask, by=cast.users["pat"], reason="Not ours", at=noon(MONDAY + timedelta(days=days)))
    snapshot = digests.build("payments", MONDAY)
    assert [(row["id"], row["outcome"], row["note"]) for row in snapshot["closed"]] == [
        (made[1].pk, "declined", "Not ours"),
        (made[2].pk, "declined", "Not ours"),
    ]
    assert [row["id"] for row in snapshot["previous"]] == [made[0].pk]


def test_what_was_asked_again_in_its_week_is_not_closed(cast: Cast, themes: dict[str, Theme]) -> None:
    ask = ask_of(cast, themes, on=MONDAY - timedelta(days=30))
    asks.decline(ask, by=cast.users["pat"], reason="Not ours", at=noon(MONDAY))
    asks.reopen(ask, by=cast.users["erin"], at=noon(MONDAY + timedelta(days=1)))
    snapshot = digests.build("payments", MONDAY)
    assert (snapshot["closed"], [row["status"] for row in snapshot["previous"]]) == ([], ["open"])


def test_a_closed_ask_stands_in_the_letters_up_to_its_end_and_in_none_after(
    cast: Cast, themes: dict[str, Theme]
) -> None:
    ask = ask_of(cast, themes, on=MONDAY - timedelta(days=30))
    asks.close(ask, by=cast.users["erin"], at=noon(MONDAY + timedelta(days=2)))
    stands = {}
    for weeks in (-1, 0, 1):
        told = digests.build("payments", MONDAY + timedelta(days=7 * weeks))
        stands[weeks] = (len(told["previous"]), len(told["closed"]))
    assert stands == {-1: (1, 0), 0: (0, 1), 1: (0, 0)}


def test_what_closed_is_told_though_its_insight_has_been_shelved_since(cast: Cast, themes: dict[str, Theme]) -> None:
    ask, draft = (ask_of(cast, themes, on=MONDAY - timedelta(days=30)) for _ in range(2))
    Insight.objects.filter(pk=draft.insight_id).update(state="shelved", published_at=None)
    asks.close(ask, by=cast.users["erin"], at=noon(MONDAY + timedelta(days=2)))
    drafting.shelve(ask.insight, by=cast.users["erin"])
    told = digests.build("payments", MONDAY)
    assert ([row["id"] for row in told["closed"]], told["previous"], told["insights"]) == ([ask.pk], [], [])
    earlier = digests.build("payments", MONDAY - timedelta(days=7))
    assert [row["id"] for row in earlier["previous"]] == [ask.pk]


def test_a_program_closes_when_it_ships(cast: Cast, themes: dict[str, Theme]) -> None:
    program = Program.objects.create(title="Payouts that count", area="payments", theme=themes["payouts"])
    Program.objects.create(title="Of another area", area="live", shipped_on=MONDAY)
    programs.ship(program, on=MONDAY, by=cast.users["erin"])
    (row,) = digests.build("payments", MONDAY)["closed"]
    assert (row["kind"], row["title"], row["outcome"]) == ("program", "Payouts that count", "shipped")


def test_a_letter_from_before_blocks_were_kept_can_still_be_read() -> None:
    snapshot = digests.build("payments", MONDAY)
    del snapshot["closed"], snapshot["gaps"]
    for name in ("users", "per_1000_users", "satisfied"):
        del snapshot["context"][name]
    told = letter(snapshot)
    assert (told.gaps, told.closed) == ((), ())
    assert "CLOSED THIS WEEK\nNothing." in plain(told, address="", unsubscribe="")


# Known gaps


def test_a_letter_says_what_has_no_theme_and_who_gave_the_themes(cast: Cast, themes: dict[str, Theme]) -> None:
    given = give(themes["payouts"], MONDAY, 12)
    for said in given[:3]:
        FeedbackTheme.objects.create(
            feedback=said, theme=themes["payouts"], version_id=1, by="person", user=cast.users["erin"], state="accepted"
        )
    Feedback.objects.bulk_create(
        Feedback(source="reviews", ref=f"x{n}", occurred_at=noon(MONDAY), text="?") for n in range(4)
    )
    SuggestionRun.objects.create(temperature=1.0, top_1=0.84, held_out=200, learned_at=datetime(2026, 3, 1, tzinfo=UTC))
    settle()
    tags = digests.build("payments", MONDAY)["gaps"]["tags"]
    assert tags == {"counted": 12, "by_no_person": 9, "model_right": 0.84, "model_tried": 200}
    for told in forms():
        assert "4 of 16 pieces of feedback have no theme (25.0 %)." in told
        assert (
            "9 of 12 tags are by rule or model (75.0 %): no person has looked at them; "
            "the model is right for 84.0 % of 200 texts."
        ) in told


def test_late_figures_and_silent_sources_are_named(themes: dict[str, Theme]) -> None:
    for name, at in (("Reviews", noon(MONDAY)), ("Gone", noon(date(2025, 1, 1))), ("Fresh", noon(date(2026, 3, 9)))):
        FeedbackSource.objects.create(slug=name.lower(), name=name, kind="file", last_success_at=at)
    StaleCell.objects.create(source="feedback", day=MONDAY, team=0, marked_at=noon(date(2026, 3, 4)))
    gaps = digests.build("payments", MONDAY)["gaps"]
    assert (gaps["complete_to"], [row["name"] for row in gaps["silent"]]) == ("2026-03-04T12:00:00+00:00", ["Reviews"])
    for told in forms():
        assert "Figures reach to 4 Mar; what came later is not in them yet." in told
        assert "Nothing has come from Reviews since 2 Mar." in told


@pytest.mark.parametrize(
    ("now", "silent"),
    [
        (datetime(2026, 3, 4, 18, tzinfo=UTC), []),  # Wednesday of its week
        (datetime(2026, 3, 9, 0, 30, tzinfo=UTC), ["Reviews"]),  # just after its end
    ],
)
def test_a_source_that_was_heard_within_a_day_is_not_silent(now: datetime, silent: list[str]) -> None:
    heard = (("Reviews", datetime(2026, 3, 4, 12, tzinfo=UTC)), ("Survey", datetime(2026, 3, 8, 23, tzinfo=UTC)))
    for name, at in heard:
        FeedbackSource.objects.create(slug=name.lower(), name=name, kind="file", last_success_at=at)
    with travel(now, tick=False):
        gaps = digests.build("payments", MONDAY)["gaps"]
    assert [row["name"] for row in gaps["silent"]] == silent


def test_what_is_too_few_or_was_masked_is_told(cast: Cast, themes: dict[str, Theme]) -> None:
    give(themes["refunds"], MONDAY, 9)
    (said,) = give(themes["payouts"], MONDAY, 1)
    ask = ask_of(cast, themes, on=MONDAY + timedelta(days=1))
    drafting.quote(ask.insight, said, by=cast.users["erin"])
    Feedback.objects.filter(pk=said.pk).update(detections=1)
    settle()
    gaps = digests.build("payments", MONDAY)["gaps"]
    assert (gaps["few_themes"], gaps["short_history"], gaps["withheld_quotes"]) == (2, 2, 1)
    for told in forms():
        assert "2 themes with fewer than 10 messages: too few to show." in told
        assert "1 quote left out: personal data had to be masked." in told


def test_an_ask_says_what_will_judge_it(cast: Cast, themes: dict[str, Theme]) -> None:
    ask = ask_of(cast, themes, on=MONDAY)
    (row,) = letter(digests.build("payments", MONDAY)).asks
    assert row.detail == "asked 6 days ago; judged by messages per contact about Payouts"
    assert AskStep.objects.filter(ask=ask).count() == 1
