"""The part of the demo that keeps watch: the manager's alert rules, and what they find in the weeks behind.

Nothing of what they find is planted: the rules look at the figures as those of anybody do.
"""

from datetime import datetime, timedelta

from django.db import transaction

from ops_dashboard.metrics import alerts
from ops_dashboard.metrics.alert_looks import look
from ops_dashboard.metrics.alert_verdicts import BASE_DAYS
from ops_dashboard.metrics.alerts import Wish
from ops_dashboard.metrics.asking import today
from ops_dashboard.metrics.models import AlertFiring, AlertRule, AlertRules
from ops_dashboard.people.models import User
from tickets.demo.world import World

OWNER = "demo-manager"
GOAL = "First replies below goal"
RULES = (
    Wish("More or fewer tickets than usual", "created", 1, "", "either", None),
    Wish("Slow first replies", "first_reply_median", 1, "", "above", None),
    Wish(GOAL, "first_reply_attainment", 1, "", "below", 0.9),
)
ANSWERED = timedelta(days=14)  # after which the manager has said something to a day below the goal
NOTE = "Talked through with the leads."


@transaction.atomic
def tell(world: World) -> None:
    """The rules; they look once figures are there."""
    owner = User.objects.filter(username=OWNER).first()
    if owner is None or owner.alert_rules.exists():
        return
    for wish in RULES:
        alerts.make(wish, owner=owner, since=today() - timedelta(days=BASE_DAYS))


def look_back() -> int:
    """Let the rules look at the weeks behind; returns how many firings there are."""
    for pk in _rules().values_list("pk", flat=True):
        look(pk, back=BASE_DAYS)
    long_ago = AlertFiring.objects.open().filter(rule__in=_rules().filter(name=GOAL), on__lt=today() - ANSWERED)
    for firing in long_ago.select_related("rule__owner"):
        alerts.acknowledge(firing, note=NOTE, by=firing.rule.owner)
    return AlertFiring.objects.filter(rule__in=_rules()).count()


def go_on(world: World, *, now: datetime) -> None:
    """Rules look by the clock, as everywhere."""


def remove() -> None:
    _rules().delete()


def _rules() -> AlertRules:
    return AlertRule.objects.filter(owner__username=OWNER)
