"""Ways between rooms: where the question of a figure page goes on in a page of another app.

An app offers a way with the query string that its own page reads:

offer(Way("Who was staffed", "roster", lambda asked: [("week", ...)], may_go=lambda scope: scope.sees_rosters))
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from ops_dashboard.metrics.forms import Asked
from ops_dashboard.people.roles import Scope

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Way:
    """`pairs` says the page's question in the words of the page that the way leads to."""

    title: str
    url_name: str
    pairs: Callable[[Asked], Pairs]
    may_go: Callable[[Scope], bool]


@dataclass(frozen=True)
class Door:
    """A way as a page prints it."""

    title: str
    url: str


_ways: list[Way] = []


def offer(*ways: Way) -> None:
    _ways.extend(ways)


def doors(asked: Asked, scope: Scope, *, here: str) -> list[Door]:
    """Where this reader may go on from the page with the URL name `here`, in the order the apps stand in."""
    found = []
    for way in _ways:
        if way.url_name == here or not way.may_go(scope):
            continue
        try:
            found.append(Door(way.title, f"{reverse(way.url_name)}?{urlencode(way.pairs(asked))}"))
        except NoReverseMatch:
            continue
    return found


def days_and_teams(asked: Asked) -> Pairs:
    """The period and the teams, for pages that read them as figure pages do."""
    return [("period", asked.period_word), *(("team", slug) for slug in asked.filtered("team"))]
