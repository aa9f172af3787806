"""The writer of programs, their milestones and the effects of what shipped."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction

from insights import effects
from insights.counting import daily
from insights.effects import windows
from insights.models import Ask, Effect, Milestone, Program, Theme
from ops_dashboard.metrics.query import Reader
from ops_dashboard.people import audit
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import SYSTEM

LATE = timedelta(weeks=4)  # after its last week an effect is still read anew
State = Milestone.State


def measure_all(until: date) -> int:
    """Read the figures of everything that shipped anew, up to and including `until`; returns how many.

    What was still read four weeks after its last week stands: what comes in or is tagged late has been counted.
    """
    reader, measured = Reader(SYSTEM), 0
    shipped = Ask.objects.filter(status__in=(Ask.Status.SHIPPED, Ask.Status.CLOSED), shipped_on__isnull=False)
    for ask in shipped.select_related("effect"):
        if not _stands(ask):
            _measure(ask.shipped_on, _registered(ask), until, reader, ask=ask)
            measured += 1
    aimed = Program.objects.filter(shipped_on__isnull=False, theme__isnull=False)
    for program in aimed.select_related("theme", "effect"):
        if not _stands(program):
            _measure(program.shipped_on, [program.theme] if program.theme else [], until, reader, program=program)
            measured += 1
    return measured


@transaction.atomic
def ship(program: Program, *, on: date, by: User) -> None:
    program.shipped_on, program.state = on, Program.State.DONE
    program.save(update_fields=["shipped_on", "state"])
    forget_effect(program)
    audit.record(by.username, "program_shipped", f"program {program.pk}")


def forget_effect(program: Program) -> None:
    """What was measured of another day or theme than it has now."""
    Effect.objects.filter(program=program).delete()


def reach(milestone: Milestone, *, on: date | None) -> None:
    """Done on a day; None takes it back."""
    milestone.state, milestone.done_on = (State.DONE, on) if on else (State.OPEN, None)
    milestone.save(update_fields=["state", "done_on"])


def _stands(thing: Ask | Program) -> bool:
    effect: Effect | None = getattr(thing, "effect", None)
    if effect is None or thing.shipped_on is None or effect.weeks_after < effects.AFTER_WEEKS:
        return False
    return effect.measured_on >= windows(thing.shipped_on).after_end + LATE


def _registered(ask: Ask) -> list[Theme]:
    """The themes written down on acceptance, wherever they count now."""
    found = Theme.objects.filter(slug__in=ask.registered.get("themes", [])).select_related("merged_into")
    return list({(theme.merged_into or theme).pk: theme.merged_into or theme for theme in found}.values())


def _measure(
    shipped_on: date | None,
    themes: Sequence[Theme],
    until: date,
    reader: Reader,
    *,
    ask: Ask | None = None,
    program: Program | None = None,
) -> None:
    if shipped_on is None or not themes:
        return
    cut = windows(shipped_on)
    base = daily(cut.base_start, cut.base_end, themes, reader=reader)
    after_end = min(cut.after_end, until)
    whole_weeks = ((after_end - cut.after_start).days + 1) // 7
    last = cut.after_start + timedelta(days=7 * whole_weeks - 1)
    none = base.until(base.first - timedelta(days=1))
    after = daily(cut.after_start, last, themes, reader=reader) if whole_weeks else none
    base_counts, base_contacts = base.in_weeks()
    after_counts, after_contacts = after.in_weeks()
    known = base_contacts > 0  # weeks before the first data are no weeks without contacts
    found = effects.effect(
        base_counts.sum(axis=0)[known], base_contacts[known], after_counts.sum(axis=0), after_contacts
    )
    Effect.objects.update_or_create(
        ask=ask, program=program, defaults=vars(found) | {"measured_on": until, "verdict": str(found.verdict)}
    )
