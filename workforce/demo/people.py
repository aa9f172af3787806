"""Contracts, skills, rates and templates of the demo's agents; the vendors' hours cost less."""

from datetime import date, time
from typing import Any

import numpy as np

from ops_dashboard.people.models import Agent, Team, Vendor
from tickets.demo.catalogue import CHANNELS, LANGUAGES, LIVE_CHANNELS, SITES, TEAMS, VENDORS, Pattern
from tickets.demo.organisation import SHIFT_HOURS
from tickets.demo.world import World
from workforce.models import Activity, AgentSkill, Contract, ContractType, Rate, ShiftTemplate, Skill

LONG_AGO = date(2020, 1, 1)
PART_TIMERS = 0.04  # share of our own people on a contract shorter than what they are rostered for
FULL, PART, VENDOR = "full-time", "part-time", "vendor-full-time"
TYPES: dict[str, dict[str, Any]] = {
    FULL: {"name": "Full time", "week_minutes": 2250, "days_a_week": 5},
    PART: {"name": "Part time", "week_minutes": 1800, "days_a_week": 4, "longest_shift_minutes": 540},
    VENDOR: {"name": "Vendor full time", "week_minutes": 2250, "days_a_week": 5, "most_days_running": 7},
}
# Cents an hour on support, with its part of breaks and leave: what counts until the raise, and after it.
OWN_RATES = {FULL: (4180, 4320), PART: (4390, 4530)}
VENDOR_RATES = {"lanternbay": (1640, 1710), "cordoline": (2080, 2130)}
PREMIUM_TEAM, PREMIUM = "safety-dublin", 4790  # hard material is paid better
BASIS = Rate.Basis.PRODUCTIVE  # reviewing content is paid by others
# Minutes after the start, minutes long: two breaks around an unpaid lunch; successive people go half an hour later.
BREAKS = ((105, 15, "break"), (225, 30, "lunch"), (375, 15, "break"))
STAGGER, STAGGERS = 30, 3
REVIEWING = "content-review"  # what people do while they are not on support: paid, and no shrinkage of it
PREFIX = "demo-"


def tell(world: World) -> None:
    """Everything about the people; what stands already stays."""
    raised_on = (world.stories.start + (world.now - world.stories.start) / 2).date().replace(day=1)
    types = {slug: ContractType.objects.get_or_create(slug=slug, defaults=terms)[0] for slug, terms in TYPES.items()}
    agents = {agent.slug: agent for agent in Agent.objects.filter(slug__in=[a.slug for a in world.organisation.agents])}
    Activity.objects.get_or_create(
        slug=REVIEWING, defaults={"name": "Content review", "kind": Activity.Kind.OFFLINE, "shrinkage": ""}
    )
    _contracts(world, agents, types)
    _skills(world, agents)
    _rates(types, raised_on)
    _templates()


def remove() -> None:
    """Take it away again; types and skills that others use stay."""
    Contract.objects.filter(agent__memberships__team__slug__in=[team.slug for team in TEAMS]).delete()
    AgentSkill.objects.filter(agent__memberships__team__slug__in=[team.slug for team in TEAMS]).delete()
    Rate.objects.filter(team__slug__in=[team.slug for team in TEAMS]).delete()
    Rate.objects.filter(vendor__slug__in=VENDORS).delete()
    ShiftTemplate.objects.filter(slug__startswith=PREFIX).delete()
    Activity.objects.filter(slug=REVIEWING, shiftsegment__isnull=True).delete()
    ContractType.objects.filter(slug__in=TYPES, contracts__isnull=True).delete()
    Skill.objects.filter(slug__in=[*_languages(), *LIVE_CHANNELS], agents__isnull=True).delete()


def template_slug(start_hour: int) -> str:
    return f"{PREFIX}{start_hour:02}"


