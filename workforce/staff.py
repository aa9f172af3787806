"""The writer of who people are to us: memberships, skills, contracts, rates. All of them valid for a time.

Without a last day something is valid until the next of its kind begins; whoever adds a later one
ends the earlier one. So the same rows put in twice change nothing. What changes rates or contracts
goes through `price_marks.repricing`, so that figures in money follow: `begin`, `correct` and `remove`
do it themselves, the import does it once for all of its rows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import models, transaction

from ops_dashboard.people.dated import Dated, ends_after
from ops_dashboard.people.models import Agent, Membership, Team
from workforce.models import AgentSkill, Contract, ContractType, Rate, Skill
from workforce.price_marks import repricing

ADDED, CHANGED, UNCHANGED = "added", "changed", "unchanged"


def begin(row: Dated) -> list[Dated]:
    """Add a row; the one valid on its first day ends the day before. Returns what was ended. ValidationError."""
    row.succeeds = True
    with _priced(row):
        ended: list[Dated] = list(row.of_subject().filter(ends_after(row.valid_from), valid_from__lt=row.valid_from))
        for earlier in ended:
            earlier.valid_to = row.valid_from
            earlier.save(update_fields=["valid_to"])
        row.full_clean()
        row.save()
    return ended


def correct(row: Dated) -> None:
    """Write a row as it should have been. ValidationError."""
    with _priced(row):
        row.full_clean()
        row.save()


def remove(row: Dated) -> None:
    """Take a row away that should never have been; what it ended stays ended."""
    with _priced(row):
        row.delete()


@contextmanager
def _priced(row: Dated) -> Iterator[None]:
    if isinstance(row, Contract):
        with repricing(agents=[row.agent_id]):
            yield
    elif isinstance(row, Rate):
        with repricing():
            yield
    else:
        with transaction.atomic():
            yield


def set_agent(slug: str, name: str, team: Team, *, valid_from: date, valid_to: date | None) -> str:
    """An agent and the team they belong to from a day on; a move ends the membership before it."""
    agent, is_new = Agent.objects.get_or_create(slug=slug, defaults={"name": name})
    is_renamed = agent.name != name
    if is_renamed:
        agent.name = name
        agent.save(update_fields=["name"])
    outcome = _set(Membership, {"agent": agent}, valid_from, valid_to, {"team": team})
    if is_new:
        return ADDED
    return CHANGED if is_renamed and outcome == UNCHANGED else outcome


def set_skill(agent: Agent, slug: str, *, level: int, valid_from: date, valid_to: date | None) -> str:
    skill, _ = Skill.objects.get_or_create(slug=slug, defaults={"name": slug.replace("-", " ").capitalize()})
    return _set(AgentSkill, {"agent": agent, "skill": skill}, valid_from, valid_to, {"level": level})


def set_contract(
    agent: Agent, slug: str, *, minutes: int, days: int, zone: str, valid_from: date, valid_to: date | None
) -> str:
    """A contract with the rest of its terms from its type; a type that is new starts from these."""
    kind, _ = ContractType.objects.get_or_create(
        slug=slug,
        defaults={"name": slug.replace("-", " ").capitalize(), "week_minutes": minutes, "days_a_week": days},
    )
    taken = ("shortest_shift_minutes", "longest_shift_minutes", "daily_rest_minutes", "most_days_running")
    terms = {field: getattr(kind, field) for field in taken}
    values = {"type": kind, "week_minutes": minutes, "days_a_week": days, "zone": zone}
    return _set(Contract, {"agent": agent}, valid_from, valid_to, values, at_first=terms)


def set_rate(
    subject: dict[str, models.Model], *, minor: int, currency: str, basis: str, valid_from: date, valid_to: date | None
) -> str:
    """What an hour of one team, vendor or kind of contract costs from a day on."""
    whole = {"team": None, "vendor": None, "contract_type": None, **subject}
    return _set(Rate, whole, valid_from, valid_to, {"minor_an_hour": minor, "currency": currency, "basis": basis})


def _set(
    model: type[models.Model],
    subject: dict[str, Any],
    valid_from: date,
    valid_to: date | None,
    values: dict[str, Any],
    *,
    at_first: dict[str, Any] | None = None,
) -> str:
    """Put one dated row in its place among those of its subject."""
    rows = model._default_manager.filter(
        **{
            (f"{name}__isnull" if value is None else name): (True if value is None else value)
            for name, value in subject.items()
        }
    )
    later = rows.filter(valid_from__gt=valid_from).order_by("valid_from").values_list("valid_from", flat=True).first()
    until = valid_to if later is None else min(valid_to or later, later)
    rows.filter(ends_after(valid_from), valid_from__lt=valid_from).update(valid_to=valid_from)
    row: Any = rows.filter(valid_from=valid_from).first()
    wanted = {**values, "valid_to": until}
    if row is None:
        model._default_manager.create(**subject, valid_from=valid_from, **{**(at_first or {}), **wanted})
        return ADDED
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, wanted[name])
    if changed:
        row.save(update_fields=changed)
    return CHANGED if changed else UNCHANGED
