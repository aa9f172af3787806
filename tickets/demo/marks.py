"""What the demo organisation says about its own numbers: annotations and goals, as values."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tickets.demo.catalogue import SITES, TEAMS, Pattern
from tickets.demo.holidays import holidays
from tickets.demo.stories import HIRES, HIRING_TEAM, Stories

EVERYONE = ""


@dataclass(frozen=True)
class Mark:
    """Something that happened on a day; `team` is a slug, EVERYONE for all."""

    kind: str
    on: date
    label: str
    until: date | None = None
    team: str = EVERYONE


@dataclass(frozen=True)
class Aim:
    """A target for a metric."""

    metric: str
    value: float
    team: str = EVERYONE


AIMS = (
    Aim("attainment", 0.92),
    Aim("first_reply_attainment", 0.9),
    Aim("next_reply_attainment", 0.92),
    Aim("first_resolution_attainment", 0.92),
    Aim("resolution_attainment", 0.93),
    Aim("requester_wait_attainment", 0.92),
    Aim("reopen_rate", 0.07),
    Aim("first_reply_attainment", 0.95, "safety-dublin"),
    Aim("first_reply_attainment", 0.95, "safety-manila"),
)


def marks(stories: Stories) -> tuple[Mark, ...]:
    """The annotations of everything that people of the organisation would know about."""
    return (
        Mark("other", stories.spam_wave.date(), "Spam wave", until=stories.spam_wave.date() + timedelta(days=1)),
        Mark("launch", stories.launch.date(), "Gift subscriptions launched"),
        Mark("lever", stories.bot.date(), "Bot answers password resets"),
        Mark("lever", stories.hires.date(), f"{HIRES} agents join", team=HIRING_TEAM),
        Mark("outage", stories.outage.date(), "Playback and login outage"),
        *_holidays(stories),
    )


def _holidays(stories: Stories) -> Iterator[Mark]:
    """Days on which a team is shut."""
    sites = {site.slug: site for site in SITES}
    for team in TEAMS:
        if team.pattern is Pattern.OFFICE:
            site = sites[team.site]
            for day in holidays(site.country, stories.start.date(), stories.now.date()):
                if day.weekday() in team.pattern.days:
                    yield Mark("holiday", day, f"Public holiday in {site.name}", team=team.slug)