def _contracts(world: World, agents: dict[str, Agent], types: dict[str, ContractType]) -> None:
    rng = np.random.default_rng([world.seed, 21])
    vendor_sites = {site.slug for site in SITES if site.vendor}
    zones = {site.slug: site.zone for site in SITES}
    rows = []
    for spec, luck in zip(world.organisation.agents, rng.random(len(world.organisation.agents)), strict=True):
        site = TEAMS[spec.team].site
        slug = VENDOR if site in vendor_sites else PART if luck < PART_TIMERS else FULL
        terms = {name: value for name, value in TYPES[slug].items() if name != "name"}
        rows.append(
            Contract(
                agent=agents[spec.slug],
                type=types[slug],
                zone=zones[site],
                valid_from=spec.joined_on,
                valid_to=spec.left_on,
                **terms,
            )
        )
    Contract.objects.bulk_create(rows, ignore_conflicts=True)


def _languages() -> dict[str, str]:
    return {f"language-{code}": name for code, name in LANGUAGES.items()}


def _skills(world: World, agents: dict[str, Agent]) -> None:
    """The languages of the team, most people one and some two, and live channels for most."""
    rng = np.random.default_rng([world.seed, 22])
    names = _languages() | {slug: CHANNELS[slug] for slug in LIVE_CHANNELS}
    Skill.objects.bulk_create((Skill(slug=slug, name=name) for slug, name in names.items()), ignore_conflicts=True)
    skills = {skill.slug: skill for skill in Skill.objects.filter(slug__in=names)}
    rows = []
    for spec in world.organisation.agents:
        team = TEAMS[spec.team]
        weights = np.array(list(team.languages.values()), dtype=float)
        many = min(1 + int(rng.random() < 0.4), len(weights))
        spoken = rng.choice(list(team.languages), size=many, replace=False, p=weights / weights.sum())
        known = [f"language-{code}" for code in spoken.tolist()]
        known += [slug for slug in LIVE_CHANNELS if slug in team.channels and rng.random() < 0.8]
        levels = np.clip(rng.normal(3.4, 1.0, len(known)).round(), 1, 5).astype(int).tolist()
        rows += [
            AgentSkill(agent=agents[spec.slug], skill=skills[slug], level=level, valid_from=spec.joined_on)
            for slug, level in zip(known, levels, strict=True)
        ]
    AgentSkill.objects.bulk_create(rows, ignore_conflicts=True)


def _rates(types: dict[str, ContractType], raised_on: date) -> None:
    subjects: list[tuple[dict[str, Any], tuple[int, int]]] = [
        ({"contract_type": types[slug]}, rates) for slug, rates in OWN_RATES.items()
    ]
    vendors = {vendor.slug: vendor for vendor in Vendor.objects.filter(slug__in=VENDOR_RATES)}
    subjects += [({"vendor": vendors[slug]}, rates) for slug, rates in VENDOR_RATES.items() if slug in vendors]
    rows = [
        Rate(**subject, minor_an_hour=amount, basis=BASIS, valid_from=begin, valid_to=end)
        for subject, amounts in subjects
        for amount, begin, end in zip(amounts, (LONG_AGO, raised_on), (raised_on, None), strict=True)
    ]
    if team := Team.objects.filter(slug=PREMIUM_TEAM).first():
        rows.append(Rate(team=team, minor_an_hour=PREMIUM, basis=BASIS, valid_from=LONG_AGO))
    Rate.objects.bulk_create(rows, ignore_conflicts=True)


def _templates() -> None:
    starts = sorted({start for pattern in Pattern for start in pattern.starts})
    ShiftTemplate.objects.bulk_create(
        (
            ShiftTemplate(
                slug=template_slug(start),
                name=f"{time(start):%H:%M} to {time((start + SHIFT_HOURS) % 24):%H:%M}",
                starts=time(start),
                minutes=SHIFT_HOURS * 60,
                segments=[list(part) for part in BREAKS],
            )
            for start in starts
        ),
        ignore_conflicts=True,
    )
