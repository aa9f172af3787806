"""What is planted in the demo is found by the parts of the product that look for such things.

Which day, team or theme it is, nobody tells them: the whole of what a reader would see is looked at.
"""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from insights import sizing
from insights.demo import feedback, hearing, loop
from insights.models import Alarm, Insight, Theme
from insights.tagging_agreement import agreement
from ops_dashboard.metrics import rollup
from ops_dashboard.metrics.explanations import Explanation, explain
from ops_dashboard.metrics.forms import Asked
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.query import Query, Reader
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import SYSTEM
from quality import demo as quality
from quality.models import CalibrationPair, Scorecard
from quality.strictness import strictness
from tickets.demo import records
from tickets.demo.catalogue import TEAMS
from tickets.demo.cohort import ALL_REASONS, OUTAGE_REASONS
from tickets.demo.live import tell_history
from tickets.demo.stories import OUTAGE_TEAMS
from tickets.demo.world import World
from workforce.demo import rostering
from workforce.equal_mix import equal_mix

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 4, 8, 12, tzinfo=UTC)
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
END = NOW.date() - DAY
LATELY = Period(END - 8 * WEEK + DAY, END)
READER = Reader(SYSTEM)


def tell_planner() -> None:
    """As autovacuum does in an installation."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@pytest.fixture(scope="module")
def world(on_stage: None) -> World:
    """A quarter of it; reviews come as often as they do at the usual size."""
    world = World(1, 3_900, 13, NOW)
    tell_history(records.settle(world), world, created=lambda _: None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feedback, "LEAST", 1.0)
        for part in (hearing, loop, quality, rostering):
            tell_planner()
            part.tell(world)
    rollup.refill_everything()
    tell_planner()
    return world


def why(metric: str, after: Period, before: Period, *, by: str) -> Explanation:
    """What `Why it changed` says, the largest effect first."""
    return explain(Query(metric, after), against=before, by=by, reader=READER)


def weeks(first: date, count: int) -> Period:
    return Period(first, first + count * WEEK - DAY)


def shown(name: str, address: str) -> str:
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client.get(address).content.decode()


def test_the_outage_is_the_highest_day_and_its_teams_and_reasons_explain_it(world: World) -> None:
    days = READER.run(Query("created", Period(world.stories.start.date() + DAY, END), Grain.DAY)).rows
    highest = max(days, key=lambda row: row.figure.value or 0.0).start
    assert highest == world.stories.outage.date()
    day, before = Period(highest, highest), Period(highest - WEEK, highest - WEEK)
    teams = why("created", day, before, by="team")
    broken = {team.name for team in TEAMS if team.slug in OUTAGE_TEAMS}
    assert {effect.label for effect in teams.effects[:4]} < broken
    assert teams.change and sum(e.total for e in teams.effects if e.label in broken) > 0.8 * teams.change
    reasons = {reason.label for reason in ALL_REASONS if reason.slug in {r for s in OUTAGE_REASONS.values() for r in s}}
    assert {effect.label for effect in why("created", day, before, by="reason").effects[:3]} < reasons


def test_the_outage_raises_alarms_on_its_own_themes_by_the_next_day(world: World) -> None:
    """It falls into the bad release, which has an alarm of its own."""
    on = world.stories.outage.date()
    opened = Alarm.objects.filter(opened_on__range=(on, on + DAY)).exclude(theme__slug="upload-fails")
    themes = {slug for slugs in OUTAGE_REASONS.values() for slug in slugs}
    assert {alarm.theme.slug for alarm in opened} == themes
    assert all(alarm.insight.state == Insight.State.DRAFT for alarm in opened)


def test_the_launch_explains_why_more_is_written(world: World) -> None:
    launch = world.stories.launch.date()
    found = why("created", weeks(launch, 2), weeks(launch - 2 * WEEK, 2), by="reason")
    assert found.effects[0].label == "Gift subscription"
    assert found.change and found.effects[0].total > found.change / 2


def test_the_declining_team_explains_why_fewer_first_replies_are_on_time(world: World) -> None:
    first = world.stories.start.date() + DAY
    found = why("first_reply_attainment", weeks(END - 4 * WEEK + DAY, 4), weeks(first, 4), by="team")
    assert found.change and found.change < 0
    assert found.effects[0].label == "Creator support Dublin"
    assert found.effects[0].rate < 0 and abs(found.effects[0].rate) > 5 * abs(found.effects[0].mix)


def test_the_bad_release_raises_an_alarm_on_uploads_alone_within_days(world: World) -> None:
    """It came 23 days ago: the alarm opens a draft that names the theme and its size."""
    release = NOW.date() - 23 * DAY
    of_the_outage = [slug for slugs in OUTAGE_REASONS.values() for slug in slugs]
    opened = Alarm.objects.filter(opened_on__gte=release, opened_on__lt=release + 5 * DAY)
    alarm = opened.exclude(theme__slug__in=of_the_outage).get()
    assert (alarm.theme.slug, alarm.insight.state) == ("upload-fails", Insight.State.DRAFT)
    size = re.fullmatch(r"Upload fails: (\d+) messages in .*, ([\d.]+) times the usual \d+", alarm.insight.claim)
    assert size and int(size[1]) >= 10 and float(size[2]) > 2


def test_what_rises_slowly_and_what_rises_now_stand_on_emerging(world: World) -> None:
    """Payouts got slower week after week, gifts vanish since six days ago; uploads have been well for two weeks."""
    slow, now = (Alarm.objects.open().get(theme__slug=slug) for slug in ("payout-delayed", "gift-display"))
    assert slow.last_on == now.last_on == END
    assert len({entry["on"] for entry in slow.context}) > 10
    assert now.opened_on < NOW.date() - 4 * DAY <= now.opened_on + 2 * DAY
    page = shown("demo-analyst", "/emerging/")
    assert "Payout delayed" in page and "Gifts not shown" in page


def test_the_under_served_language_is_answered_last_and_an_insight_says_what_it_asks_for(world: World) -> None:
    found = READER.run(Query("first_reply_attainment", LATELY, by=("language",)))
    kept = {row.keys[0]: row.figure for row in found.rows}
    worst = min(kept, key=lambda language: kept[language].value or 0.0)
    assert worst == "it"
    assert (kept["it"].high or 1.0) < (kept["en"].low or 0.0)
    insight = Insight.objects.published().get(themes__slug="captions")
    told = sizing.by_cut([Theme.objects.get(slug="captions")], LATELY, "language", reader=READER)
    written = {row.labels[0]: row.figure.value or 0.0 for row in told.rows}
    assert written["Italian"] > 0.8 * sum(written.values()) and sum(written.values()) > 10
    assert insight.claim in shown("demo-analyst", "/insights/").replace("&#x27;", "'")


def test_the_strict_and_the_lenient_reviewer_are_told_apart_and_no_other(world: World) -> None:
    every = strictness(list(CalibrationPair.objects.select_related("first", "second")))
    flagged = {one.name: one.severity.shift < 0 for one in every if one.is_told and one.severity.is_told_apart}
    assert flagged == {"Imre V.": True, "Soledad K.": False}
    addresses = [f"{reverse('calibration')}?scorecard={card.slug}" for card in Scorecard.objects.all()]
    badges = re.compile(r'<th scope="row">([^<]+?) <span class="badge[^>]*>(strict|lenient)')
    pages = {found for address in addresses for found in badges.findall(shown("demo-reviewer", address))}
    assert {("Imre V.", "strict"), ("Soledad K.", "lenient")} <= pages


def test_vendors_cost_less_at_equal_case_mix_and_keep_as_much(world: World) -> None:
    """At the same cases a resolution of either vendor costs less than everybody's, of our own people more; what is
    solved on time differs from everybody's by no more than chance."""
    tables = equal_mix(READER, Asked(LATELY, "", None, "", Grain.WEEK))
    cost = {row[0].text: told(row[-1].quiet) for row in tables["output"].rows}
    on_time = {row[0].text: told(row[2].quiet) for row in tables["quality"].rows}
    assert set(cost) == set(on_time) == {"Cordoline Contact", "In-house", "Lanternbay Services"}
    for name in ("Cordoline Contact", "Lanternbay Services"):
        low, high, everybody = cost[name]
        assert high < everybody
    low, high, everybody = cost["In-house"]
    assert low > everybody
    assert all(low < everybody < high for low, high, everybody in on_time.values())


def told(words: str) -> tuple[float, float, float]:
    """`6.5–9.1 on 23 % of work; all 12.7` as numbers: the interval, and what everybody has on that work."""
    said = re.fullmatch(r"([\d.]+)–([\d.]+)(?: on [\d.]+ % of work)?; all ([\d.]+)", words)
    assert said, words
    low, high, everybody = (float(number) for number in said.groups())
    return low, high, everybody


def test_what_two_analysts_tagged_tells_how_far_they_agree(world: World) -> None:
    found = agreement()
    assert found.is_told and found.share and 0.7 < found.share < 0.95
    page = shown("demo-analyst", "/tagging/")
    assert f"<dt>Tagged by two</dt><dd>{found.units}</dd>" in page and "<b>0</b> left" not in page
