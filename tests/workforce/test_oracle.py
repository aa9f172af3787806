"""Every workforce metric against a naive telling: each rostered minute looked at by itself, in three zones."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from math import isclose
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from ops_dashboard.metrics import reconciliation, rollup
from ops_dashboard.metrics.definitions import Metric, Ratio, Total, Unit, registry
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.query import Query, run
from ops_dashboard.metrics.rollup import mark_days
from ops_dashboard.people.models import Agent, Site, Team, Vendor
from ops_dashboard.people.roles import SYSTEM
from tests.metrics.facts import CUTS as NO_CUTS
from tests.metrics.facts import add_ticket, record
from tests.workforce.rostering import MONDAY, make_team, revision, shift, week
from tickets.models import Solve, Worklog
from workforce import answered, rosters, timekeeping, volumes
from workforce.activities import ensured
from workforce.metrics import COST, HOURS, PRODUCTIVITY
from workforce.models import Activity, Contract, ContractType, Queue, Rate, ShiftSegment
from workforce.shift_changes import Segment, Told
from workforce.shift_changes import monday as week_of

NOW = datetime(2026, 4, 20, 12, tzinfo=UTC)
PERIOD = Period(date(2026, 3, 26), date(2026, 4, 6))  # Europe's clocks go forward on the 29th
UNCUT = {
    "planned_occupancy": "agent",
    "contacts_done": "agent",
}  # what an hour's work is assumed to take is not told by person
CUTS = ((), ("team",), ("site",), ("vendor",), ("agent",), ("vendor", "agent"))
MINUTE = timedelta(minutes=1)
RAISE = date(2026, 4, 1)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    present = [NOW]
    monkeypatch.setattr(timezone, "now", lambda: present[0])
    return present


@pytest.fixture
def worked(db: None, clock: list[datetime]) -> list[Team]:
    """Two weeks of four agents in two teams, one of a vendor; a third team solves without a roster."""
    own, people = make_team("own", "ada", "ben")
    hired, others = make_team("hired", "cem", "dot")
    idle = Team.objects.create(slug="idle", name="Idle", site=Site.objects.create(slug="far", name="Far"))
    hired.vendor = Vendor.objects.create(slug="acme", name="Acme")
    hired.save()
    _rates(own, hired, people["ben"])
    for team, agents in ((own, people), (hired, others)):
        for monday in (MONDAY, MONDAY + timedelta(days=7)):
            _publish(team, list(agents.values()), monday)
    _solve([own.pk, hired.pk, idle.pk, 0], [agent.pk for agent in (*people.values(), *others.values())])
    _queues(own)
    rollup.refill()
    return [own, hired, idle]


def _rates(own: Team, hired: Team, ben: Agent) -> None:
    """By contract with a raise, by vendor on productive hours; Ben has a contract without a rate."""
    full, unrated = ContractType.objects.get(slug="full"), ContractType.objects.create(slug="odd", name="Odd")
    Contract.objects.filter(agent=ben).update(type=unrated)
    Rate.objects.create(contract_type=full, minor_an_hour=3000, valid_from=date(2026, 1, 1), valid_to=RAISE)
    Rate.objects.create(contract_type=full, minor_an_hour=3333, valid_from=RAISE)
    Rate.objects.create(
        vendor=hired.vendor,
        minor_an_hour=1250,
        basis=Rate.Basis.PRODUCTIVE,
        valid_from=date(2026, 1, 1),
        valid_to=RAISE,
    )
    Rate.objects.create(vendor=hired.vendor, minor_an_hour=1300, basis=Rate.Basis.SCHEDULED, valid_from=RAISE)
    Rate.objects.create(team=own, minor_an_hour=4000, valid_from=date(2026, 4, 3), valid_to=date(2026, 4, 4))


def _publish(team: Team, agents: list[Agent], monday: date) -> None:
    """Odd lengths, nights across midnight and the change of clocks, breaks, sickness, training."""
    known = ensured()
    asked = week(team, monday)
    told = []
    for place, agent in enumerate(agents):
        for day in (monday + timedelta(days=n) for n in (0, 3, 5, 6)):
            plain = shift(agent, day, *(("09:10", "17:25") if place else ("13:05", "23:40")))
            told.append(_with_breaks(plain, known, is_sick=place == 1 and day.day % 3 == 0))
    rosters.add(asked, told)
    rosters.publish(asked, seen=rosters.pending(team, monday)[0].mark)  # type: ignore[union-attr]


def _with_breaks(plain: Told, known: dict[str, Activity], *, is_sick: bool) -> Told:
    (whole,) = plain.segments
    if is_sick:
        return Told(plain.key, plain.agent, plain.on, plain.zone, (Segment(known["sick"].pk, *_ends(whole)),))
    start, end = _ends(whole)
    marks = [start, start + 6300, start + 7200, start + 14_700, start + 16_500, start + 18_300, end]
    names = ("work", "break", "work", "lunch", "training", "work")
    parts = tuple(Segment(known[name].pk, a, b) for name, a, b in zip(names, marks, marks[1:], strict=False))
    return Told(plain.key, plain.agent, plain.on, plain.zone, parts)


def _ends(segment: Segment) -> tuple[int, int]:
    return segment.start_s, segment.end_s


def _solve(teams: list[int], solvers: list[int]) -> None:
    rows = []
    for number in range(90):
        solved = datetime(2026, 3, 25, 5, tzinfo=UTC) + timedelta(hours=3.3 * number)
        found = add_ticket(number + 1, created_at=solved - timedelta(hours=1), solved_at=solved, team=teams[number % 4])
        for row in found:
            if isinstance(row, Solve):
                row.solver = 0 if number % 7 == 0 else solvers[number % len(solvers)]
                row.replies = 1 + number % 3
        rows += found
        logs = number % 7 and (number % 4 == 0 or (number % 4 == 2 and solved.date() < MONDAY + timedelta(days=7)))
        if logs:  # Ada always, Cem in the first week, Ben and Dot never
            cuts = {**NO_CUTS, "team": teams[number % 4], "priority": 0}
            agent = solvers[number % len(solvers)]
            rows.append(
                Worklog(ticket=number + 1, nth=1, logged_at=solved, agent=agent, seconds=600 + 7 * number, **cuts)
            )
    record(rows)
    timekeeping.refresh()


def _queues(own: Team) -> None:
    """Own's messages take 7 minutes each; a chat of anybody 200 seconds, three of them at once."""
    mail = Queue.objects.create(slug="mail", name="Mail", kind=Queue.Kind.DEFERRED, aht_s=420, position=1)
    mail.teams.add(own)
    Queue.objects.create(
        slug="chat", name="Chat", kind=Queue.Kind.CHAT, aht_s=300, concurrent_aht_s=[300, 420, 600], position=2
    )
    volumes.refresh()


