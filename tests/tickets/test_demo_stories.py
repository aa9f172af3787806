"""The planted stories, and the numbers that the invented tickets lead to."""

from collections import Counter
from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest

from tests.tickets.demo_worlds import NOW, half_year, half_year_told
from tickets.business_time import Calendar, clock
from tickets.demo.catalogue import CHANNELS, PRIORITIES, TEAMS
from tickets.demo.script import Attribute
from tickets.demo.service_levels import policy_file
from tickets.demo.stories import DECLINING_TEAM, LAUNCH_TEAMS, OUTAGE_TEAMS
from tickets.policy import Policy, Target
from tickets.sla import Promises, promises
from tickets.states import UNSET, Events, order
from tickets.timeline import fold
from tickets.vocabulary import ActorKind, EventType, PromiseKind, PromiseState, Status

WEEK_S = 7 * 86_400


# The stories


def test_the_outage_multiplies_the_tickets_of_its_teams() -> None:
    outage = half_year().stories.outage
    assert outage.weekday() == 1
    since = [draft.occurred_at - outage for draft in half_year_told().created if draft.team in OUTAGE_TEAMS]
    week = timedelta(weeks=1)
    weeks = Counter(distance // week for distance in since if distance % week < timedelta(hours=6))
    assert weeks[0] > 4 * (weeks[-1] + weeks[-2] + weeks[-3]) / 3


def test_the_launch_brings_its_reason_and_more_tickets() -> None:
    launch = half_year().stories.launch
    gifts = [draft.occurred_at for draft in half_year_told().created if draft.reason == "gift-subscription"]
    assert min(gifts) >= launch
    teams = [draft.occurred_at for draft in half_year_told().created if draft.team in LAUNCH_TEAMS]
    week = timedelta(weeks=1)
    before = sum(launch - week <= at < launch for at in teams)
    after = sum(launch <= at < launch + week for at in teams)
    assert 1.25 < after / before < 1.8


def test_the_bot_solves_password_resets_from_its_day_on() -> None:
    bot = half_year().stories.bot
    resets = {
        draft.ticket_ref: draft.occurred_at for draft in half_year_told().created if draft.reason == "password-reset"
    }
    solved_by_bot = {
        line.ticket_ref
        for line in half_year_told().lines
        if line.status == "solved" and line.actor_kind is ActorKind.BOT
    }
    before = [ref for ref, at in resets.items() if at < bot]
    since = [ref for ref, at in resets.items() if at >= bot]
    assert len(solved_by_bot.intersection(before)) / len(before) < 0.05
    assert 0.25 < len(solved_by_bot.intersection(since)) / len(since) < 0.5


def test_the_spam_wave_is_a_weekend_of_spam() -> None:
    wave = half_year().stories.spam_wave
    created = {draft.ticket_ref: draft.occurred_at for draft in half_year_told().created}
    spam = Counter(
        (created[line.ticket_ref] - wave) // timedelta(days=2)
        for line in half_year_told().lines
        if line.type is EventType.MARKED_SPAM
    )
    assert wave.weekday() == 5
    assert spam[0] > 4 * (spam[-1] + spam[1]) / 2


# The numbers it leads to


@cache
def events() -> Events:
    """The half year as the columns that the timeline folds; codes are catalogue indices plus one."""
    world, parts, tickets = half_year(), [], 0
    until = int(NOW.timestamp())
    setters = {
        "priority": Attribute.PRIORITY, "team": Attribute.TEAM, "assignee": Attribute.ASSIGNEE,
        "language": Attribute.LANGUAGE, "reason": Attribute.REASON,
    }  # fmt: skip
    for number in range(world.cohorts):
        told = world.cohort(number)
        keep = told.lines.at <= until
        lines, cohort = told.lines, told.cohort
        ticket, type_ = lines.ticket[keep], lines.type[keep]
        created = type_ == EventType.TICKET_CREATED
        opening = {"priority": cohort.priority, "team": cohort.team, "language": told.language, "reason": cohort.reason}
        status = np.where(lines.attribute[keep] == Attribute.STATUS, lines.value[keep], UNSET)
        part = {
            "ticket": ticket + tickets,
            "at": lines.at[keep],
            "type": type_.astype(np.uint8),
            "actor": np.where(lines.kind[keep] == ActorKind.AGENT, lines.actor[keep] + 1, 0),
            "actor_kind": lines.kind[keep].astype(np.uint8),
            "status": np.where(created, Status.NEW, status),
            "channel": np.where(created, cohort.channel[ticket] + 1, UNSET),
        }
        for name, attribute in setters.items():
            value = np.where(lines.attribute[keep] == attribute, lines.value[keep] + 1, UNSET)
            part[name] = np.where(created, opening[name][ticket] + 1, value) if name in opening else value
        parts.append(part)
        tickets += len(cohort)
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return order(columns, seq=np.arange(len(columns["at"])))


@cache
def judged() -> Promises:
    file = policy_file(first=date(2026, 5, 1), last=NOW.date(), source="demo")
    names = [calendar["name"] for calendar in file["calendars"]]
    codes = {
        "team": {team.slug: code for code, team in enumerate(TEAMS, 1)},
        "channel": {channel: code for code, channel in enumerate(CHANNELS, 1)},
        "priority": {priority: code for code, priority in enumerate(PRIORITIES, 1)},
    }
    policies = [
        Policy(
            id=number,
            order=policy["order"],
            conditions={
                name: frozenset(codes[name][word] for word in words)
                for name, words in policy["conditions"].items()
                if name in codes
            },
            targets=tuple(
                Target(
                    kind=PromiseKind.from_label(target["kind"]),
                    seconds=target["seconds"],
                    priority=codes["priority"][target["priority"]] if target["priority"] else None,
                    calendar=names.index(policy["calendar"]) if policy["calendar"] else -1,
                    clock=target["clock"],
                    pauses_in=frozenset(Status.from_label(word) for word in target["pauses_in"]),
                )
                for target in policy["targets"]
            ),
        )
        for number, policy in enumerate(file["policies"])
    ]
    clocks = [clock(Calendar.from_json(calendar)) for calendar in file["calendars"]]
    return promises(fold(events()), policies, clocks, now=int(NOW.timestamp()))


def attainment(kind: PromiseKind, *, team: str, first_week: int = 0, last_week: int = 26) -> float:
    told = judged()
    week = (told.decided_at - int((NOW - timedelta(weeks=26)).timestamp())) // WEEK_S
    code = [spec.slug for spec in TEAMS].index(team) + 1
    rows = (told.kind == kind) & (told.team == code) & (week >= first_week) & (week < last_week)
    met, missed = ((rows & (told.state == state)).sum() for state in (PromiseState.MET, PromiseState.MISSED))
    return met / (met + missed)


@pytest.mark.parametrize("team", [team.slug for team in TEAMS])
@pytest.mark.parametrize("kind", [PromiseKind.FIRST_REPLY, PromiseKind.NEXT_REPLY, PromiseKind.RESOLUTION])
def test_attainment_of_every_team_is_believable(team: str, kind: PromiseKind) -> None:
    assert 0.8 < attainment(kind, team=team) < 0.99


def test_the_declining_team_declines() -> None:
    before = attainment(PromiseKind.FIRST_REPLY, team=DECLINING_TEAM, last_week=11)
    middle = attainment(PromiseKind.FIRST_REPLY, team=DECLINING_TEAM, first_week=12, last_week=19)
    lately = attainment(PromiseKind.FIRST_REPLY, team=DECLINING_TEAM, first_week=22)
    assert before > middle > lately
    assert before > 0.93
    assert 0.45 < lately < 0.85


def test_the_backlog_is_open_and_of_mixed_ages() -> None:
    spans = fold(events()).spans
    now = int(NOW.timestamp())
    is_open = (spans.end_at > now) & (spans.status <= Status.HOLD)
    created = spans.start_at[spans.first][spans.ticket[is_open]]
    age_days = (now - created) / 86_400
    assert 300 < is_open.sum() < 1_200  # of 24,000 tickets
    assert set(spans.status[is_open].tolist()) == {Status.NEW, Status.OPEN, Status.PENDING, Status.HOLD}
    shares = np.histogram(age_days, [0, 1, 3, 7, 30, 400])[0] / is_open.sum()
    assert (shares > 0.05).all()


def test_the_quick_team_is_reopened_twice_as_often() -> None:
    solves = fold(events()).solves
    reopened = solves.reopened_at < np.iinfo(np.int64).max
    quick = solves.team == [team.slug for team in TEAMS].index("live-bogota") + 1
    assert reopened[quick].mean() > 1.8 * reopened[~quick].mean()
