"""The invented organisation, without a database: what it is made of and what it tells."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from tests.tickets.demo_worlds import NOW, by_ticket, half_year, half_year_told, small_history, small_world
from tickets.demo.catalogue import CHANNELS, LANGUAGES, SITES, TEAMS, UNTIMED_VENDOR, VENDORS, Pattern
from tickets.demo.cohort import ALL_REASONS
from tickets.demo.holidays import holidays
from tickets.demo.queueing import PATIENT, PRESSING, Queues
from tickets.demo.rhythm import HOUR, Grid, Rhythm
from tickets.demo.service_levels import policy_file
from tickets.demo.stories import DECLINING_TEAM, HIRING_TEAM
from tickets.demo.world import World
from tickets.vocabulary import EventType

# What it is made of


def test_the_organisation_has_the_size_it_promises() -> None:
    agents = half_year().organisation.agents
    assert (len(TEAMS), len(SITES), len(VENDORS), len(agents)) == (14, 5, 2, 220)
    assert len({channel for team in TEAMS for channel in team.channels}) == len(CHANNELS) == 7
    assert len({language for team in TEAMS for language in team.languages}) == len(LANGUAGES) == 10
    assert {site.vendor for site in SITES} - {""} == set(VENDORS)
    assert sum(team.share for team in TEAMS) == pytest.approx(100)


def test_nobody_has_a_surname() -> None:
    names = [agent.name for agent in half_year().organisation.agents]
    assert len(set(names)) == 220
    assert all(re.fullmatch(r"[A-Z][a-z]+ [A-Z]\.", name) for name in names)


def test_four_agents_leave_the_declining_team_and_five_join_the_hiring_one() -> None:
    world = half_year()
    left = [agent for agent in world.organisation.agents if agent.left_on]
    joined = [agent for agent in world.organisation.agents if agent.joined_on > date(2026, 1, 1)]
    assert [TEAMS[agent.team].slug for agent in left] == [DECLINING_TEAM] * 4
    assert [TEAMS[agent.team].slug for agent in joined] == [HIRING_TEAM] * 5
    assert {agent.joined_on for agent in joined} == {world.stories.hires.date()}


@pytest.mark.parametrize(
    ("country", "day", "name"),
    [
        ("US", date(2026, 5, 25), "Memorial Day"),
        ("US", date(2026, 9, 7), "Labor Day"),
        ("US", date(2026, 11, 26), "Thanksgiving"),
        ("IE", date(2026, 6, 1), "June holiday"),
        ("IE", date(2026, 8, 3), "August holiday"),
        ("IE", date(2026, 10, 26), "October holiday"),
        ("PH", date(2026, 8, 31), "National Heroes Day"),
        ("PL", date(2026, 11, 11), "Independence Day"),
        ("CO", date(2026, 7, 20), "Independence Day"),
    ],
)
def test_holidays_fall_on_their_days(country: str, day: date, name: str) -> None:
    assert day in holidays(country, date(2026, 1, 1), date(2026, 12, 31)), name


def test_holidays_keep_within_the_days_asked_for() -> None:
    assert holidays("IE", date(2026, 12, 26), date(2027, 1, 1)) == (date(2026, 12, 26), date(2027, 1, 1))


# How work waits


def one_team(capacity: Sequence[float], arrivals: Sequence[float], *, pressing: float = 0.0) -> Queues:
    hours = len(capacity)
    work = np.array([arrivals], dtype=float)
    zeros = np.zeros((1, hours), dtype=np.int64)
    return Queues.of(
        Rhythm(
            grid=Grid(0, hours), site_hours=zeros, requester_hours=zeros, arrivals=work, workload=work,
            capacity=np.array([capacity], dtype=float), live=np.zeros(1), pressing=np.array([pressing]),
        )
    )  # fmt: skip


def taken_up(queues: Queues, hour: float, *, lane: int = PATIENT, delay_h: float = 0.0) -> float:
    at = queues.taken_up(
        np.zeros(1, np.int64), np.array([int(hour * HOUR)]), lane=np.array([lane]), delay_h=np.array([delay_h])
    )
    return round(at[0] / HOUR, 2)


def test_work_waits_for_what_came_before_it() -> None:
    # Three pieces an hour for two hours against one served an hour: after two hours four wait.
    queues = one_team([1] * 12, [3, 3] + [0] * 10)
    assert taken_up(queues, 1) == 3.0
    assert taken_up(queues, 2) == 6.0
    assert taken_up(queues, 8) == 8.0


def test_a_shut_team_takes_nothing_up() -> None:
    queues = one_team([1, 1, 0, 0, 0, 1, 1, 1], [0] * 8)
    assert taken_up(queues, 2.5) == 5.0
    assert taken_up(queues, 1.5, delay_h=1.0) == 5.5


def test_pressing_work_overtakes_patient_work() -> None:
    queues = one_team([1] * 24, [2] * 6 + [0] * 18, pressing=0.25)
    assert taken_up(queues, 6, lane=PRESSING) == 6.0
    # Twelve came, six were served, three of the patient nine: six wait and nothing pressing comes any more.
    assert taken_up(queues, 6) == 12.0


# What it tells


def test_the_same_seed_and_now_tell_the_same_story() -> None:
    assert tuple(World(seed=7, tickets=900, weeks=6, now=NOW).history()) == small_history()


def test_another_seed_tells_another_story() -> None:
    assert tuple(World(seed=8, tickets=900, weeks=6, now=NOW).history()) != small_history()


def test_exactly_as_many_tickets_as_asked_for_are_created_within_the_weeks() -> None:
    created = [draft for draft in small_history() if draft.type is EventType.TICKET_CREATED]
    assert len(created) == 900
    assert NOW - timedelta(weeks=6) <= min(draft.occurred_at for draft in created)
    assert max(draft.occurred_at for draft in small_history()) <= NOW


def test_the_last_day_is_as_busy_as_the_days_before() -> None:
    created = [draft.occurred_at for draft in half_year_told().created]
    last = sum(NOW - timedelta(days=1) < at for at in created)
    week_before = sum(NOW - timedelta(days=8) < at <= NOW - timedelta(days=7) for at in created)
    assert 0.6 < last / week_before < 1.6


def test_events_of_a_ticket_come_together_in_order() -> None:
    refs = [draft.ticket_ref for draft in small_history()]
    assert len([1 for a, b in pairwise(refs) if a != b]) + 1 == len(set(refs))
    for told in by_ticket(small_history()).values():
        assert [draft.seq for draft in told] == list(range(len(told)))
        keys = [(draft.occurred_at, draft.type.rank) for draft in told]
        assert keys == sorted(keys)
        assert told[0].type is EventType.TICKET_CREATED


def test_every_change_starts_from_what_was_in_force() -> None:
    fields = ("status", "priority", "team", "assignee", "reason", "language")
    for told in by_ticket(small_history()).values():
        state = {name: getattr(told[0], name) or "" for name in fields}
        for draft in told[1:]:
            for name in fields:
                value = getattr(draft, name)
                if value is not None:
                    assert draft.from_value == state[name] != value == draft.to_value
                    state[name] = value


def test_nothing_is_told_after_a_ticket_is_gone() -> None:
    gone = {EventType.TICKET_MERGED, EventType.MARKED_SPAM, EventType.TICKET_DELETED}
    ends: Counter[EventType] = Counter()
    for _, told in groupby(half_year_told().lines, key=lambda line: line.ticket_ref):
        *before, last = (line.type for line in told)
        assert gone.isdisjoint(before)
        ends[last] += last in gone
    assert ends[EventType.MARKED_SPAM] > 400
    assert ends[EventType.TICKET_MERGED] > 250
    assert ends[EventType.TICKET_DELETED] > 40


def test_tickets_merge_into_earlier_ones_of_the_same_requester() -> None:
    tickets = by_ticket(small_history())
    merges = [draft for draft in small_history() if draft.type is EventType.TICKET_MERGED]
    assert merges
    for draft in merges:
        into = tickets[draft.to_value or ""][0]
        assert into.occurred_at <= tickets[draft.ticket_ref][0].occurred_at
        assert into.requester_ref == tickets[draft.ticket_ref][0].requester_ref


def test_every_kind_of_event_of_a_real_desk_occurs() -> None:
    told = {line.type for line in half_year_told().lines}
    assert told >= {
        EventType.TICKET_CREATED, EventType.REQUESTER_MESSAGE, EventType.AGENT_REPLY, EventType.INTERNAL_NOTE,
        EventType.BOT_REPLY, EventType.AUTO_REPLY, EventType.BOT_HANDOFF, EventType.SIDE_MESSAGE,
        EventType.STATUS_CHANGED, EventType.PRIORITY_CHANGED, EventType.ASSIGNEE_CHANGED, EventType.GROUP_CHANGED,
        EventType.REASON_CHANGED, EventType.LANGUAGE_CHANGED, EventType.SURVEY_OFFERED, EventType.SURVEY_ANSWERED,
        EventType.TICKET_MERGED, EventType.TICKET_DELETED, EventType.MARKED_SPAM, EventType.FOLLOW_UP_CREATED,
        EventType.WORKLOG_ADDED,
    }  # fmt: skip


def test_time_is_logged_by_everyone_but_the_people_of_one_vendor() -> None:
    organisation = half_year().organisation
    team_of = {agent.slug: TEAMS[agent.team] for agent in organisation.agents}
    logs = half_year_told().worklogs
    untimed = {site.slug for site in SITES if site.vendor == UNTIMED_VENDOR}
    logging = {team_of[draft.actor_ref or ""].slug for draft in logs}
    assert logging == {team.slug for team in TEAMS if team.site not in untimed}
    minutes = [(draft.meta or {})["minutes"] for draft in logs]
    assert min(minutes) >= 1 and 10 < sum(minutes) / len(minutes) < 40


def test_only_people_of_the_holding_team_reply_while_they_are_employed() -> None:
    agents = {agent.slug: agent for agent in small_world().organisation.agents}
    replies = 0
    for told in by_ticket(small_history()).values():
        team = told[0].team
        for draft in told:
            team = draft.team or team
            if draft.type is EventType.AGENT_REPLY:
                agent = agents[draft.actor_ref or ""]
                replies += 1
                assert TEAMS[agent.team].slug == team
                assert agent.joined_on <= draft.occurred_at.date()
                assert agent.left_on is None or draft.occurred_at.date() <= agent.left_on
    assert replies > 1_000


def test_office_teams_reply_in_office_hours() -> None:
    zones = {site.slug: ZoneInfo(site.zone) for site in SITES}
    office = {team.slug: zones[team.site] for team in TEAMS if team.pattern is Pattern.OFFICE}
    agents = {agent.slug: TEAMS[agent.team].slug for agent in half_year().organisation.agents}
    local = [
        line.occurred_at.astimezone(office[agents[line.actor_ref or ""]])
        for line in half_year_told().lines
        if line.type is EventType.AGENT_REPLY and agents[line.actor_ref or ""] in office
    ]
    inside = [at for at in local if at.weekday() < 5 and 8 <= at.hour < 18]
    assert len(local) > 5_000
    assert len(inside) / len(local) > 0.97


def test_weekends_are_quieter_and_evenings_busier() -> None:
    days = Counter(draft.occurred_at.weekday() for draft in half_year_told().created)
    assert days[0] > 1.2 * days[6]
    chicago = ZoneInfo("America/Chicago")
    austin = [draft for draft in half_year_told().created if draft.team == "access-austin"]
    hours = Counter(draft.occurred_at.astimezone(chicago).hour for draft in austin)
    assert sum(hours[hour] for hour in (18, 19, 20)) > 5 * sum(hours[hour] for hour in (2, 3, 4))


def test_chats_of_closed_teams_go_to_the_night_team() -> None:
    chats = [draft for draft in half_year_told().created if draft.channel == "chat"]
    dublin = ZoneInfo("Europe/Dublin")
    at_night = [draft for draft in chats if draft.occurred_at.astimezone(dublin).hour < 6]
    assert not [draft for draft in at_night if draft.team == "payments-dublin"]
    spanish = [draft for draft in chats if draft.language == "es" and draft.team == "technical-manila"]
    assert spanish  # Manila has none of its own


# What happens next


def test_what_happens_later_continues_what_was_told() -> None:
    world, until = small_world(), NOW + timedelta(hours=30)
    later = tuple(world.later(NOW, until, watched=[]))
    native = [draft.native_id for draft in small_history() + later]
    assert len(set(native)) == len(native)
    assert all(NOW < draft.occurred_at <= until for draft in later)
    known = by_ticket(small_history())
    for ref, told in by_ticket(later).items():
        before = len(known.get(ref, ()))
        assert [draft.seq for draft in told] == list(range(before, before + len(told)))
    assert {draft.ticket_ref for draft in later} & set(known)
    assert any(draft.type is EventType.TICKET_CREATED for draft in later)


def test_small_steps_tell_what_one_step_tells() -> None:
    whole = {draft.native_id: draft for draft in small_world().later(NOW, NOW + timedelta(hours=3), watched=[])}
    steps = [NOW + timedelta(minutes=20 * step) for step in range(10)]
    parts = [draft for a, b in pairwise(steps) for draft in small_world().later(a, b, watched=[])]
    assert {draft.native_id: draft for draft in parts} == whole
    assert len(parts) == len(whole)


def test_more_tickets_arrive_while_somebody_watches() -> None:
    until = NOW + timedelta(hours=20)

    def created(watched: list[tuple[datetime, datetime]]) -> set[str]:
        later = half_year().later(NOW, until, watched=watched)
        return {draft.ticket_ref for draft in later if draft.type is EventType.TICKET_CREATED}

    usual, watched = created([]), created([(NOW, until)])
    assert usual < watched
    assert 14 < len(watched) / len(usual) < 28


# Its policy file


def test_the_policy_file_names_only_what_exists() -> None:
    file = policy_file(first=date(2026, 5, 1), last=NOW.date(), source="demo")
    calendars = {calendar["name"] for calendar in file["calendars"]}
    teams = [slug for policy in file["policies"] for slug in policy["conditions"].get("team", ())]
    assert {policy["calendar"] for policy in file["policies"]} - {None} == calendars
    assert sorted(teams) == sorted(team.slug for team in TEAMS)
    assert len({policy["order"] for policy in file["policies"]}) == len(file["policies"])


def test_reasons_have_names_of_their_own() -> None:
    assert len({reason.slug for reason in ALL_REASONS}) == len(ALL_REASONS)
