"""What a reader does with alert rules: the only writer of rules, and of what was said to a firing."""

from dataclasses import dataclass
from datetime import date, timedelta
from math import isfinite

from django.db import transaction
from django.utils import timezone

from ops_dashboard.metrics.alert_terms import BadRule, canonical, refuse_nonsense
from ops_dashboard.metrics.alert_verdicts import Kind, Side
from ops_dashboard.metrics.asking import today
from ops_dashboard.metrics.definitions import UnknownMetric, registry
from ops_dashboard.metrics.models import AlertFiring, AlertRule
from ops_dashboard.people import audit
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import scope_for

MOST = 50  # rules of one person
BY_OWNER = "You paused it."


@dataclass(frozen=True)
class Wish:
    """A rule as its owner words it; `cuts` is a query string or an address, `limit` None for a departure."""

    name: str
    metric: str
    days: int
    cuts: str
    side: str
    limit: float | None


def drafted(wish: Wish, owner: User) -> AlertRule:
    """The rule that a wish comes to, not saved. BadRule."""
    try:
        cuts = canonical(wish.cuts, registry.metric(wish.metric))
    except UnknownMetric as unknown:
        raise BadRule("metric", str(unknown)) from unknown
    if len(cuts) > 500:
        raise BadRule("cuts", "That is too long: 500 characters are the most.")
    if wish.limit is not None and not isfinite(wish.limit):
        raise BadRule("limit", "That is no number.")
    rule = AlertRule(
        owner=owner,
        name=wish.name,
        metric=wish.metric,
        days=wish.days,
        cuts=cuts,
        kind=Kind.DEPARTURE if wish.limit is None else Kind.THRESHOLD,
        side=Side(wish.side),
        limit=wish.limit,
        since=today() - timedelta(days=1),
        made_at=timezone.now(),
    )
    refuse_nonsense(rule, scope_for(owner))
    return rule


@transaction.atomic
def make(wish: Wish, *, owner: User, since: date | None = None) -> AlertRule:
    """A new rule; it looks from yesterday on unless told otherwise. BadRule."""
    rule = drafted(wish, owner)
    rule.since = since or rule.since
    User.objects.select_for_update().get(pk=owner.pk)  # so that two forms at once do not pass MOST
    if AlertRule.objects.filter(owner=owner).count() >= MOST:
        raise BadRule("name", f"You keep {MOST} rules, which is the most: delete one first.")
    rule.save()
    _note(owner, "alert_rule_made", rule)
    return rule


@transaction.atomic
def change(rule: AlertRule, wish: Wish, *, by: User) -> AlertRule:
    """The same rule with other terms; it looks from yesterday on, and what it said before stays as it was. What
    paused it is mended by that, unless it was its owner. BadRule."""
    kept = AlertRule.objects.select_for_update().get(pk=rule.pk)
    changed = drafted(wish, by)
    changed.pk, changed.made_at = kept.pk, kept.made_at
    changed.paused_because = BY_OWNER if kept.paused_because == BY_OWNER else ""
    changed.save(force_update=True)
    _note(by, "alert_rule_changed", changed)
    return changed


def pause(rule: AlertRule, *, by: User) -> None:
    _set_paused(rule, BY_OWNER, "alert_rule_paused", by=by)


@transaction.atomic
def resume(rule: AlertRule, *, by: User) -> None:
    """Let it look again, from yesterday on. BadRule where it could not."""
    refuse_nonsense(rule, scope_for(by))
    AlertRule.objects.filter(pk=rule.pk).update(since=today() - timedelta(days=1))
    _set_paused(rule, "", "alert_rule_resumed", by=by)


@transaction.atomic
def remove(rule: AlertRule, *, by: User) -> None:
    """With all that it ever said."""
    _note(by, "alert_rule_removed", rule)
    rule.delete()


@transaction.atomic
def acknowledge(firing: AlertFiring, *, note: str, by: User) -> bool:
    """False where it had been acknowledged before."""
    told = AlertFiring.objects.open().filter(pk=firing.pk).update(acknowledged_at=timezone.now(), note=note)
    if told:
        audit.record(by.username, "alert_acknowledged", f"alert {firing.pk}", metric=firing.metric, on=str(firing.on))
    return bool(told)


@transaction.atomic
def _set_paused(rule: AlertRule, why: str, action: str, *, by: User) -> None:
    if AlertRule.objects.filter(pk=rule.pk).exclude(paused_because=why).update(paused_because=why):
        _note(by, action, rule)


def _note(by: User, action: str, rule: AlertRule) -> None:
    limit = None if rule.limit is None else f"{rule.limit:g}"
    audit.record(
        by.username, action, f"alert rule {rule.pk}", metric=rule.metric, days=int(rule.days), side=str(rule.side),
        limit=limit,
    )  # fmt: skip
