"""An agent's published shifts as a calendar that other programs read under a secret address.

Only the hash of the secret is kept. An agent has at most one feed in force; a new one ends the old.
Times are UTC, which every calendar program shows in its reader's zone; a shift keeps its UID from
version to version, so that a change moves an entry instead of adding one.
"""

import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.utils import timezone
from icalendar import Calendar, Event

from ops_dashboard.people import audit
from ops_dashboard.people.models import Agent
from ops_dashboard.people.roles import scope_for
from workforce.models import CalendarFeed, Shift, ShiftSegment

BEHIND, AHEAD = timedelta(days=28), timedelta(days=120)
DOMAIN = "roster.ops-dashboard"


@transaction.atomic
def open_feed(agent: Agent, *, by: str) -> str:
    """A new secret for the agent's feed; the one before it stops working."""
    close_feed(agent, by=by)
    token = secrets.token_urlsafe(32)
    CalendarFeed.objects.create(agent=agent, token_hash=_hash(token), created_by=by)
    audit.record(by, "calendar_opened", agent.slug)
    return token


@transaction.atomic
def close_feed(agent: Agent, *, by: str) -> bool:
    """Stop the agent's feed; False when there was none."""
    closed = CalendarFeed.objects.filter(agent=agent, revoked_at=None).update(revoked_at=timezone.now())
    if closed:
        audit.record(by, "calendar_closed", agent.slug)
    return bool(closed)


def find_feed(token: str) -> CalendarFeed | None:
    """The feed in force under this secret, of an agent who still works here and may still read it signed in."""
    feeds = CalendarFeed.objects.select_related("agent__user")
    feed = feeds.filter(token_hash=_hash(token), revoked_at=None, agent__is_active=True, agent__user__isnull=False)
    found = feed.first()
    return found if found and scope_for(found.agent.user).sees_rosters else None


def calendar(agent: Agent, *, now: datetime) -> bytes:
    """The agent's published shifts of the last weeks and the coming months, as iCalendar."""
    told = Calendar()
    told.add("prodid", "-//Ops Dashboard//Roster//EN")
    told.add("version", "2.0")
    told.add("method", "PUBLISH")
    told.add("x-wr-calname", f"Shifts of {agent.name}")
    shifts = Shift.objects.published().filter(agent=agent).touching(now - BEHIND, now + AHEAD)
    shifts = shifts.select_related("team", "version").order_by("start_at")
    parts = _parts([shift.pk for shift in shifts])
    for shift in shifts:
        told.add_component(_event(shift, parts.get(shift.pk, []), now=now))
    text: bytes = told.to_ical()
    return text


def _event(shift: Shift, parts: list[ShiftSegment], *, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{shift.key}@{DOMAIN}")
    event.add("dtstamp", shift.version.published_at or now)
    event.add("sequence", shift.revision)
    event.add("dtstart", shift.start_at.astimezone(UTC))
    event.add("dtend", shift.end_at.astimezone(UTC))
    away = bool(parts) and all(part.activity.kind == "absence" for part in parts)
    event.add("summary", parts[0].activity.name if away else f"Shift, {shift.team.name}")
    event.add("transp", "TRANSPARENT" if away else "OPAQUE")
    lines = [f"{part.start_at:%H:%M} {part.activity.name}" for part in parts]
    if len(lines) > 1:
        event.add("description", "UTC:\n" + "\n".join(lines))
    return event


def _parts(shifts: list[int]) -> dict[int, list[ShiftSegment]]:
    told: dict[int, list[ShiftSegment]] = {}
    for part in ShiftSegment.objects.filter(shift__in=shifts).select_related("activity").order_by("start_at"):
        told.setdefault(part.shift_id, []).append(part)
    return told


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