@dataclass(frozen=True)
class Minute:
    """One rostered minute."""

    day: date
    week: date  # of the roster
    team: int
    agent: int
    activity: Activity
    rate: Rate | None

    @property
    def is_billable(self) -> bool:
        if self.rate is None:
            return False
        if self.rate.basis == Rate.Basis.PAID:
            return self.activity.is_paid
        if self.rate.basis == Rate.Basis.SCHEDULED:
            return self.activity.kind != "absence"
        return self.activity.is_productive


def minutes(zone: ZoneInfo) -> Iterator[Minute]:
    published = ShiftSegment.objects.filter(shift__version__state="published").select_related(
        "shift__team", "shift__version", "activity"
    )
    for part in published:
        rate = rate_of(part.shift.team, part.shift.agent_id, part.shift.on)
        at = part.start_at
        while at < part.end_at:
            on, of = at.astimezone(zone).date(), part.shift
            yield Minute(on, of.version.week, of.team_id, of.agent_id, part.activity, rate)
            at += MINUTE


def rate_of(team: Team, agent: int, on: date) -> Rate | None:
    """The narrowest rate that is valid: the team's, the vendor's, the contract's."""
    valid = [r for r in Rate.objects.all() if r.valid_from <= on and (r.valid_to is None or on < r.valid_to)]
    contract = Contract.objects.get(agent=agent)
    for belongs in (
        lambda r: r.team_id == team.pk,
        lambda r: team.vendor_id is not None and r.vendor_id == team.vendor_id,
        lambda r: r.contract_type_id == contract.type_id,
    ):
        if found := [r for r in valid if belongs(r)]:
            return found[0]
    return None


Where = tuple[date, int, int]  # day, team, agent
Amounts = dict[str, dict[Where, float]]


def amounts(zone: ZoneInfo) -> Amounts:
    """Hours, money and solves by day, team and agent."""
    found: Amounts = defaultdict(lambda: defaultdict(float))
    keeping = set()
    for log in Worklog.objects.all():
        keeping.add((log.agent, week_of(log.logged_at.astimezone(UTC).date())))
        found["logged"][log.logged_at.astimezone(zone).date(), log.team, log.agent] += log.seconds / 3600
    for m in minutes(zone):
        where, a = (m.day, m.team, m.agent), m.activity
        is_timed = (m.agent, m.week) in keeping
        hours = {
            "rostered": True,
            "paid": a.is_paid,
            "staffed": a.is_productive,
            "timed": a.is_productive and is_timed,
            "external": a.is_paid and a.shrinkage == "external",
            "internal": a.is_paid and a.shrinkage == "internal",
            "attended": a.is_paid and a.shrinkage != "external",
            "shrunk": a.is_paid and a.shrinkage != "",
            "billable": m.is_billable,
            "unpriced": a.is_paid and m.rate is None,
        }
        for name, counts in hours.items():
            found[name][where] += counts / 60
        found["cost"][where] += m.is_billable * (m.rate.minor_an_hour if m.rate else 0) / 60 / 100
    own = Team.objects.get(slug="own").pk
    for solve in Solve.objects.all():
        where = (solve.solved_at.astimezone(zone).date(), solve.team, solve.solver)
        found["solves"][where] += 1
        found["agent_solves"][where] += solve.solver > 0
        if solve.solver:
            found["assumed"][where] += (420 if solve.team == own else 200) / 3600
    return found


