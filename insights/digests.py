"""What the digest of one week and area says, as plain values: the only reader of figures for it.

The order is that of the letter: headline, context with its known gaps, themes, insights with quotes, asks,
the status of every earlier ask (never left out), what closed, and how all of it was counted. Each ask stands
in it once.
"""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any

from insights import taxonomy
from insights.closures import closed_asks, closed_programs
from insights.counting import daily, with_beginnings
from insights.digest_context import context, per_users
from insights.feedback_list import source_names
from insights.known_gaps import gaps
from insights.models import Alarm, Area, Ask, AskStep, Digest, Insight, Theme, ThemeChange
from insights.satisfaction import NOT_RATED, by_theme
from insights.sizing import size
from insights.surveillance import WEEKLY, Class, Finding, survey
from ops_dashboard.metrics.definitions import Unit
from ops_dashboard.metrics.local_days import bounds, day_at
from ops_dashboard.metrics.query import Reader, today
from ops_dashboard.metrics.rendering.numbers import day, span, text
from ops_dashboard.people.roles import SYSTEM

MOST_THEMES, MOST_QUOTES = 5, 4
RISEN = ("new", "rising", "persistent")
WEEK = timedelta(days=7)
Told = dict[str, Any]


class BadWeek(ValueError):
    """Text that names no ISO week; the message says what would."""


def monday_of(text: str) -> date:
    """`2026-W47` -> its Monday."""
    try:
        year, week = text.upper().split("-W")
        return date.fromisocalendar(int(year), int(week), 1)
    except ValueError as error:
        raise BadWeek(f"'{text}' is not a week; try 2026-W47") from error


def build(area: str, week: date) -> Told:
    """Everything that the digest of the week from Monday `week` on tells to the partners of `area`."""
    until = week + WEEK - timedelta(days=1)
    themes = list(Theme.objects.active().leaves().filter(area=area))
    reader = Reader(SYSTEM)
    told_of = context(week, themes=len(themes), reader=reader)
    rows = _themes(themes, until, reader, users=told_of["users"])
    insights, asked = _insights(area, week, until), list(_asked(area, until))
    ended = closed_asks(asked, week, until)
    over = {row["id"] for row in ended}
    open_asks = [ask for ask in asked if ask.pk not in over and not _was_closed(ask, before=week)]
    lines = [(day_at(ask.opened_at) >= week, _ask(ask, min(until, today()))) for ask in open_asks]
    told = {
        "from": week.isoformat(),
        "to": until.isoformat(),
        "area": area,
        "area_name": Area.objects.filter(slug=area).values_list("name", flat=True).first() or area.capitalize(),
        "context": told_of,
        "themes": rows[:MOST_THEMES],
        "insights": insights,
        "asks": [line for is_new, line in lines if is_new],
        "previous": [line for is_new, line in lines if not is_new],
        "closed": [*ended, *closed_programs(area, week, until)],
        "gaps": gaps(week, until, themes, rows, insights=[row["id"] for row in insights], fresh=reader.freshness),
        "taxonomy": _taxonomy(week, until),
    }
    return told | {"headline": headline(told)}


def headline(told: Told) -> str:
    """One sentence with a number and what is needed; "nothing new" where nothing rose."""
    risen = [theme for theme in told["themes"] if theme["class"] in RISEN]
    waiting = [ask for ask in (*told["asks"], *told["previous"]) if ask["status"] == Ask.Status.OPEN]
    asks = f" {_waiting(waiting)}" if waiting else ""
    if not risen:
        return f"Nothing rose beyond chance this week.{asks}"
    top = risen[0]
    if top["n"] < 10:
        return f"{top['name']} is new.{asks}"
    interval = "" if top["low"] is None else f" [{span(top['low'], top['high'], Unit.SHARE)}]"
    share = f", {text(top['share'], Unit.SHARE)} of contacts{interval}" if top["share"] is not None else ""
    times = f", {top['ratio']:.1f} times the usual share" if top["ratio"] else ", and none before"
    return f"{top['name']}: {top['n']} messages{share}{times}.{asks}"


def _waiting(asks: Sequence[Told]) -> str:
    first = day(min(date.fromisoformat(ask["due"]) for ask in asks))
    if len(asks) == 1:
        return f"1 ask waits for your answer, due {first}."
    return f"{len(asks)} asks wait for your answer, the first due {first}."


def _themes(themes: Sequence[Theme], until: date, reader: Reader, *, users: int | None) -> list[Told]:
    """Those with messages, what moved or weighs most first, each with its size and whether that is a change at all."""
    if not themes:
        return []
    first = until - (WEEKLY.window + WEEKLY.gap + 1) * WEEK + timedelta(days=1)
    every = list(Theme.objects.active().leaves())
    told = with_beginnings(daily(first, until, every, reader=reader))
    counts, contacts = told.in_weeks()
    found = {every[f.theme].pk: f for f in survey(counts, contacts, known=told.known(days=7))}
    open_before = set(
        Alarm.objects.filter(opened_on__lt=until - WEEK, last_on__gte=until - WEEK).values_list("theme", flat=True)
    )
    satisfied = by_theme(themes, until, reader=reader)
    rows = [
        _theme(theme, found[theme.pk], size([theme], until, reader=reader), theme.pk in open_before) for theme in themes
    ]
    order = {"new": 0, "rising": 1, "persistent": 1, "falling": 2}
    rows.sort(key=lambda row: (order.get(row["class"], 3), -row["n"]))
    return [
        row | {"per_1000_users": per_users(row["n"], users)} | satisfied.get(row["slug"], NOT_RATED)
        for row in rows
        if row["n"]
    ]


