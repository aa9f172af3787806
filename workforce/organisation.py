"""What people and shifts are sorted by: how each kind of rows is listed, asked for and written.

A team that changes its site or vendor takes its past along; what its hours cost is counted again. What
somebody or something still hangs on is not removed, and a team never is: it is no longer active.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Model, Q, QuerySet
from django.urls import reverse

from ops_dashboard.metrics.query import today
from ops_dashboard.metrics.rendering.numbers import plural
from ops_dashboard.metrics.rendering.tables import Cell, Column, Table
from ops_dashboard.people import audit
from ops_dashboard.people.models import Site, Team, Vendor
from ops_dashboard.people.roles import Scope
from workforce.activities import ensured, hanging_on
from workforce.models import Activity, AgentSkill, Rate, Shift, ShiftTemplate, Skill
from workforce.organisation_forms import (
    ActivityForm,
    NamedForm,
    SiteForm,
    SkillForm,
    TeamForm,
    TemplateForm,
    VendorForm,
)
from workforce.pattern_words import clock, words_of
from workforce.price_marks import repricing
from workforce.staff import ADDED, CHANGED, UNCHANGED


@dataclass(frozen=True)
class Kind:
    slug: str
    title: str
    one: str
    model: type[Model]
    form: type[NamedForm]
    columns: tuple[Column, ...]
    rows: Callable[[Scope], QuerySet[Any]]
    cells: Callable[[Any], tuple[Cell, ...]]
    uses: Callable[[Any], int] | None  # what keeps a row from being removed; None: it never is
    none_of_theirs: str = ""  # to whoever sees some teams alone, where there may be rows that they do not see

    def nothing(self, scope: Scope) -> str:
        """What is said in the place of no rows."""
        return (scope.teams is not None and self.none_of_theirs) or f"No {self.one} yet."


def _teams(scope: Scope) -> QuerySet[Team]:
    on = today()
    here = Q(memberships__valid_from__lte=on) & (Q(memberships__valid_to=None) | Q(memberships__valid_to__gt=on))
    found = Team.objects.select_related("site", "vendor").annotate(
        people=Count("memberships__agent", filter=here, distinct=True)
    )
    return (found if scope.teams is None else found.filter(pk__in=scope.teams)).order_by("name")


def _of_teams(model: type[Site] | type[Vendor], scope: Scope) -> QuerySet[Any]:
    own = Q(team__in=scope.teams) if scope.teams is not None else Q()
    found = model._default_manager.annotate(teams=Count("team", filter=own)).order_by("name")
    return found if scope.teams is None else found.filter(teams__gt=0)


def _skills(scope: Scope) -> QuerySet[Skill]:
    known = Q(agents__agent__memberships__team__in=scope.teams) if scope.teams is not None else Q()
    return Skill.objects.annotate(people=Count("agents__agent", filter=known, distinct=True)).order_by("name")


def _templates(scope: Scope) -> QuerySet[ShiftTemplate]:
    found = ShiftTemplate.objects.select_related("team")
    return found if scope.teams is None else found.filter(Q(team=None) | Q(team__in=scope.teams))


def _activities(_: Scope) -> QuerySet[Activity]:
    ensured()
    return Activity.objects.all()


def _yes(is_so: bool) -> Cell:
    return Cell("yes" if is_so else "no")


def _number(value: int) -> Cell:
    return Cell(str(value), order=value)


def _team_cells(team: Any) -> tuple[Cell, ...]:
    words = (team.site, team.vendor or "our own people", team.support_function)
    return (
        *(Cell(str(word or ""), order=str(word or "")) for word in words),
        _number(team.people),
        _yes(team.is_active),
    )


def _template_cells(template: ShiftTemplate) -> tuple[Cell, ...]:
    starts, ends = clock(template.starts, 0), clock(template.starts, template.minutes)
    team, within = str(template.team or "every team"), words_of(template.starts, template.segments)
    return (Cell(team, order=team), Cell(starts, order=starts), Cell(ends), Cell(within), _yes(template.is_active))


def _activity_cells(activity: Activity) -> tuple[Cell, ...]:
    kind, takes = activity.get_kind_display(), activity.get_shrinkage_display()
    return (Cell(kind, order=kind), _yes(activity.is_paid), _yes(activity.is_productive), Cell(takes))


KINDS = {
    kind.slug: kind
    for kind in (
        Kind(
            "teams", "Teams", "team", Team, TeamForm,
            (
                Column("Site"), Column("Vendor"), Column("Support function"), Column("People", "number"),
                Column("Active"),
            ),
            _teams, _team_cells, None, "You have no teams.",
        ),
        Kind(
            "sites", "Sites", "site", Site, SiteForm, (Column("Time zone"), Column("Teams", "number")),
            lambda scope: _of_teams(Site, scope), lambda site: (Cell(site.zone, order=site.zone), _number(site.teams)),
            lambda site: Team.objects.filter(site=site).count(), "Your teams have no site.",
        ),
        Kind(
            "vendors", "Vendors", "vendor", Vendor, VendorForm, (Column("Teams", "number"),),
            lambda scope: _of_teams(Vendor, scope), lambda vendor: (_number(vendor.teams),),
            lambda vendor: Team.objects.filter(vendor=vendor).count() + Rate.objects.filter(vendor=vendor).count(),
            "No vendor works for your teams.",
        ),
        Kind(
            "skills", "Skills", "skill", Skill, SkillForm, (Column("People", "number"),),
            _skills, lambda skill: (_number(skill.people),),
            lambda skill: AgentSkill.objects.filter(skill=skill).count(),
        ),
        Kind(
            "templates", "Shift templates", "template", ShiftTemplate, TemplateForm,
            (Column("Team"), Column("Starts"), Column("Ends"), Column("Within it"), Column("Active")),
            _templates, _template_cells, lambda template: Shift.objects.filter(template=template).count(),
        ),
        Kind(
            "activities", "Activities", "activity", Activity, ActivityForm,
            (Column("Kind"), Column("Paid"), Column("Staffed"), Column("Shrinkage")),
            _activities, _activity_cells, hanging_on,
        ),
    )
}  # fmt: skip


def table(kind: Kind, scope: Scope) -> Table:
    """What the reader may see of a kind."""
    columns = (Column("Name"), *kind.columns, *((Column("Edit", sorts=False),) if scope.may_staff else ()))
    rows = tuple(
        (
            Cell(row.name, order=row.name, quiet=row.slug),
            *kind.cells(row),
            *(
                (Cell("Change", href=reverse("organisation-edit", args=[kind.slug, row.pk])),)
                if scope.may_staff
                else ()
            ),
        )
        for row in kind.rows(scope)
    )
    return Table(columns, rows, kind.title)


@transaction.atomic
def save(form: NamedForm, kind: Kind, scope: Scope) -> None:
    """Write what a valid form says and its trace; hours of a team of another vendor cost something else."""
    deed = "changed" if form.instance.pk else "added"
    with repricing():
        form.save()
    row: Any = form.instance
    audit.record(scope.username, f"{kind.one}_{deed}", f"{kind.one} {row.pk}", of=row.slug, fields=[*form.changed_data])


def put(model: type[Model], slug: str, **values: Any) -> str:
    """Write a row of an import by its short name; whoever takes in the file leaves the trace, and prices anew."""
    row: Any = model._default_manager.filter(slug=slug).first()
    if row is None:
        model._default_manager.create(slug=slug, **values)
        return ADDED
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        row.save(update_fields=changed)
    return CHANGED if changed else UNCHANGED


@transaction.atomic
def remove(row: Any, kind: Kind, scope: Scope) -> None:
    """Take a row away that nothing hangs on. ValidationError."""
    if kind.uses is None:
        raise ValidationError(f"A {kind.one} is not removed: it is no longer active.")
    if count := kind.uses(row):
        raise ValidationError(f"{row} is still named {plural(count, 'time')}; nothing was removed.")
    pk, slug = row.pk, row.slug
    row.delete()
    audit.record(scope.username, f"{kind.one}_removed", f"{kind.one} {pk}", of=slug)