# What each metric is made of, in the words above; a ratio as (part, whole), and what makes the part known.
ORACLES: dict[str, tuple[str, ...]] = {
    "rostered_hours": ("rostered",),
    "paid_hours": ("paid",),
    "staffed_hours": ("staffed",),
    "shrinkage": ("shrunk", "paid"),
    "shrinkage_external": ("external", "paid"),
    "shrinkage_internal": ("internal", "attended"),
    "solved_per_hour": ("agent_solves", "staffed"),
    "contacts_done": ("agent_solves",),
    "occupancy": ("logged", "timed"),
    "time_logged_share": ("timed", "staffed"),
    "planned_occupancy": ("assumed", "staffed"),
    "solved_per_paid_hour": ("agent_solves", "paid"),
    "staff_cost": ("cost",),
    "cost_per_resolution": ("cost", "solves", "billable"),
    "cost_per_hour": ("cost", "billable"),
    "cost_per_staffed_hour": ("cost", "staffed", "billable"),
    "unpriced_hours": ("unpriced",),
}


def test_every_metric_of_rostered_time_has_an_oracle() -> None:
    assert {metric.slug for metric in (*HOURS, *PRODUCTIVITY, *COST)} == ORACLES.keys()


@pytest.mark.parametrize("zone", ["Europe/London", "Asia/Kolkata", "Australia/Lord_Howe"])
def test_every_figure_equals_the_minutes_looked_at_one_by_one(
    worked: list[Team], settings: Settings, zone: str
) -> None:
    settings.REPORTING_ZONE = zone
    rollup.refill()
    told = amounts(ZoneInfo(zone))
    wrong = [
        f"{slug} by {by} each {grain}: {difference}"
        for slug, by, grain in product(ORACLES, CUTS, (Grain.DAY, Grain.TOTAL))
        if UNCUT.get(slug) not in by
        for difference in _differences(registry.metric(slug), told, by, grain)
    ]
    assert not wrong, "\n".join(wrong[:10])


def _differences(metric: Metric, told: Amounts, by: tuple[str, ...], grain: Grain) -> Iterator[str]:
    names = ORACLES[metric.slug]
    parts = [_grouped(told[name], by, grain) for name in names]
    result = run(Query(metric.slug, PERIOD, grain, by), scope=SYSTEM)
    rows = {(row.start, row.keys): row.figure.value for row in result.rows}
    for where in {*rows, *(key for part in parts for key in part)}:
        expected = _expected(metric, [part.get(where, 0.0) for part in parts])
        found = rows.get(where, 0.0 if isinstance(metric, Total) else None)
        if (expected is None) != (found is None) or (
            expected is not None and found is not None and not isclose(expected, found, rel_tol=1e-9, abs_tol=1e-7)
        ):
            yield f"{where}: {found}, not {expected}"


def _expected(metric: Metric, amounts: list[float]) -> float | None:
    if isinstance(metric, Ratio):
        part, *needed = amounts
        return part / needed[0] if min(needed) > 1e-9 else None
    return amounts[0]


def _grouped(amounts: dict[Where, float], by: tuple[str, ...], grain: Grain) -> dict[tuple[date | None, tuple], float]:
    found: dict[tuple[date | None, tuple], float] = defaultdict(float)
    agents = dict(Agent.objects.values_list("pk", "slug"))
    teams = {team.pk: team for team in Team.objects.select_related("site", "vendor")}
    for (day, team, agent), amount in amounts.items():
        if not PERIOD.start <= day <= PERIOD.end:
            continue
        stands = teams.get(team)
        words = {
            "team": stands.slug if stands else "none",
            "site": (stands.site.slug if stands.site else "none") if stands else "no-team",
            "vendor": (stands.vendor.slug if stands.vendor else "none") if stands else "no-team",
            "agent": agents.get(agent, "none"),
        }
        found[day if grain is Grain.DAY else None, tuple(words[cut] for cut in by)] += amount
    return found


