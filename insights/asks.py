"""The writer of asks: put to a partner, accepted or declined with a reason, shipped, closed.

Each step is kept with its author; an answer also with the seconds it took. On acceptance the figure
that will judge the change is written down: what, against which base, by which rule.
"""

from datetime import date, datetime, timedelta
from typing import TypeAlias

from django.db import transaction
from django.utils import timezone

from insights.effects import AFTER_WEEKS, BASE_WEEKS, LEFT_OUT
from insights.marking import mark_new, marked
from insights.models import Ask, AskStep, Effect, Insight, Program
from insights.sizing import size
from ops_dashboard.metrics.local_days import day_at
from ops_dashboard.metrics.periods import EARLIEST
from ops_dashboard.metrics.query import today
from ops_dashboard.people import audit
from ops_dashboard.people.models import User

Kind: TypeAlias = AskStep.Kind
Status: TypeAlias = Ask.Status
# What may follow what.
FROM: dict[Kind, tuple[Status, ...]] = {
    Kind.ACCEPTED: (Status.OPEN,),
    Kind.DECLINED: (Status.OPEN, Status.ACCEPTED),
    Kind.SHIPPED: (Status.ACCEPTED,),
    Kind.CLOSED: (Status.OPEN, Status.DECLINED, Status.SHIPPED, Status.ACCEPTED),
    Kind.REOPENED: (Status.DECLINED, Status.CLOSED),
}
TO = {
    Kind.ACCEPTED: Status.ACCEPTED,
    Kind.DECLINED: Status.DECLINED,
    Kind.SHIPPED: Status.SHIPPED,
    Kind.CLOSED: Status.CLOSED,
    Kind.REOPENED: Status.OPEN,
}
RULE = (
    f"Messages per contact in the {AFTER_WEEKS} weeks after shipping against {BASE_WEEKS} weeks that end {LEFT_OUT} "
    "weeks before it; better when the whole 95 % interval of the ratio lies below 1, worse when above."
)


def follows(kind: Kind, ask: Ask) -> bool:
    """Whether this step may come next, whoever takes it."""
    return Status(ask.status) in FROM[kind]


class BadStep(ValueError):
    """A step that does not follow from where the ask stands; the message says where that is."""


@transaction.atomic
def put(
    insight: Insight,
    *,
    question: str,
    due_on: date,
    owner: User | None,
    by: User | None,
    area: str = "",
    program: Program | None = None,
    at: datetime | None = None,
) -> Ask:
    """A new ask about an insight, to the insight's area unless told otherwise."""
    if Insight.objects.select_for_update().get(pk=insight.pk).state == Insight.State.SHELVED:
        raise BadStep("This insight is shelved; publish it before you ask because of it.")
    ask = Ask.objects.create(
        insight=insight,
        area=area or insight.area,
        owner=owner,
        question=question,
        due_on=due_on,
        program=program,
        opened_at=at or timezone.now(),
    )
    AskStep.objects.create(ask=ask, kind=Kind.OPENED, by=by, area=ask.area, at=ask.opened_at)
    mark_new("ask", ask.pk)
    audit.record(_name(by), "ask_put", f"ask {ask.pk}", area=ask.area)
    return ask


def accept(ask: Ask, *, by: User | None, note: str = "", at: datetime | None = None) -> Ask:
    """Whoever accepts what nobody owns owns it."""
    return _step(ask.pk, Kind.ACCEPTED, by=by, note=note, at=at)


def decline(ask: Ask, *, by: User | None, reason: str, at: datetime | None = None) -> Ask:
    if not reason.strip():
        raise BadStep("A reason, please: it is what the others learn from.")
    return _step(ask.pk, Kind.DECLINED, by=by, note=reason, at=at)


def ship(
    ask: Ask, *, by: User | None, on: date, note: str = "", users_told: int | None = None, at: datetime | None = None
) -> Ask:
    if on > today():
        raise BadStep(f"{on} has not come yet; say it shipped once it has.")
    if on < EARLIEST:
        raise BadStep(f"{on} is too long ago to measure what came of it.")
    return _step(ask.pk, Kind.SHIPPED, by=by, note=note, shipped=(on, users_told), at=at)


@transaction.atomic
def tell_users(ask: Ask, *, by: User | None, count: int | None) -> Ask:
    """So many users were told of what shipped; a later word replaces an earlier one."""
    if count is None:
        raise BadStep("How many, please: none is a number too.")
    found = Ask.objects.select_for_update().get(pk=ask.pk)
    if found.shipped_on is None:
        raise BadStep("It has not shipped yet: there is nothing to tell users.")
    found.users_told = count
    found.save(update_fields=["users_told"])
    audit.record(_name(by), "users_told", f"ask {found.pk}", area=found.area, count=count)
    return found


def close(ask: Ask, *, by: User | None, note: str = "", at: datetime | None = None) -> Ask:
    return _step(ask.pk, Kind.CLOSED, by=by, note=note, at=at)


def reopen(ask: Ask, *, by: User | None, note: str = "", at: datetime | None = None) -> Ask:
    return _step(ask.pk, Kind.REOPENED, by=by, note=note, at=at)


def _step(
    pk: int,
    kind: Kind,
    *,
    by: User | None,
    note: str,
    at: datetime | None,
    shipped: tuple[date, int | None] | None = None,
) -> Ask:
    with marked("ask", pk):
        ask = Ask.objects.select_for_update(of=("self",)).select_related("insight").get(pk=pk)
        if not follows(kind, ask):
            raise BadStep(f"This ask is {ask.get_status_display().lower()}; it cannot be {kind.label.lower()} now.")
        if kind == Kind.REOPENED and Insight.objects.filter(pk=ask.insight_id, state=Insight.State.SHELVED).exists():
            raise BadStep("Its insight is shelved; publish that before you ask again.")
        now = at or timezone.now()
        is_answer = kind in (Kind.ACCEPTED, Kind.DECLINED) and ask.status == Status.OPEN
        AskStep.objects.create(
            ask=ask,
            kind=kind,
            by=by,
            note=note.strip(),
            at=now,
            area=ask.area,
            answer_s=int((now - _asked_at(ask)).total_seconds()) if is_answer else None,
        )
        ask.status = TO[kind]
        if shipped or kind == Kind.REOPENED:
            ask.shipped_on, ask.users_told = shipped or (None, None)
        if kind == Kind.REOPENED:
            Effect.objects.filter(ask=ask).delete()  # of what had shipped before
        if kind == Kind.ACCEPTED:
            ask.registered = _register(ask, now)
            ask.owner = ask.owner or by
        ask.save(update_fields=["status", "shipped_on", "users_told", "registered", "owner"])
        audit.record(_name(by), f"ask_{kind.value}", f"ask {ask.pk}", area=ask.area)
    return ask


def _asked_at(ask: Ask) -> datetime:
    return ask.steps.filter(kind__in=(Kind.OPENED, Kind.REOPENED)).latest("at", "id").at


def _register(ask: Ask, at: datetime) -> dict[str, object]:
    """What will judge the change, with the figure as it stands now."""
    themes = list(ask.insight.themes.all())
    on = day_at(at)
    told = size(themes, on - timedelta(days=1))
    kept = ("from", "to", "n", "contacts", "share", "usual_share")
    return {
        "on": on.isoformat(),
        "metric": "themed",
        "per": "created",
        "themes": [theme.slug for theme in themes],
        "rule": RULE,
        "then": {name: told[name] for name in kept},
    }


def _name(by: User | None) -> str:
    return by.username if by else "system"
