"""Drawing samples from solved tickets: who can be drawn, with which probability, in which seats."""

import csv
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.test import override_settings

from ops_dashboard.people.models import Agent, Team
from quality.models import Review, Sample, SampledTicket, SamplePlan
from quality.samples import NotDrawable, draw, draw_due, population_of
from tests.cast import Cast, make_cast
from tests.quality.building import MONDAY, save_plan, save_scorecard, save_solve
from tests.tickets.rows import save_ticket
from tickets.models import Channel, Source, Ticket

pytestmark = pytest.mark.django_db
WEDNESDAY = datetime(2026, 3, 25, 12, tzinfo=UTC)


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    Team.objects.update(support_function="Accounts")
    Source.objects.create(slug="desk", kind="events")
    return cast


def solved(
    ref: int,
    agent: Agent,
    team: Team,
    *,
    at: datetime = WEDNESDAY,
    channel: int = 0,
    last: bool = True,
    reopens: int = 0,
) -> Ticket:
    ticket = save_ticket(Source.objects.get(), str(ref), at=at - timedelta(days=1), team=team, reopens=reopens)
    save_solve(ticket, agent, team, at=at, channel=channel, last=last)
    return ticket


def many(cast: Cast, *, alice: int = 0, dave: int = 0) -> None:
    for ref in range(alice):
        solved(ref, cast.agents["alice"], cast.teams["team-a"])
    for ref in range(alice, alice + dave):
        solved(ref, cast.agents["dave"], cast.teams["team-b"])


@pytest.fixture
def lopsided(cast: Cast) -> Cast:
    """Team A: 39 tickets by alice, one of them at risk. Team B: two by dave and one, in a chat, by bob."""
    chat = Channel.objects.create(slug="chat", label="Chat")
    for ref in range(39):
        solved(ref, cast.agents["alice"], cast.teams["team-a"], reopens=int(ref == 0))
    for ref, name in ((39, "dave"), (40, "dave"), (41, "bob")):
        solved(ref, cast.agents[name], cast.teams["team-b"], channel=chat.pk if name == "bob" else 0)
    return cast


def plan(**columns: object) -> SamplePlan:
    return save_plan(save_scorecard().scorecard, **columns)


def test_a_sample_is_in_proportion_with_known_probabilities(cast: Cast) -> None:
    many(cast, alice=30, dave=10)
    sample = draw(plan(size=8), MONDAY, by="quinn")
    assert (sample.population, sample.start_on, sample.end_on) == (40, MONDAY, date(2026, 3, 29))
    told = [{"name": "Team A", "held": 30, "drawn": 6}, {"name": "Team B", "held": 10, "drawn": 2}]
    assert sample.strata == told
    drawn = SampledTicket.objects.filter(sample=sample)
    assert {row.probability for row in drawn} == {0.2}
    assert sum(row.weight for row in drawn) == pytest.approx(40)


def test_the_same_seed_draws_the_same_tickets_again(cast: Cast) -> None:
    many(cast, alice=40)
    first = plan(size=10)
    sample = draw(first, MONDAY, by="quinn")
    before = set(sample.tickets.values_list("ticket", flat=True))
    sample.delete()
    assert set(draw(first, MONDAY, by="quinn").tickets.values_list("ticket", flat=True)) == before


def test_every_agent_gets_the_quota_or_all_there_is(cast: Cast) -> None:
    many(cast, alice=30, dave=2)
    sample = draw(plan(size=5, strata="agent"), MONDAY, by="quinn")
    rows = sample.tickets.order_by("agent").values_list("agent__slug", "probability")
    assert sorted(rows) == [("alice", 5 / 30)] * 5 + [("dave", 1.0)] * 2


def test_risk_is_favoured_with_its_weight(cast: Cast) -> None:
    for ref in range(40):
        solved(ref, cast.agents["alice"], cast.teams["team-a"], reopens=int(ref < 8))
    sample = draw(plan(size=8, strata="risk", risk_share=50), MONDAY, by="quinn")
    told = {row["name"]: (row["held"], row["drawn"]) for row in sample.strata}
    assert told == {"At risk": (8, 4), "The rest": (32, 4)}
    assert sum(row.weight for row in sample.tickets.all()) == pytest.approx(40)


@pytest.mark.parametrize("strata", SamplePlan.Strata.values)
@pytest.mark.parametrize("columns", [{"size": 1}, {"size": 5}, {"size": 5, "risk_share": 1}, {"size": 7, "least": 3},
                                     {"size": 90}])  # fmt: skip
def test_the_weights_of_a_draw_add_up_to_its_population(
    lopsided: Cast, strata: str, columns: dict[str, object]
) -> None:
    sample = draw(plan(strata=strata, **columns), MONDAY, by="quinn")
    assert sample.population == 42
    assert sum(row.weight for row in sample.tickets.all()) == pytest.approx(42)
    assert all(row["drawn"] >= 1 for row in sample.strata)


def test_a_small_stratum_is_drawn_from_and_stands_for_itself(lopsided: Cast) -> None:
    sample = draw(plan(size=4), MONDAY, by="quinn")
    # 39 and 3 of 42 tickets: 3.7 and 0.3 of the four.
    assert [(row["name"], row["held"], row["drawn"]) for row in sample.strata] == [("Team A", 39, 3), ("Team B", 3, 1)]
    sample = draw(plan(name="risk", size=4, strata="risk", risk_share=1), MONDAY, by="quinn")
    assert {row["name"]: row["drawn"] for row in sample.strata} == {"At risk": 1, "The rest": 4}


