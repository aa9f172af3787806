"""The roster of 300 people: server time of the page and of an edit with its re-check, queries, weight."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from statistics import median, quantiles
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from ops_dashboard.people.models import Agent, Membership, User
from ops_dashboard.people.roles import Role
from tests.bench import ground
from tests.workforce.rostering import make_team, published, shift
from workforce.activities import ensured
from workforce.models import Contract, Shift, TimeOff
from workforce.shift_changes import Told, with_activity

TEAMS, PEOPLE_A_TEAM, ROUNDS = 10, 30, 15
MONDAY = date(2026, 3, 23)
WEEK = timedelta(days=7)


def run() -> None:
    """Print one line a question: milliseconds, queries, kilobytes of HTML."""
    ground.prepare()
    if not Shift.objects.exists():
        _build()
    user, _ = User.objects.get_or_create(username="bench-planner", defaults={"role": Role.PLANNER})
    print(f"| roster, {TEAMS * PEOPLE_A_TEAM} people | CPU ms | p50 ms | p95 ms | queries | HTML kB |")
    print("|---|---|---|---|---|---|")
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        client = Client()
        client.force_login(user)
        week = f"week={MONDAY.isoformat()}"
        _line("the page, all teams", lambda n: client.get(f"/roster/?{week}"))
        _line("the page, one team", lambda n: client.get(f"/roster/?{week}&team=bench-3"))
        _line("one day", lambda n: client.get(f"/roster/day/?team=bench-3&agent=bench-3-4&on={MONDAY}"))
        _line("an edit with its re-check, all teams shown", lambda n: _edit(client, n, week))
        _line("an edit with its re-check, one team shown", lambda n: _edit(client, n, f"{week}&team=bench-3"))


def _edit(client: Client, number: int, page: str) -> Any:
    """Move the end of a shift by a quarter of an hour, each time of another person."""
    agent = f"bench-3-{number % PEOPLE_A_TEAM}"
    shown = sorted(Shift.objects.filter(agent__slug=agent, version__week=MONDAY), key=lambda row: row.version.state)
    row = shown[0]  # a draft's comes before a published one
    form = {
        "act": "times", "team": "bench-3", "agent": agent, "on": row.on, "key": row.key, "seen": row.revision,
        "start": "08:00", "end": f"16:{15 + number % 4 * 10}", "to_on": row.on, "to_agent": agent, "page": page,
    }  # fmt: skip
    return client.post("/roster/edit/", form, headers={"HX-Request": "true"})


def _line(name: str, ask: Callable[[int], Any]) -> None:
    with CaptureQueriesContext(connection) as asked:
        response = ask(0)
        queries = len(asked)
    assert response.status_code == 200, (name, response.status_code)
    times, began_cpu = [], ground.cpu_seconds()
    for number in range(1, ROUNDS + 1):
        began = time.perf_counter()
        ask(number)
        times.append(1000 * (time.perf_counter() - began))
    cpu = 1000 * (ground.cpu_seconds() - began_cpu) / ROUNDS
    weight = len(response.content) / 1000
    print(
        f"| {name} | {cpu:.0f} | {median(times):.0f} | {quantiles(times, n=20)[-1]:.0f} | {queries} | {weight:.0f} |",
        flush=True,
    )


def _build() -> None:
    """Ten teams, each person on five shifts of five parts a week, two weeks of them, and a few away."""
    leave = ensured()["leave"]
    for team_number in range(TEAMS):
        names = [f"bench-{team_number}-{number}" for number in range(PEOPLE_A_TEAM)]
        team, people = make_team(f"bench-{team_number}", *names)
        for monday in (MONDAY - WEEK, MONDAY):
            shifts = [_shift(people[name], monday, n + day) for n, name in enumerate(names) for day in range(5)]
            published(team, *shifts, monday=monday)
        start = datetime(2026, 3, 24, tzinfo=UTC)
        TimeOff.objects.bulk_create(
            TimeOff(agent=people[name], activity=leave, start_at=start, end_at=start + 2 * WEEK / 7, state="approved")
            for name in names[:3]
        )
    assert Contract.objects.count() == Membership.objects.count() == TEAMS * PEOPLE_A_TEAM == Agent.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _shift(agent: Agent, monday: date, number: int) -> Told:
    """From eight to four or later, with a break and lunch."""
    told = shift(agent, monday + timedelta(days=number % 7), "08:00", "16:00")
    known = ensured()
    for activity, at, minutes in (("break", 120, 15), ("lunch", 240, 30)):
        begin = told.start_s + at * 60
        told = with_activity(told, begin, begin + minutes * 60, known[activity].pk)
    return told
