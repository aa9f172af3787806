"""The rows of the demo organisation: made before its tickets come in, removed after they are forgotten."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Model, Q

from ops_dashboard.metrics.models import Annotation, Goal
from ops_dashboard.people import accounts
from ops_dashboard.people.demo_users import DEMO_USERS, DemoUser, demo_password
from ops_dashboard.people.models import Agent, Membership, Site, Team, User, Vendor
from tickets import policies
from tickets.demo.catalogue import CHANNELS, LANGUAGES, PRIORITIES, SITES, TEAMS, VENDORS
from tickets.demo.cohort import ALL_REASONS
from tickets.demo.marks import AIMS, EVERYONE, marks
from tickets.demo.organisation import AgentSpec
from tickets.demo.service_levels import policy_file
from tickets.demo.world import World
from tickets.models import (
    AgentRef,
    Channel,
    Language,
    Priority,
    Reason,
    Source,
    TeamRef,
    Ticket,
)
from tickets.models.intake import Named
from tickets.policy_file import parse
from tickets.words import register_source

SOURCE = KIND = "demo"
BY = "demo"


class NameTaken(ValueError):
    """The installation has a team, an agent or a user of a name that the demo needs."""


def find() -> Source | None:
    """The demo source of this installation."""
    return Source.objects.filter(slug=SOURCE, kind=KIND).first()


@transaction.atomic
def settle(world: World) -> Source:
    """Everything that must be there before the first ticket; returns the source. Raises NameTaken."""
    agents = world.organisation.agents
    _refuse_taken(agents)
    source = register_source(SOURCE, kind=KIND)
    source.cursor = {
        "seed": world.seed,
        "tickets": world.tickets,
        "weeks": world.weeks,
        "now": world.now.isoformat(),
        "told_from": None,
        "told_to": None,
        "watched": [],
        "parts": [],
    }
    source.save(update_fields=["cursor"])
    _words()
    teams = _teams(source)
    people = _people(agents, source, teams)
    _marks(world, teams)
    levels = policy_file(first=world.stories.start.date(), last=world.now.date(), source=SOURCE)
    policies.load(parse(levels), by=BY, rejudges=False)  # there are no tickets of the demo yet
    _users(teams, people)
    return source


def world_of(source: Source) -> World:
    """The world whose tickets the source holds."""
    told = source.cursor
    return World(told["seed"], told["tickets"], told["weeks"], datetime.fromisoformat(told["now"]))


@transaction.atomic
def remove(source: Source) -> None:
    """The source, people, teams, places, marks and sign-ins of the demo; its tickets must be forgotten already."""
    world = world_of(source)
    source.delete()
    User.objects.filter(username__in=[user.username for user in DEMO_USERS]).delete()
    for mark in marks(world.stories):
        Annotation.objects.filter(kind=mark.kind, on=mark.on, label=mark.label).delete()
    Goal.objects.filter(valid_from=world.stories.start.date(), metric__in={aim.metric for aim in AIMS}).delete()
    Agent.objects.filter(slug__in=[agent.slug for agent in world.organisation.agents]).delete()
    Team.objects.filter(slug__in=[team.slug for team in TEAMS]).delete()
    Site.objects.filter(slug__in=[site.slug for site in SITES], team__isnull=True).delete()
    Vendor.objects.filter(slug__in=VENDORS, team__isnull=True).delete()
    policies.remove(loaded_by=BY)
    _remove_unused(Channel, CHANNELS, column="channel")
    _remove_unused(Language, LANGUAGES, column="language")
    _remove_unused(Reason, {reason.slug: reason.label for reason in ALL_REASONS}, column="reason")


def _refuse_taken(agents: tuple[AgentSpec, ...]) -> None:
    wanted: tuple[tuple[type[Model], str, list[str]], ...] = (
        (Source, "slug", [SOURCE]),
        (Team, "slug", [team.slug for team in TEAMS]),
        (Agent, "slug", [agent.slug for agent in agents]),
        (User, "username", [user.username for user in DEMO_USERS]),
    )
    for model, column, names in wanted:
        taken = model._default_manager.filter(**{f"{column}__in": names}).values_list(column, flat=True).first()
        if taken is not None:
            raise NameTaken(f"there is already a {model._meta.verbose_name} '{taken}', which the demo would need")


def _words() -> None:
    """Channels, languages, reasons and priorities under the names people read."""
    reasons = {reason.slug: reason.label for reason in ALL_REASONS}
    named: tuple[tuple[type[Named], dict[str, str]], ...] = (
        (Channel, CHANNELS),
        (Language, LANGUAGES),
        (Reason, reasons),
    )
    for model, labels in named:
        model._default_manager.bulk_create(
            (model(slug=slug, label=label) for slug, label in labels.items()), ignore_conflicts=True
        )
    Priority.objects.bulk_create(
        (Priority(slug=slug, label=slug.capitalize(), rank=rank) for slug, rank in PRIORITIES.items()),
        ignore_conflicts=True,
    )


def _teams(source: Source) -> dict[str, Team]:
    """Sites, vendors and teams; returns the teams by slug."""
    vendors = {
        slug: Vendor.objects.get_or_create(slug=slug, defaults={"name": name})[0] for slug, name in VENDORS.items()
    }
    sites = {
        site.slug: Site.objects.get_or_create(slug=site.slug, defaults={"name": site.name, "zone": site.zone})[0]
        for site in SITES
    }
    employers = {site.slug: vendors.get(site.vendor) for site in SITES}
    teams = Team.objects.bulk_create(
        Team(
            slug=team.slug,
            name=team.name,
            site=sites[team.site],
            vendor=employers[team.site],
            support_function=team.function,
        )
        for team in TEAMS
    )
    TeamRef.objects.bulk_create(TeamRef(source=source, ref=team.slug, team=team) for team in teams)
    return {team.slug: team for team in teams}


def _people(specs: tuple[AgentSpec, ...], source: Source, teams: dict[str, Team]) -> dict[str, Agent]:
    """Agents and their memberships; returns the agents by slug."""
    agents = Agent.objects.bulk_create(
        Agent(slug=spec.slug, name=spec.name, is_active=spec.left_on is None) for spec in specs
    )
    AgentRef.objects.bulk_create(AgentRef(source=source, ref=agent.slug, agent=agent) for agent in agents)
    Membership.objects.bulk_create(
        Membership(agent=agent, team=teams[TEAMS[spec.team].slug], valid_from=spec.joined_on, valid_to=spec.left_on)
        for agent, spec in zip(agents, specs, strict=True)
    )
    return {agent.slug: agent for agent in agents}


def _marks(world: World, teams: dict[str, Team]) -> None:
    """Annotations and goals."""

    def row(value: Any) -> dict[str, Any]:
        return asdict(value) | {"team": teams[value.team] if value.team != EVERYONE else None}

    Annotation.objects.bulk_create(Annotation(**row(mark)) for mark in marks(world.stories))
    since = world.stories.start.date()
    Goal.objects.bulk_create(Goal(**row(aim), valid_from=since) for aim in AIMS)


def _users(teams: dict[str, Team], agents: dict[str, Agent]) -> None:
    """One sign-in for every role."""
    password = make_password(demo_password(settings.ENVIRONMENT.var))  # one for all, and slow to make
    for spec in DEMO_USERS:
        user = accounts.create(spec.username, _access(spec, teams, agents), by=BY)
        user.first_name = spec.name
        user.password = password
        user.save(update_fields=["first_name", "password"])


def _access(spec: DemoUser, teams: dict[str, Team], agents: dict[str, Agent]) -> accounts.Access:
    own_agent = None
    if spec.role == "agent":
        own_agent = Membership.objects.filter(team=teams[spec.teams[0]], valid_to=None).order_by("agent_id").first()
    return accounts.Access(
        role=spec.role,
        teams=tuple(sorted(teams[slug].pk for slug in spec.teams)),
        agent_id=own_agent.agent_id if own_agent else None,
        product_areas=spec.product_areas,
    )


def _remove_unused(model: type[Channel] | type[Language] | type[Reason], slugs: dict[str, str], *, column: str) -> None:
    """The words that no ticket of another source uses."""
    used = Ticket.objects.values(column).distinct()
    model.objects.filter(~Q(id__in=used), slug__in=slugs).delete()