def test_a_draw_that_left_tickets_out_says_so(cast: Cast) -> None:
    strata = [{"name": "Team A", "held": 30, "drawn": 2}, {"name": "Team B", "held": 7, "drawn": 0}]
    sample = Sample.objects.create(
        plan=plan(), start_on=MONDAY, end_on=MONDAY + timedelta(days=6), seed="s", population=37, strata=strata
    )
    said = cast.client("quinn").get(f"/samples/{sample.pk}/").content.decode()
    assert "7 solved tickets had no chance to be drawn" in said


def test_a_share_of_the_tickets_gets_two_seats(cast: Cast) -> None:
    many(cast, alice=40)
    sample = draw(plan(size=20, double_share=25), MONDAY, by="quinn")
    assert sample.tickets.filter(seats=2).count() == 5
    assert Review.objects.filter(sampled__sample=sample).count() == 25
    assert Review.objects.filter(seat=2).count() == 5


def test_only_the_last_solves_of_agents_of_the_function_in_the_week_count(cast: Cast) -> None:
    Team.objects.create(slug="other", name="Other", support_function="Payments")
    alice, team = cast.agents["alice"], cast.teams["team-a"]
    wanted = solved(1, alice, team)
    solved(2, alice, team, last=False)
    solved(3, alice, Team.objects.get(slug="other"))
    solved(4, alice, team, at=WEDNESDAY - timedelta(days=7))
    solved(5, alice, team, at=WEDNESDAY + timedelta(days=7))
    population = population_of(plan(), MONDAY, MONDAY + timedelta(days=6))
    assert population.ticket.tolist() == [wanted.id]


def test_a_plan_may_be_of_some_channels_only(cast: Cast) -> None:
    chat = Channel.objects.create(slug="chat", label="Chat")
    solved(1, cast.agents["alice"], cast.teams["team-a"], channel=chat.pk)
    solved(2, cast.agents["alice"], cast.teams["team-a"])
    assert draw(plan(channels=["chat"]), MONDAY, by="quinn").population == 1


@override_settings(REPORTING_ZONE="Europe/London")
def test_the_week_is_cut_in_the_reporting_zone(cast: Cast) -> None:
    """Summer time begins on Sunday 29 March 2026: the week ends at 23:00 UTC."""
    alice, team = cast.agents["alice"], cast.teams["team-a"]
    inside = solved(1, alice, team, at=datetime(2026, 3, 29, 22, 59, tzinfo=UTC))
    solved(2, alice, team, at=datetime(2026, 3, 29, 23, 0, tzinfo=UTC))
    population = population_of(plan(), MONDAY, MONDAY + timedelta(days=6))
    assert population.ticket.tolist() == [inside.id]


def test_a_week_is_drawn_once(cast: Cast) -> None:
    many(cast, alice=5)
    weekly = plan()
    draw(weekly, MONDAY, by="quinn")
    with pytest.raises(NotDrawable, match="2026-03-23 was drawn already"):
        draw(weekly, MONDAY + timedelta(days=3), by="quinn")


def test_a_week_without_work_has_no_sample(cast: Cast) -> None:
    with pytest.raises(NotDrawable, match="No agent of Accounts solved a ticket"):
        draw(plan(), MONDAY, by="quinn")


def test_what_is_due_is_drawn_once_and_idle_plans_are_left(cast: Cast) -> None:
    many(cast, alice=5)
    weekly = plan()
    save_plan(weekly.scorecard, name="idle", is_active=False)
    save_plan(save_scorecard("Payments").scorecard, name="nothing solved")
    assert draw_due(today=MONDAY + timedelta(days=8)) == 1
    assert draw_due(today=MONDAY + timedelta(days=8)) == 0
    assert weekly.samples.get().start_on == MONDAY


def test_the_file_of_draws_has_a_row_for_each_stratum(cast: Cast) -> None:
    many(cast, alice=30, dave=10)
    draw(plan(size=8), MONDAY, by="quinn")
    answer = cast.client("quinn").get("/samples/export.csv")
    assert answer["Content-Disposition"] == 'attachment; filename="samples.csv"'
    first, second = csv.DictReader(StringIO(answer.content.decode("utf-8-sig")))
    assert (first["stratum"], first["solved"], first["drawn"]) == ("Team A", "30", "6")
    assert (first["probability"], first["weight"], first["drawn_by"]) == ("0.2", "5.0", "quinn")
    assert (second["stratum"], second["weight"], second["week_of"]) == ("Team B", "5.0", "2026-03-23")


def test_draws_are_listed_thirty_to_a_page(cast: Cast) -> None:
    drawn = plan(size=8)
    weeks = [MONDAY - timedelta(days=7 * back) for back in range(31)]
    Sample.objects.bulk_create(
        Sample(plan=drawn, start_on=week, end_on=week + timedelta(days=6), seed="s", population=0) for week in weeks
    )
    first = cast.client("quinn").get("/samples/").content.decode()
    assert "31 draws" in first and 'rel="next" href="/samples/?page=2"' in first
    last = cast.client("quinn").get("/samples/?page=2").content.decode()
    assert 'rel="prev" href="/samples/?page=1"' in last and 'rel="next"' not in last
