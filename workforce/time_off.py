"""The writer of time off: asked for, agreed, declined, cancelled. It never changes a shift: the rules tell of those."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from ops_dashboard.people import audit
from ops_dashboard.people.models import Agent, Membership
from ops_dashboard.people.roles import Scope
from workforce.coverage import midnight
from workforce.models import Activity, Contract, Shift, TimeOff
from workforce.roster_rows import instant

State = TimeOff.State
FROM = {  # what each act may start from
    State.APPROVED: (State.REQUESTED, State.DECLINED),
    State.DECLINED: (State.REQUESTED,),
    State.CANCELLED: (State.REQUESTED, State.APPROVED),
}


class Overlaps(ValueError):
    """There is time off of the same person already."""


class NotNow(ValueError):
    """Somebody else has decided meanwhile."""


@transaction.atomic
def add(agent: Agent, activity: Activity, first: date, last: date, *, scope: Scope) -> TimeOff:
    """Agree to whole days off, from the first to the last, in the person's zone. Overlaps."""
    Agent.objects.select_for_update(no_key=True).get(pk=agent.pk)
    zone = ZoneInfo(zone_of(agent, first))
    start, end = (instant(midnight(day, zone)) for day in (first, last + timedelta(days=1)))
    _refuse_overlap(agent, start, end)
    row = TimeOff.objects.create(
        agent=agent, activity=activity, start_at=start, end_at=end, state=State.APPROVED, decided_by=scope.username
    )
    _record(scope, "added", row)
    return row


@transaction.atomic
def decide(row: TimeOff, state: State, *, scope: Scope) -> TimeOff:
    """Agree, decline or cancel. Overlaps, NotNow."""
    Agent.objects.select_for_update(no_key=True).get(pk=row.agent_id)
    row = TimeOff.objects.select_related("agent", "activity").get(pk=row.pk)
    if row.state not in FROM[state]:
        raise NotNow(f"It is {row.get_state_display().lower()} already.")
    if state == State.APPROVED:
        _refuse_overlap(row.agent, row.start_at, row.end_at, but=row.pk)
    row.state, row.decided_by = state, scope.username
    row.save(update_fields=["state", "decided_by"])
    _record(scope, state.value, row)
    return row


def shifts_in(row: TimeOff) -> int:
    """Published shifts that lie in it."""
    return Shift.objects.published().filter(agent=row.agent_id).touching(row.start_at, row.end_at).count()


def zone_of(agent: Agent, on: date) -> str:
    """Where the person's days are cut: by the contract, else by the place of the team."""
    contract = Contract.objects.valid_on(on).filter(agent=agent).first()
    if contract:
        return contract.zone
    members = Membership.objects.filter(agent=agent).select_related("team__site").order_by("-valid_from")
    site = next((each.team.site for each in members if each.holds_on(on)), None)
    return site.zone if site else str(settings.REPORTING_ZONE)


def _refuse_overlap(agent: Agent, start: datetime, end: datetime, *, but: int | None = None) -> None:
    standing = TimeOff.objects.standing().filter(agent=agent).touching(start, end).order_by("start_at")
    there = next((row for row in standing if row.pk != but), None)
    if there:
        begins = there.start_at.astimezone(ZoneInfo(zone_of(agent, there.start_at.date())))
        words = f"{there.get_state_display().lower()} from {begins:%-d %b %Y}"
        raise Overlaps(f"{agent.name} has {there.activity.name.lower()} {words} in these days already.")


def _record(scope: Scope, deed: str, row: TimeOff) -> None:
    audit.record(
        scope.username, f"time_off_{deed}", f"time off {row.pk}", of=row.agent.slug, first=row.start_at.isoformat(),
        until=row.end_at.isoformat(),
    )  # fmt: skip
