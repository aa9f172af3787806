"""The calendars and service-level policies of the demo organisation, as a policy file holds them."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from tickets.demo.catalogue import CHANNELS, LIVE_CHANNELS, SITES, TEAMS, Pattern, SiteSpec, TeamSpec
from tickets.demo.holidays import holidays

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOURS = {Pattern.OFFICE: ("08:00", "18:00"), Pattern.DAILY: ("07:00", "21:00")}
DESK_WORD = {Pattern.OFFICE: "office desk", Pattern.DAILY: "daily desk", Pattern.ROUND: "round the clock"}
MINUTE, HOUR, DAY = 60, 3600, 86_400
YEAR_AHEAD = timedelta(days=366)

# (first_reply, next_reply) in hours of the desk, by priority.
_DESK = {"low": (20, 20), "normal": (14, 14), "high": (4, 5), "urgent": (2, 3)}
_ROUND = {"low": (16, 16), "normal": (12, 12), "high": (3, 4), "urgent": (1.5, 2)}


def policy_file(*, first: date, last: date, source: str) -> dict[str, Any]:
    """The file's content, for tickets of one source; holidays from `first` to a year after `last`."""
    desks = {(site, pattern): _teams_of(site, pattern) for site in SITES for pattern in (Pattern.OFFICE, Pattern.DAILY)}
    desks = {desk: teams for desk, teams in desks.items() if teams}
    calendars = [_calendar(site, pattern, first=first, last=last + YEAR_AHEAD) for site, pattern in desks]
    policies = [_live(), _round_the_clock()]
    policies += [
        _policy(
            _desk_name(site, pattern), order=30 + nth, teams=teams, calendar=_desk_name(site, pattern), replies=_DESK,
            resolution_h=50 if pattern is Pattern.OFFICE else 60,
        )
        for nth, ((site, pattern), teams) in enumerate(desks.items())
    ]  # fmt: skip
    for policy in policies:
        policy["conditions"]["source"] = [source]
    return {"calendars": calendars, "policies": policies}


def _teams_of(site: SiteSpec, pattern: Pattern) -> list[TeamSpec]:
    return [team for team in TEAMS if team.site == site.slug and team.pattern is pattern]


def _desk_name(site: SiteSpec, pattern: Pattern) -> str:
    return f"{site.name} {DESK_WORD[pattern]}"


def _calendar(site: SiteSpec, pattern: Pattern, *, first: date, last: date) -> dict[str, Any]:
    """Office desks rest on holidays, daily ones work on."""
    days = holidays(site.country, first, last) if pattern is Pattern.OFFICE else ()
    return {
        "name": _desk_name(site, pattern),
        "timezone": site.zone,
        "weekly": {DAYS[day]: [list(HOURS[pattern])] for day in pattern.days},
        "holidays": [day.isoformat() for day in days],
        "overrides": {},
        "breaks": {},
    }


def _live() -> dict[str, Any]:
    """Chat and phone: minutes, at any hour."""
    targets = [
        _target("first_reply", 5 * MINUTE, clock="calendar"),
        _target("next_reply", 3 * MINUTE, clock="calendar"),
        _target("first_resolution", 2 * HOUR, clock="calendar", pauses=True),
        _target("resolution", DAY, clock="calendar", pauses=True),
        _target("requester_wait", 3 * HOUR, clock="calendar", pauses=True),
        _target("ownership", 8 * HOUR, clock="calendar"),
    ]
    return _row("Live channels", order=10, conditions={"channel": list(LIVE_CHANNELS)}, calendar=None, targets=targets)


def _round_the_clock() -> dict[str, Any]:
    teams = [team for team in TEAMS if team.pattern is Pattern.ROUND]
    return _policy("Round the clock", order=20, teams=teams, calendar=None, replies=_ROUND, resolution_h=72)


def _policy(
    name: str,
    *,
    order: int,
    teams: list[TeamSpec],
    calendar: str | None,
    replies: Mapping[str, tuple[float, float]],
    resolution_h: int,
) -> dict[str, Any]:
    """Messages of some teams, judged on the hours of their desk."""
    clock = "business" if calendar else "calendar"
    targets = [
        _target(kind, round(hours[which] * HOUR), clock=clock, priority=priority)
        for which, kind in enumerate(("first_reply", "next_reply"))
        for priority, hours in replies.items()
    ]
    targets += [
        _target("first_resolution", resolution_h * HOUR, clock=clock, pauses=True),
        _target("resolution", round(resolution_h * 1.2) * HOUR, clock=clock, pauses=True),
        _target("requester_wait", resolution_h * HOUR, clock=clock, pauses=True),
        _target("pausable_update", resolution_h * HOUR // 2, clock=clock, pauses=True),
        _target("ownership", 2 * resolution_h * HOUR, clock=clock),
    ]
    conditions = {
        "team": [team.slug for team in teams],
        "channel": [channel for channel in CHANNELS if channel not in LIVE_CHANNELS],
    }
    return _row(name, order=order, conditions=conditions, calendar=calendar, targets=targets)


def _row(
    name: str, *, order: int, conditions: dict[str, list[str]], calendar: str | None, targets: list[dict[str, Any]]
) -> dict[str, Any]:
    return {"name": name, "order": order, "conditions": conditions, "calendar": calendar, "targets": targets}


def _target(
    kind: str, seconds: int, *, clock: str, priority: str | None = None, pauses: bool = False
) -> dict[str, Any]:
    return {
        "kind": kind,
        "priority": priority,
        "seconds": seconds,
        "clock": clock,
        "pauses_in": ["pending"] if pauses else [],
    }