def test_costs_of_the_parts_add_up_to_the_whole_to_the_last_cent(worked: list[Team]) -> None:
    whole = run(Query("staff_cost", PERIOD), scope=SYSTEM).total.value
    assert whole is not None and whole > 0
    for by in ("team", "site", "vendor", "activity", "agent"):
        parts = run(Query("staff_cost", PERIOD, Grain.DAY, (by,)), scope=SYSTEM).rows
        assert sum(row.figure.value or 0.0 for row in parts) == pytest.approx(whole, abs=1e-9)


def test_time_counts_once_it_has_come_and_nobody_has_to_notice(worked: list[Team], clock: list[datetime]) -> None:
    agents = list(Agent.objects.filter(memberships__team=worked[0]))
    monday = date(2026, 4, 20)
    _publish(worked[0], agents, monday)
    rollup.refill()
    today = Query("rostered_hours", Period(monday, monday))
    # 12:00 UTC is 14:00 in Warsaw, and a slot that has begun counts whole: Ada works from 13:05, until 14:30 then;
    # Ben from 09:10, until 14:15, when his training ends and the next piece of the slot begins.
    assert run(today, scope=SYSTEM).total.value == pytest.approx((14.5 - (13 + 5 / 60)) + (14.25 - (9 + 10 / 60)))
    clock[0] = NOW + timedelta(hours=2)
    rollup.refill()
    assert run(today, scope=SYSTEM).total.value == pytest.approx((16.5 - (13 + 5 / 60)) + (16.5 - (9 + 10 / 60)))


def test_a_roster_that_is_published_again_replaces_its_cells(worked: list[Team]) -> None:
    asked = week(worked[0])
    before = run(Query("paid_hours", PERIOD), scope=SYSTEM).total.value
    draft_of = list(rosters._in_force(worked[0], MONDAY).values())
    gone = draft_of[-1]
    rosters.change(asked, gone.key, seen=revision(gone), act="remove", by=lambda told: None)
    rosters.publish(asked, seen=rosters.pending(worked[0], MONDAY)[0].mark)  # type: ignore[union-attr]
    rollup.refill()
    after = run(Query("paid_hours", PERIOD), scope=SYSTEM).total.value
    assert before is not None and after is not None and after < before
    assert [str(d) for d in reconciliation.differing_cells(registry.source("rostered"))] == []


def test_another_assumed_handle_time_is_another_occupancy(worked: list[Team]) -> None:
    asked = Query("planned_occupancy", PERIOD, where=(("team", ("own",)),))
    before = run(asked, scope=SYSTEM).total
    Queue.objects.filter(slug="mail").update(aht_s=840)
    answered.mark()
    rollup.refill()
    after = run(asked, scope=SYSTEM).total
    assert before.value is not None and after.value == pytest.approx(2 * before.value)
    assert before.n == after.n > 0
    assert [str(d) for d in reconciliation.differing_cells(registry.source("answered"))] == []


def test_hours_are_looked_at_again_when_somebody_begins_to_log_time(worked: list[Team]) -> None:
    asked = Query("occupancy", PERIOD, by=("agent",))
    ben = Agent.objects.get(slug="ben")

    def told() -> dict[str, float | None]:
        return {row.keys[0]: row.figure.value for row in run(asked, scope=SYSTEM).rows}

    before = told()
    assert before["ada"] is not None and before["ben"] is None
    Worklog.objects.create(
        ticket=1, nth=2, logged_at=datetime(2026, 3, 31, 9, tzinfo=UTC), agent=ben.pk, seconds=3600, team=worked[0].pk,
        priority=0, **NO_CUTS,
    )  # fmt: skip
    mark_days("worklogs", date(2026, 3, 31), date(2026, 3, 31), teams=[worked[0].pk])
    assert timekeeping.refresh(since=datetime(2026, 4, 2, tzinfo=UTC)) == 1 and timekeeping.refresh() == 0
    rollup.refill()
    week = date(2026, 3, 30)
    hours = (
        sum(m.agent == ben.pk and m.week == week and m.activity.is_productive for m in minutes(ZoneInfo("UTC"))) / 60
    )
    assert told()["ben"] == pytest.approx(1 / hours)
    Worklog.objects.filter(agent=ben.pk).delete()
    mark_days("worklogs", date(2026, 3, 31), date(2026, 3, 31), teams=[worked[0].pk])
    assert timekeeping.refresh() == 1
    rollup.refill()
    assert told() == before
    assert [str(d) for d in reconciliation.differing_cells(registry.source("rostered"))] == []


def test_money_and_plans_are_not_everyone_s() -> None:
    for metric in COST:
        assert "sees_costs" in metric.rights or metric.unit is Unit.HOURS, metric.slug
    for metric in (*HOURS, *PRODUCTIVITY):
        assert metric.rights == ("sees_plans",), metric.slug
