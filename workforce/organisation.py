"""What people are sorted by: teams, sites, vendors and skills; how each is listed, asked for and written.

A team that changes its site or vendor takes its past along; what its hours cost is counted again. What
somebody or something still hangs on is not removed, and a team never is: it is no longer active.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
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
from ops_dashboard.people.zones import zones
from tickets.slugs import slug_of
from workforce.models import AgentSkill, Rate, Skill
from workforce.price_marks import repricing


class NamedForm(forms.ModelForm):
    """A new row gets its short name from its name; that never changes again, since files and addresses carry it."""

    name = forms.CharField(max_length=80)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        row = self.instance
        if row.pk is None and data.get("name"):
            row.slug = slug_of(data["name"], longest=50)
            if type(row)._default_manager.filter(slug=row.slug).exists():
                self.add_error("name", f"There is one already that is called {row.slug}.")
        return data


class SiteForm(NamedForm):
    zone = forms.ChoiceField(choices=zones, label="Time zone", initial="UTC")

    class Meta:
        model = Site
        fields = ["name", "zone"]


class VendorForm(NamedForm):
    class Meta:
        model = Vendor
        fields = ["name"]


class SkillForm(NamedForm):
    class Meta:
        model = Skill
        fields = ["name"]


class TeamForm(NamedForm):
    class Meta:
        model = Team
        fields = ["name", "site", "vendor", "support_function", "is_active"]
        labels = {"is_active": "Active"}
        help_texts = {"vendor": "Empty: our own people.", "is_active": "A team that is not is offered nowhere."}


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


def _number(value: int) -> Cell:
    return Cell(str(value), order=value)


def _team_cells(team: Any) -> tuple[Cell, ...]:
    words = (team.site, team.vendor or "our own people", team.support_function)
    return (
        *(Cell(str(word or ""), order=str(word or "")) for word in words),
        _number(team.people),
        Cell("yes" if team.is_active else "no"),
    )


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