def _theme(theme: Theme, finding: Finding, told: Told, is_persistent: bool) -> Told:
    kept = ("n", "contacts", "share", "low", "high", "usual_share", "ratio", "weeks")
    return {
        "slug": theme.slug,
        "name": theme.name,
        "class": _class(finding, is_persistent),
        "p": finding.p,
        "q": finding.q,
        **{name: told[name] for name in kept},
    }


def _class(finding: Finding, is_persistent: bool) -> str:
    """Nothing is called a change unless surveillance calls it one."""
    if finding.status == Class.TOO_LITTLE:
        return str(finding.status)
    if finding.status == Class.ALARM:
        return "new" if finding.is_new else "persistent" if is_persistent else "rising"
    return "falling" if finding.is_falling else "within noise"


def _insights(area: str, week: date, until: date) -> list[Told]:
    """Published this week, or still waiting for something: with quotes that a person chose."""
    begun, ended = bounds(week, until)
    found = Insight.objects.published().filter(area=area, published_at__lt=ended)
    fresh = [i for i in found.prefetch_related("quotes__feedback") if i.published_at and i.published_at >= begun]
    names = source_names()
    quoted = list(fresh or found.filter(asks__status=Ask.Status.OPEN).distinct()[:2])
    return [
        {
            "id": insight.pk,
            "claim": insight.claim,
            "story": insight.story,
            "is_new": insight in fresh,
            "quotes": [
                {
                    "text": quote.feedback.text,
                    "source": names.get(quote.feedback.source, quote.feedback.source),
                    "on": day_at(quote.feedback.occurred_at).isoformat(),
                }
                for quote in insight.quotes.all()[:MOST_QUOTES]
                if not quote.feedback.detections
            ],
        }
        for insight in quoted
    ]


def _asked(area: str, until: date) -> Any:
    """All that partners were told of, whether or not the insight has been shelved since."""
    _, ended = bounds(until, until)
    asks = Ask.objects.filter(area=area, insight__published_at__isnull=False, opened_at__lt=ended)
    return asks.select_related("owner", "effect", "program", "insight").prefetch_related("steps", "insight__themes")


def _was_closed(ask: Ask, *, before: date) -> bool:
    closed = (day_at(step.at) for step in ask.steps.all() if step.kind == AskStep.Kind.CLOSED)
    return ask.status == Ask.Status.CLOSED and max(closed, default=date.min) < before


def _ask(ask: Ask, until: date) -> Told:
    answers = [step for step in ask.steps.all() if step.kind in ("accepted", "declined", "shipped", "closed")]
    effect = getattr(ask, "effect", None)
    return {
        "id": ask.pk,
        "question": ask.question,
        "insight": ask.insight.claim,
        "owner": ask.owner.shown_name if ask.owner else "",
        "due": ask.due_on.isoformat(),
        "status": ask.status,
        "age_days": (until - day_at(ask.opened_at)).days,
        "is_late": ask.is_late(until),
        "answer": answers[-1].note if answers else "",
        "answered_on": day_at(answers[-1].at).isoformat() if answers else None,
        "shipped_on": ask.shipped_on.isoformat() if ask.shipped_on else None,
        "users_told": ask.users_told,
        "program": ask.program.title if ask.program else "",
        "judged_by": [theme.name for theme in ask.insight.themes.all()],
        "effect": effect.told(small_hidden=True) if effect else None,
    }


def _taxonomy(week: date, until: date) -> Told:
    version = taxonomy.current()
    begun, ended = bounds(week, until)
    changes = ThemeChange.objects.filter(
        kind__in=(ThemeChange.Kind.MERGE, ThemeChange.Kind.SPLIT, ThemeChange.Kind.MOVE, ThemeChange.Kind.RENAME),
        version__published_at__gte=begun,
        version__published_at__lt=ended,
    ).select_related("theme")
    return {
        "version": version.number if version else 0,
        "changes": [f"{change.theme.name}: {change.get_kind_display().lower()}" for change in changes],
    }


def stamp(told: Told) -> str:
    """A mark of what a person read in a letter: what people said, and the figures of a week that is over.

    Those of a running week move every minute, and its letter says so.
    """
    is_over = date.fromisoformat(told["to"]) < today()
    read = [told[name] for name in ("insights", "asks", "previous", "closed", *(("themes",) if is_over else ()))]
    return blake2b(json.dumps(read, sort_keys=True).encode(), digest_size=16).hexdigest()


def as_it_stands(area: str, week: date) -> Digest:
    """The digest of that week; while nobody has approved it with a snapshot of now, which is not stored."""
    digest = Digest.objects.filter(week=week, area=area).first() or Digest(week=week, area=area)
    if digest.state == Digest.State.DRAFT:
        digest.snapshot = build(area, week)
    return digest
