"""The service levels that the oracle judges by, and how it finds the one that holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.oracle.minutes import Calendar, Minutes
from tests.oracle.replay import Moment, State

CONDITIONS = ("channel", "priority", "team", "language", "reason")
NO_CALENDAR = None

LONDON: dict[str, Any] = {
    "name": "london",
    "timezone": "Europe/London",
    "weekly": {
        **{day: [["09:00", "12:30"], ["13:30", "17:30"]] for day in ("mon", "tue", "wed", "thu", "fri")},
        "sat": [["10:00", "14:00"]],
    },
    "holidays": ["2025-10-27", "2026-03-17", "2026-04-03"],
    "overrides": {"2026-03-29": [["08:00", "20:00"]]},
}
LONDON_IN_SPRING: dict[str, Any] = {
    **LONDON,
    "weekly": {day: [["08:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
}
NIGHT: dict[str, Any] = {
    "name": "night",
    "timezone": "America/St_Johns",
    "weekly": {day: [["22:00", "06:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
    "holidays": ["2025-11-01", "2026-03-10"],
}
HOUR = 3600


def _target(kind: str, hours: float, **options: Any) -> dict[str, Any]:
    return {"kind": kind, "priority": None, "seconds": int(hours * HOUR), **options}


CHAT: dict[str, Any] = {
    "name": "chat",
    "order": 1,
    "conditions": {"channel": ["chat"]},
    "calendar": None,
    "targets": [
        _target("first_reply", 0.5),
        _target("next_reply", 1),
        _target("first_resolution", 24),
        _target("resolution", 48, pauses_in=["pending", "hold"]),
        _target("requester_wait", 24),
        _target("periodic_update", 12),
        _target("ownership", 8),
    ],
}
ESCALATED: dict[str, Any] = {
    "name": "escalated",
    "order": 2,
    "conditions": {"team": ["billing"], "priority": ["high", "urgent"]},
    "calendar": "night",
    "targets": [
        _target("first_reply", 2),
        _target("next_reply", 4, boundary="next_open"),
        _target("first_resolution", 12, pauses_in=["pending"]),
        _target("resolution", 24, pauses_in=["pending"]),
        _target("agent_work", 8),
        _target("pausable_update", 6),
        _target("ownership", 8, pauses_in=["hold"]),
    ],
}
STANDARD: dict[str, Any] = {
    "name": "standard",
    "order": 3,
    "conditions": {"channel": ["email", "web"]},
    "calendar": "london",
    "targets": [
        _target("first_reply", 8),
        _target("first_reply", 1, priority="urgent", clock="calendar"),
        _target("first_reply", 4, priority="high"),
        _target("next_reply", 8),
        _target("next_reply", 4, priority="high", clock="calendar"),
        _target("first_resolution", 24, pauses_in=["pending"], priority_from="creation"),
        _target("first_resolution", 8, priority="urgent", pauses_in=["pending"], priority_from="creation"),
        _target("resolution", 40, pauses_in=["pending"]),
        _target("resolution", 16, priority="high", clock="calendar", pauses_in=["pending"]),
        _target("resolution", 8, priority="urgent"),
        _target("requester_wait", 24),
        _target("agent_work", 16, boundary="next_open"),
        _target("pausable_update", 8),
        _target("periodic_update", 24, clock="calendar"),
        _target("ownership", 8),
    ],
}
STRICTER: dict[str, Any] = {
    **STANDARD,
    "targets": [{**each, "seconds": each["seconds"] * 3 // 4} for each in STANDARD["targets"]],
}

FIRST: dict[str, list[dict[str, Any]]] = {"calendars": [LONDON, NIGHT], "policies": [CHAT, ESCALATED, STANDARD]}
LATER: dict[str, list[dict[str, Any]]] = {"calendars": [LONDON_IN_SPRING], "policies": [STRICTER]}


Version = tuple[int | None, int | None, Mapping[str, Any]]  # of a policy: valid from, until


@dataclass(frozen=True)
class Terms:
    """One target as it holds: how much of which clock, and when that stands still."""

    seconds: int
    clock: Minutes
    pauses_in: tuple[str, ...]
    boundary: str


@dataclass(frozen=True)
class Levels:
    """Policies with the instants from which and until which they count, and clocks by calendar."""

    policies: Sequence[Version]
    clocks: Mapping[str | None, Minutes]

    @classmethod
    def between(cls, start: int, end: int, *, changed_at: int) -> "Levels":
        """FIRST, of which LATER replaces its part at `changed_at`; clocks from `start` to `end`."""
        renewed = {policy["name"] for policy in LATER["policies"]}
        policies: list[Version] = [(None, changed_at if p["name"] in renewed else None, p) for p in FIRST["policies"]]
        policies += [(changed_at, None, policy) for policy in LATER["policies"]]
        later = {calendar["name"]: calendar for calendar in LATER["calendars"]}
        clocks: dict[str | None, Minutes] = {NO_CALENDAR: Minutes([(start, None)], start, end)}
        for calendar in FIRST["calendars"]:
            versions: list[tuple[int, Calendar | None]] = [(start, calendar)]
            if calendar["name"] in later:
                versions.append((changed_at, later[calendar["name"]]))
            clocks[calendar["name"]] = Minutes(versions, start, end)
        return cls(policies, clocks)

    def policy(self, state: State, *, matched_at: int) -> Mapping[str, Any] | None:
        """The first policy by order whose conditions `state` meets, of those valid at `matched_at`."""
        for valid_from, valid_to, policy in sorted(self.policies, key=lambda each: each[2]["order"]):
            is_valid = (valid_from is None or valid_from <= matched_at) and (valid_to is None or matched_at < valid_to)
            conditions = policy["conditions"].items()
            if is_valid and all(getattr(state, name) in words for name, words in conditions):
                return policy
        return None

    def clock_of(self, seen: Sequence[Moment]) -> Minutes:
        """The clock of the policy that the ticket met at creation; every second where it met none."""
        policy = self.policy(seen[0].at_last, matched_at=seen[0].at)
        return self.clocks[policy["calendar"] if policy else NO_CALENDAR]

    def terms(self, policy: Mapping[str, Any] | None, kind: str, priority: str) -> Mapping[str, Any] | None:
        """The target of a policy for a kind: the priority's own, else the one for all."""
        if policy is None:
            return None
        found = {target["priority"]: target for target in policy["targets"] if target["kind"] == kind}
        target = found.get(priority) or found.get(None)
        return target and {**target, "calendar": policy["calendar"]}

    def of(self, target: Mapping[str, Any]) -> Terms:
        """The terms of a target found by `terms`."""
        calendar = NO_CALENDAR if target.get("clock") == "calendar" else target["calendar"]
        return Terms(
            seconds=target["seconds"],
            clock=self.clocks[calendar],
            pauses_in=tuple(target.get("pauses_in", ())),
            boundary=target.get("boundary", "close"),
        )


def matched_at(seen: Sequence[Moment], at: int, *, by: Sequence[str] = CONDITIONS) -> int:
    """When, up to `at`, an event last changed one of the conditions that policies are matched by."""
    changes = [seen[0].at] + [
        moment.at
        for moment in seen
        if moment.at <= at and any(getattr(moment.before, name) != getattr(moment.after, name) for name in by)
    ]
    return changes[-1]
