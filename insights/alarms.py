"""The writer of surveys and alarms: looks at every theme once a day and speaks where one rose.

A theme has one open alarm; each further look that flags it adds to the alarm's context. Calm for two
weeks it is over; flagged again within four weeks it opens anew, with all that was known before.

Days are judged again while messages, contacts and suggestions still come in for them: the survey and the
context tell what is known now, and only a day that was not flagged before opens anything.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from operator import itemgetter
from typing import Any

from django.db import transaction

from insights import drafting
from insights.counting import DAY, Daily, daily, with_beginnings
from insights.models import Alarm, Survey, Theme
from insights.surveillance import DAILY, SEVEN_DAYS, Class, Finding, survey
from ops_dashboard.people import audit
from ops_dashboard.people.models import User

CALM, SOON = timedelta(days=14), timedelta(days=28)
SPARK_PERIODS = 26
Found = dict[str, Any]
_look_of = itemgetter("on", "grain")


def look(first: date, until: date) -> int:
    """Judge each day from `first` to `until` and the seven days that end with it; returns how many themes the last
    of them flags."""
    themes = list(Theme.objects.active().leaves())
    told = with_beginnings(daily(first - (DAILY.window + DAILY.gap) * DAY, until, themes))
    days = [first + n * DAY for n in range((until - first).days + 1)]
    return [record(told.until(day)) for day in days][-1]


def record(told: Daily) -> int:
    """Keep what the last day of `told` shows. Looking twice at a day changes nothing."""
    weeks, week_contacts = told.in_weeks()
    looks = (
        (Survey.Grain.DAY, told.counts, told.contacts, told.known(), DAILY),
        (Survey.Grain.WEEK, weeks, week_contacts, told.known(days=7), SEVEN_DAYS),
    )
    flagged: dict[int, list[Found]] = {}
    with transaction.atomic():
        for grain, counts, contacts, known, rule in looks:
            if not len(contacts):
                continue
            found = survey(counts, contacts, rule=rule, known=known)
            rows = [_told(f, told.themes[f.theme], counts[f.theme, -SPARK_PERIODS:].tolist()) for f in found]
            Survey.objects.update_or_create(
                on=told.last, grain=grain, defaults={"contacts": int(contacts[-1]), "findings": rows}
            )
            for row in rows:
                if row["status"] == Class.ALARM:
                    flagged.setdefault(row["theme"], []).append(_context(row, told.last, grain, int(contacts[-1])))
        Alarm.objects.open().filter(last_on__lt=told.last - CALM).update(state=Alarm.State.OVER)
        for theme, context in flagged.items():
            _raise(theme, told.last, context)
    return len(flagged)


@transaction.atomic
def dismiss(alarm: Alarm, *, by: User, reason: str) -> None:
    """It is known or does not matter; the theme stays quiet for two weeks."""
    alarm.state, alarm.closed_by, alarm.reason = Alarm.State.DISMISSED, by, reason
    alarm.save(update_fields=["state", "closed_by", "reason"])
    audit.record(by.username, "alarm_dismissed", f"alarm {alarm.pk}", theme=alarm.theme_id)


@transaction.atomic
def restore(alarm: Alarm, *, by: User) -> bool:
    """Take a dismissal back; False where the theme has another open alarm by now."""
    if Alarm.objects.open().filter(theme=alarm.theme_id).exists():
        return False
    alarm.state, alarm.closed_by, alarm.reason = Alarm.State.OPEN, None, ""
    alarm.save(update_fields=["state", "closed_by", "reason"])
    audit.record(by.username, "alarm_restored", f"alarm {alarm.pk}", theme=alarm.theme_id)
    return True


def _raise(theme: int, on: date, context: Sequence[Found]) -> None:
    """Open an alarm, or add to the one there is."""
    last = Alarm.objects.select_for_update().filter(theme=theme).order_by("-last_on", "-id").first()
    if last is None or last.last_on < on - SOON:
        alarm = Alarm.objects.create(theme_id=theme, opened_on=on, last_on=on, context=list(context))
        drafting.from_alarm(alarm)
        return
    known, told = ({_look_of(entry): entry for entry in entries} for entries in (last.context, context))
    if not told.keys() <= known.keys():
        if last.state == Alarm.State.DISMISSED and last.last_on >= on - CALM:
            return
        if last.state != Alarm.State.OPEN:
            last.state, last.reopened, last.closed_by, last.reason = Alarm.State.OPEN, last.reopened + 1, None, ""
    last.context = sorted((known | told).values(), key=_look_of)
    last.last_on = max(last.last_on, on)
    last.save(update_fields=["state", "reopened", "closed_by", "reason", "context", "last_on"])


def _told(finding: Finding, theme: int, recent: list[int]) -> Found:
    return asdict(finding) | {"theme": theme, "status": str(finding.status), "recent": recent}


def _context(row: Found, on: date, grain: str, contacts: int) -> Found:
    kept = ("observed", "expected", "low", "high", "ratio", "p", "q", "is_new")
    return {"on": on.isoformat(), "grain": str(grain), "contacts": contacts, **{name: row[name] for name in kept}}
