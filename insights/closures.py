"""What came to an end in one week: asks declined, shipped or closed, and effects whose eight weeks are over."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from insights.effects import AFTER_WEEKS, windows
from insights.models import Ask, AskStep, Effect, Program
from ops_dashboard.metrics.local_days import day_at

Told = dict[str, Any]
MEASURED = "measured"  # the outcome where nothing happened but that the eight weeks are over
ENDS = (AskStep.Kind.DECLINED, AskStep.Kind.SHIPPED, AskStep.Kind.CLOSED)
BEGINS = (AskStep.Kind.OPENED, AskStep.Kind.REOPENED)


def closed_asks(asks: Iterable[Ask], week: date, until: date) -> list[Told]:
    """Of `asks` (with their steps and effects) those that came to an end in the days from `week` until `until`."""
    return [row for ask in asks if (row := _ask(ask, week, until))]


def closed_programs(area: str, week: date, until: date) -> list[Told]:
    found = Program.objects.filter(area=area, shipped_on__lte=until).select_related("effect")
    return [row for program in found.order_by("shipped_on", "id") if (row := _program(program, week, until))]


def _ask(ask: Ask, week: date, until: date) -> Told | None:
    known = [step for step in ask.steps.all() if day_at(step.at) <= until and step.kind in (*ENDS, *BEGINS)]
    last = known[-1] if known else None
    is_end = last is not None and last.kind in ENDS and day_at(last.at) >= week
    if not is_end and not _is_measured(ask, week, until):
        return None
    return {
        "kind": "ask",
        "id": ask.pk,
        "title": ask.question,
        "outcome": str(last.kind) if last and is_end else MEASURED,
        "note": last.note if last and is_end else "",
        "users_told": ask.users_told,
        **_effect(ask),
    }


def _program(program: Program, week: date, until: date) -> Told | None:
    has_shipped = program.shipped_on is not None and week <= program.shipped_on
    if not has_shipped and not _is_measured(program, week, until):
        return None
    return {
        "kind": "program",
        "id": program.pk,
        "title": program.title,
        "outcome": str(AskStep.Kind.SHIPPED) if has_shipped else MEASURED,
        "note": "",
        "users_told": None,
        **_effect(program),
    }


def _is_measured(thing: Ask | Program, week: date, until: date) -> bool:
    """Whether the last day of its eight weeks falls into these days, and something was read."""
    effect: Effect | None = getattr(thing, "effect", None)
    if effect is None or thing.shipped_on is None or effect.weeks_after < AFTER_WEEKS:
        return False
    return week <= windows(thing.shipped_on).after_end <= until


def _effect(thing: Ask | Program) -> Told:
    effect: Effect | None = getattr(thing, "effect", None)
    shipped = thing.shipped_on
    return {
        "shipped_on": shipped.isoformat() if shipped else None,
        "measured_until": windows(shipped).after_end.isoformat() if shipped else None,
        "effect": effect.told(small_hidden=True) if effect else None,
    }
