"""The looks that rules take at figures: the only writer of firings.

A rule is judged within what its owner may see at that moment. It looks at the days of the last LOOK_BACK that
are complete, so that a worker that was away or data that came late cost nothing but time; a day speaks once.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ops_dashboard.metrics.alert_terms import BadRule, is_about_people, refuse_nonsense, terms_of, where_of
from ops_dashboard.metrics.alert_verdicts import BASE_DAYS, Outcome, Side, Terms, Verdict, judge, points
from ops_dashboard.metrics.asking import BeingRecounted, Query, today
from ops_dashboard.metrics.definitions import Metric
from ops_dashboard.metrics.forms import Where
from ops_dashboard.metrics.local_days import day_at
from ops_dashboard.metrics.models import AlertFiring, AlertRule, Annotation, Fill, StaleCell
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.query import Reader
from ops_dashboard.people.roles import Scope, scope_for

logger = logging.getLogger("ops.metrics")

LOOK_BACK = 7  # days
DISABLED = "Its owner's account was disabled."
OUT_OF_THE_ORDINARY = (Annotation.Kind.OUTAGE, Annotation.Kind.HOLIDAY)


def look_at_all() -> int:
    """Let every running rule look; returns how many did. One that fails is logged and stops no other."""
    looked = 0
    for pk in AlertRule.objects.running().order_by("owner_id", "id").values_list("pk", flat=True):
        try:
            looked += look(pk)
        except Exception:  # the edge of each rule: what is wrong with one is not wrong with all
            logger.exception("alert rule failed rule=%s", pk)
    return looked


@transaction.atomic
def look(pk: int, *, back: int = LOOK_BACK) -> bool:
    """Judge the days of a rule that are complete. False where another worker has it, or nothing could be told."""
    free = AlertRule.objects.select_for_update(skip_locked=True, of=("self",)).select_related("owner")
    rule = free.running().filter(pk=pk).first()
    if rule is None:
        return False
    scope = scope_for(rule.owner)
    try:
        if not rule.owner.is_active:
            raise BadRule("owner", DISABLED)
        refuse_nonsense(rule, scope)
        verdicts = _verdicts_since(rule, Reader(scope), back=back)
    except BadRule as problem:
        _pause(rule, str(problem))
        return False
    except BeingRecounted:
        return False
    _record(rule, scope, verdicts)
    return True


def foretold(rule: AlertRule, scope: Scope) -> list[Verdict]:
    """What a rule, saved or not, would have said on each complete day of the last BASE_WEEKS. One query of cells."""
    reader = Reader(scope)
    terms = terms_of(rule)
    return list(_verdicts(rule, terms, reader, _complete_days(terms.metric, reader, back=BASE_DAYS)))


def _verdicts_since(rule: AlertRule, reader: Reader, *, back: int) -> list[Verdict]:
    terms = terms_of(rule)
    days = [on for on in _complete_days(terms.metric, reader, back=back) if on >= rule.since]
    return list(_verdicts(rule, terms, reader, days))


def _complete_days(metric: Metric, reader: Reader, *, back: int) -> list[date]:
    """The last `back` days whose figures move no more: counted, with data up to them, and mature.

    A day after the last one with any fact is not told from one whose data has not come.
    """
    complete_to = reader.freshness.complete_to
    ends = [reach.end for slug, reach in Fill.objects.reaches().items() if slug in metric.sources]
    if complete_to is None or reader.freshness.owed or not ends:
        return []
    last = min(
        day_at(complete_to) - timedelta(days=1),
        max(ends),
        today() - timedelta(days=metric.maturity_days + 1),
    )
    return [last - timedelta(days=n) for n in reversed(range(back))]


def _verdicts(rule: AlertRule, terms: Terms, reader: Reader, days: Sequence[date]) -> Iterator[Verdict]:
    if not days:
        return
    where = where_of(rule, terms.metric)
    base = BASE_DAYS if terms.limit is None else 0
    span = Period(days[0] - timedelta(days=base + terms.look - 1), days[-1])
    rows = reader.run(Query(terms.metric.slug, span, Grain.DAY, where=where)).rows
    told = points(terms.metric, rows, terms.look)
    stale = _stale_days(terms.metric, span)
    outages, holidays = (
        {} if terms.limit is not None else _annotated(span, where, kind) for kind in OUT_OF_THE_ORDINARY
    )
    for on in days:
        if any(on - timedelta(days=terms.look) < day <= on for day in stale):
            yield Verdict(on, Outcome.WAITS)
        else:
            yield judge(terms, told, on, left_out=outages, holidays=holidays)


def _stale_days(metric: Metric, span: Period) -> set[date]:
    """Days of which something is to be counted again."""
    owed = StaleCell.objects.filter(source__in=metric.sources, day__range=(span.start, span.end))
    return set(owed.values_list("day", flat=True).distinct())


def _annotated(span: Period, where: Where, kind: Annotation.Kind) -> set[date]:
    """The days that notes of a kind cover, those about everybody and about the one team that the rule is about."""
    teams = dict(where).get("team", ())
    concerned = Q(team=None) | Q(team__slug__in=teams if len(teams) == 1 else ())
    notes = Annotation.objects.filter(concerned, kind=kind, on__lte=span.end).values_list("on", "until")
    return {
        first + timedelta(days=n)
        for first, until in notes
        for n in range((min(until or first, span.end) - first).days + 1)
        if first + timedelta(days=n) >= span.start
    }


def _record(rule: AlertRule, scope: Scope, verdicts: Sequence[Verdict]) -> None:
    """What fires is kept once a day, whoever judges it a second time; the rule keeps what the last day came to."""
    terms, now = terms_of(rule), timezone.now()
    about_people = is_about_people(terms.metric, where_of(rule, terms.metric))
    firings = [
        AlertFiring(
            rule=rule,
            on=verdict.on,
            metric=rule.metric,
            days=rule.days,
            cuts=rule.cuts,
            kind=rule.kind,
            is_above=_is_above(terms, verdict),
            value=verdict.value,
            n=verdict.n,
            limit=passed(terms, verdict),
            expected=verdict.expected,
            score=verdict.score,
            teams=None if scope.teams is None else sorted(scope.teams),
            is_about_people=about_people,
            fired_at=now,
        )
        for verdict in verdicts
        if verdict.fires and verdict.value is not None
    ]
    AlertFiring.objects.bulk_create(firings, ignore_conflicts=True)
    last = verdicts[-1] if verdicts else None
    rule.looked_at, rule.looked_to = now, last.on if last else None
    rule.outcome = last.outcome if last else Outcome.WAITS
    rule.save(update_fields=["looked_at", "looked_to", "outcome"])


def _is_above(terms: Terms, verdict: Verdict) -> bool:
    return terms.side is Side.ABOVE if verdict.score is None else verdict.score > 0


def passed(terms: Terms, verdict: Verdict) -> float:
    """What a figure that fires has passed: the limit, or the end of what was expected."""
    bound = verdict.high if _is_above(terms, verdict) else verdict.low
    limit = bound if terms.limit is None else terms.limit
    assert limit is not None
    return limit


def _pause(rule: AlertRule, why: str) -> None:
    rule.paused_because = why[:200]
    rule.save(update_fields=["paused_because"])
    logger.info("alert rule paused rule=%s", rule.pk)
