"""A person, and what hours cost, as tables of dated rows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse

from ops_dashboard.metrics.rendering.tables import Cell, Column, Table
from ops_dashboard.people.dated import Dated
from ops_dashboard.people.models import Agent, Membership
from workforce.models import AgentSkill, Contract, ContractType, Rate
from workforce.staff_forms import ContractForm, DatedForm, MembershipForm, SkillForm

DAYS = (Column("From"), Column("Last day"), Column("State"))


@dataclass(frozen=True)
class Kind:
    """One kind of rows about a person: how they are asked for, and told."""

    slug: str
    title: str
    one: str
    model: Any  # a Dated about an agent
    form: type[DatedForm]
    columns: tuple[Column, ...]
    cells: Callable[[Any], tuple[Cell, ...]]
    related: tuple[str, ...]

    def of(self, agent: Agent) -> QuerySet[Any]:
        return self.model._default_manager.filter(agent=agent).select_related(*self.related).order_by("-valid_from")

    def new(self, agent: Agent) -> Any:
        row = self.model(agent=agent)
        row.succeeds = True
        return row


@dataclass(frozen=True)
class Section:
    """A kind with its rows and, for who may, the form for another one."""

    kind: Kind
    table: Table
    rows: int
    form: DatedForm | None


def _team(row: Membership) -> tuple[Cell, ...]:
    where = ", ".join(str(place) for place in (row.team.site, row.team.vendor) if place)
    return (Cell(row.team.name, order=row.team.name, quiet=where),)


def _contract(row: Contract) -> tuple[Cell, ...]:
    return (
        Cell(row.type.name, order=row.type.name, quiet=row.zone),
        Cell(f"{row.week_minutes / 60:g}", order=row.week_minutes),
        Cell(str(row.days_a_week), order=row.days_a_week),
        Cell(f"{row.shortest_shift_minutes / 60:g}\N{EN DASH}{row.longest_shift_minutes / 60:g}"),
        Cell(f"{row.daily_rest_minutes / 60:g}", order=row.daily_rest_minutes),
    )


def _skill(row: AgentSkill) -> tuple[Cell, ...]:
    return (Cell(row.skill.name, order=row.skill.name), Cell(str(row.level), order=row.level))


KINDS = {
    kind.slug: kind
    for kind in (
        Kind(
            "teams", "Teams", "team", Membership, MembershipForm, (Column("Team"),), _team,
            ("team__site", "team__vendor"),
        ),
        Kind(
            "contracts", "Contracts", "contract", Contract, ContractForm,
            (
                Column("Contract"), Column("Hours a week", "number"), Column("Days a week", "number"),
                Column("Shift, hours"), Column("Rest, hours", "number"),
            ),
            _contract, ("type",),
        ),
        Kind(
            "skills", "Skills", "skill", AgentSkill, SkillForm, (Column("Skill"), Column("Level", "number")), _skill,
            ("skill",),
        ),
    )
}  # fmt: skip


def section(kind: Kind, agent: Agent, *, today: date, form: DatedForm | None, may_edit: bool) -> Section:
    rows = list(kind.of(agent))
    columns = (*kind.columns, *DAYS, *((Column("Edit", sorts=False),) if may_edit else ()))
    told = tuple(
        (*kind.cells(row), *day_cells(row, today), *(_edit(kind, agent, row) if may_edit else ())) for row in rows
    )
    return Section(kind, Table(columns, told, f"{kind.title} of {agent.name}"), len(rows), form)


def day_cells(row: Dated, today: date) -> tuple[Cell, ...]:
    """From when to when, and whether that is now."""
    last = row.last_day
    state = "now" if row.holds_on(today) else "to come" if row.valid_from > today else "over"
    return (
        Cell(f"{row.valid_from:%-d %b %Y}", order=row.valid_from.isoformat()),
        Cell(f"{last:%-d %b %Y}" if last else "until further notice", order=last.isoformat() if last else "9999"),
        Cell(state, order=state),
    )


def _edit(kind: Kind, agent: Agent, row: Dated) -> tuple[Cell, ...]:
    return (Cell("Correct or end", href=reverse("staff-edit", args=[agent.slug, kind.slug, row.pk])),)


def start_from(kind: Kind, agent: Agent, today: date) -> dict[str, Any]:
    """What a form for another row begins with: the terms of the newest contract, the place's zone."""
    told: dict[str, Any] = {"valid_from": today}
    newest = Contract.objects.filter(agent=agent).order_by("-valid_from").first() if kind.model is Contract else None
    if newest:
        names = [field.name for field in Contract._meta.fields if field.name not in ("id", "agent", "valid_to")]
        told = {name: getattr(newest, name) for name in names} | told
    return told


def rates_of(agent: Agent, today: date) -> list[Rate]:
    """The rates that may price this person's hours, the one that does today first: team, vendor, contract type."""
    member = Membership.objects.filter(agent=agent).select_related("team").order_by("-valid_from")
    team = next((each.team for each in member if each.holds_on(today)), None)
    contract = Contract.objects.valid_on(today).filter(agent=agent).first()
    found: list[Rate] = []
    if team:
        found += Rate.objects.filter(team=team)
        found += Rate.objects.filter(vendor=team.vendor_id) if team.vendor_id else []
    if contract:
        found += Rate.objects.filter(contract_type=contract.type_id)
    return found


def priced(rates: Iterable[Rate], today: date) -> Rate | None:
    """The one that counts today: of the narrowest subject."""
    return next((rate for rate in rates if rate.holds_on(today)), None)


def rates_table(
    rates: Iterable[Rate], *, today: date, caption: str, may_edit: bool, counting: Rate | None = None
) -> Table:
    columns = (
        Column("Of"), Column("An hour", "number"), Column("For each of the"), *DAYS,
        *((Column("Edit", sorts=False),) if may_edit else ()),
    )  # fmt: skip
    return Table(columns, tuple(_rate(rate, today, may_edit, counting) for rate in rates), caption)


def _rate(rate: Rate, today: date, may_edit: bool, counting: Rate | None) -> tuple[Cell, ...]:
    subject: Model | None = rate.team or rate.vendor or rate.contract_type
    kind = "team" if rate.team else "vendor" if rate.vendor else "kind of contract"
    days = day_cells(rate, today)
    if counting is not None and rate.pk == counting.pk:
        days = (*days[:2], Cell("counts now", order="counts now"))
    return (
        Cell(str(subject), order=f"{kind} {subject}", quiet=kind),
        Cell(f"{rate.minor_an_hour / 100:,.2f} {rate.currency}", order=rate.minor_an_hour),
        Cell(rate.get_basis_display().lower(), order=rate.basis),
        *days,
        *((Cell("Correct or end", href=reverse("rate-edit", args=[rate.pk])),) if may_edit else ()),
    )


def all_rates() -> list[Rate]:
    """Every rate, by subject: vendors, kinds of contract, teams; the newest of each first."""
    rates = Rate.objects.select_related("team", "vendor", "contract_type").order_by("-valid_from")
    return sorted(rates, key=lambda rate: (rate.vendor is None, rate.contract_type is None, _name(rate)))


def _name(rate: Rate) -> str:
    subject: ContractType | Any = rate.team or rate.vendor or rate.contract_type
    return str(subject)
