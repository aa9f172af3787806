"""From a figure to its tickets: the number clicked is the number listed, on every metric that counts tickets."""

from datetime import date, timedelta
from itertools import product

import pytest
from django.http import QueryDict
from django.test import Client

from ops_dashboard.metrics import rollup
from ops_dashboard.metrics.asking import rows_source
from ops_dashboard.metrics.definitions import Level, Total, registry
from ops_dashboard.metrics.query import Reader
from ops_dashboard.people.models import Team, User
from ops_dashboard.people.roles import Role, scope_for
from tests.tickets.drafting import MONDAY, STORY, draft, take
from tickets.drill import BadDrill, behind

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 20)
PERIOD = "2026-03-02..2026-03-15"
STEPS = ("solved", "closed", "deleted", "open", "pending")


@pytest.fixture(scope="module", autouse=True)
def organisation(on_stage: None) -> None:
    """The story, and one ticket for each team and fate."""
    take(STORY)
    for n, (team, step) in enumerate(product(("red", "blue"), STEPS)):
        ref, day = f"N{n}", 1440 * (n % 7)
        take(
            [
                draft("ticket_created", day, by="rita", ticket=ref, status="new", team=team, channel="chat"),
                draft("requester_message", day, by="rita", ticket=ref, seq=1),
                draft("agent_reply", day + 30, by="alice", ticket=ref, is_public=True),
                draft("status_changed", day + 60 + n, by="alice", ticket=ref, status=step),
            ]
        )
    rollup.refill()


def client_of(role: Role, *, team: str = "") -> Client:
    user = User.objects.create(username=role, role=role)
    user.teams.set(Team.objects.filter(slug=team))
    client = Client()
    client.force_login(user)
    return client


def listed(client: Client, query: str) -> int:
    return client.get(f"/api/v1/tickets/?{query}").json()["count"]


def figure(client: Client, metric: str, query: str) -> float:
    user = User.objects.get(pk=client.session["_auth_user_id"])
    drill = behind(QueryDict(f"metric={metric}&{query}"), scope=scope_for(user), today=TODAY)
    assert drill is not None
    return Reader(scope_for(user)).run(drill.asked.query(metric)).total.value or 0


@pytest.mark.parametrize("metric", ["created", "first_solved", "last_solved", "backlog", "closed", "merged", "deleted"])
@pytest.mark.parametrize("where", ["", "&team=red", "&team=blue&channel=chat", "&channel=email"])
def test_the_number_clicked_is_the_number_listed(metric: str, where: str) -> None:
    client = client_of(Role.MANAGER)
    query = f"period={PERIOD}{where}"
    assert listed(client, f"metric={metric}&{query}") == figure(client, metric, query)


@pytest.mark.parametrize("metric", ["created", "first_solved", "backlog", "moved_out"])
def test_a_lead_lists_all_that_the_figure_of_the_team_counts(metric: str) -> None:
    """The story left team red for blue: it counts for red where it happened there, and red may see it."""
    client = client_of(Role.TEAM_LEAD, team="red")
    query = f"period={PERIOD}"
    assert listed(client, f"metric={metric}&{query}") == figure(client, metric, query)


def test_figures_of_this_organisation_are_not_all_zero() -> None:
    client = client_of(Role.MANAGER)
    values = {
        metric: figure(client, metric, f"period={PERIOD}") for metric in ("created", "backlog", "deleted", "moved_out")
    }
    assert values == {"created": 11, "backlog": 4, "deleted": 2, "moved_out": 1}


def test_facts_on_the_same_ticket_are_listed_once_and_the_page_says_so() -> None:
    """The story was solved twice."""
    client = client_of(Role.MANAGER)
    query = f"metric=solved&period={PERIOD}&channel=email"
    assert (figure(client, "solved", query), listed(client, query)) == (2, 1)
    assert "2 facts on 1 tickets" in client.get(f"/tickets/?{query}").content.decode()


def test_the_list_narrows_a_figure_and_never_widens_it() -> None:
    client = client_of(Role.MANAGER)
    query = f"metric=created&period={PERIOD}"
    assert listed(client, f"{query}&status=unsolved") == 4
    assert listed(client, f"{query}&ref=N0") == 1


def test_every_metric_that_counts_tickets_can_be_opened() -> None:
    client = client_of(Role.MANAGER)
    for metric in registry.metrics():
        response = client.get(f"/api/v1/tickets/?metric={metric.slug}&period={PERIOD}")
        if (about := rows_source(metric).about) != "ticket":
            assert response.json() == {"metric": f"{metric.label} counts {about}s, not tickets."}
            continue
        assert (metric.slug, response.status_code) == (metric.slug, 200)
        if isinstance(metric, Total | Level) and not metric.slug.startswith("promises"):
            assert response.json()["count"] <= max(11, figure(client, metric.slug, f"period={PERIOD}"))


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("metric=tea", "no metric 'tea'"),
        ("metric=created&period=2026-13", "'2026-13' is not a period"),
        ("metric=created&team=nowhere", "no team 'nowhere'"),
        ("metric=themed", "counts feedbacks, not tickets"),
    ],
)
def test_a_figure_that_makes_no_sense_lists_nothing_and_says_why(query: str, words: str) -> None:
    client = client_of(Role.MANAGER)
    page = client.get(f"/tickets/?{query}").content.decode()
    assert words.replace("'", "&#x27;") in page
    assert "0 tickets" in page


def test_a_reader_without_names_cannot_open_a_figure_by_agent() -> None:
    user = User.objects.create(username="erin", role=Role.ANALYST)
    with pytest.raises(BadDrill, match="may not see figures by agent"):
        behind(QueryDict("metric=solved&agent=alice"), scope=scope_for(user), today=TODAY)


def test_a_figure_keeps_its_filters_while_the_list_is_filtered() -> None:
    page = client_of(Role.MANAGER).get(f"/tickets/?metric=created&period={PERIOD}&team=red").content.decode()
    for name, value in (("metric", "created"), ("period", PERIOD), ("team", "red")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in page
    assert 'id="chip-team"' not in page
    assert 'id="chip-status"' in page


def test_the_period_is_a_day_when_a_day_is_clicked() -> None:
    client = client_of(Role.MANAGER)
    days = [MONDAY.date() + timedelta(days=n) for n in range(7)]
    assert [listed(client, f"metric=created&period={day}..{day}") for day in days] == [3, 2, 2, 1, 1, 1, 1]
