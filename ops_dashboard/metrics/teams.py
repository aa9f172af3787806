"""The cuts that every source has: cells are kept by team, and a team has a site, a vendor and a function.

Site, vendor and support function need no column and no block: codes of teams become theirs once the
cells are summed. They are those of the team as it stands now; a team that moves takes its past along.
Code 0 is a team without one (work of our own people is "In-house"), code -1 what has no team.
"""

from collections.abc import Callable, Iterable

from django.utils.text import slugify

from ops_dashboard.metrics.definitions import Dimension
from ops_dashboard.people.models import Site, Team, Vendor

NO_TEAM = -1
_NO_TEAM_SLUG, _NO_TEAM_LABEL = "no-team", "No team"


def _labels(codes: list[int]) -> dict[int, tuple[str, str]]:
    return {t.id: (t.slug, t.name) for t in Team.objects.filter(id__in=codes).only("id", "slug", "name")}


def _codes(slugs: list[str]) -> dict[str, int]:
    return dict(Team.objects.filter(slug__in=slugs).values_list("slug", "id"))


def _every() -> list[tuple[int, str, str]]:
    return list(Team.objects.order_by("name").values_list("id", "slug", "name"))


TEAM = Dimension(slug="team", label="Team", column="team", labels=_labels, codes=_codes, every=_every)


def _cut(
    slug: str,
    label: str,
    none: str,
    named: Callable[[], Iterable[tuple[int, str, str]]],
    of_teams: Callable[[], dict[int, int]],
) -> Dimension:
    """A cut made from the team; `named()` gives (code, slug, label) of its values in order."""

    def labels(codes: list[int]) -> dict[int, tuple[str, str]]:
        return {NO_TEAM: (_NO_TEAM_SLUG, _NO_TEAM_LABEL)} | {code: (s, words) for code, s, words in named()}

    def codes(slugs: list[str]) -> dict[str, int]:
        known = {_NO_TEAM_SLUG: NO_TEAM} | {s: code for code, s, _ in named()}
        return {s: known[s] for s in slugs if s in known}

    def every() -> list[tuple[int, str, str]]:
        found = list(named())
        return [*found, (0, "none", none)] if 0 in of_teams().values() else found

    return Dimension(slug, label, "team", labels, codes, every, none=none, of_teams=of_teams)


def _sites() -> Iterable[tuple[int, str, str]]:
    return Site.objects.order_by("name").values_list("id", "slug", "name")


def _vendors() -> Iterable[tuple[int, str, str]]:
    return Vendor.objects.order_by("name").values_list("id", "slug", "name")


def _functions() -> Iterable[tuple[int, str, str]]:
    """A function has no table: its code is the least id of the teams that bear its name."""
    found: dict[str, tuple[int, str, str]] = {}
    for team, function in (
        Team.objects.exclude(support_function="").order_by("id").values_list("id", "support_function")
    ):
        found.setdefault(slugify(function), (team, slugify(function), function))
    return sorted(found.values(), key=lambda value: value[2])


def _sites_of_teams() -> dict[int, int]:
    return {team: site or 0 for team, site in Team.objects.values_list("id", "site_id")}


def _vendors_of_teams() -> dict[int, int]:
    return {team: vendor or 0 for team, vendor in Team.objects.values_list("id", "vendor_id")}


def _functions_of_teams() -> dict[int, int]:
    codes = {slug: code for code, slug, _ in _functions()}
    return {
        team: codes.get(slugify(function), 0) for team, function in Team.objects.values_list("id", "support_function")
    }


SITE = _cut("site", "Site", "No site", _sites, _sites_of_teams)
VENDOR = _cut("vendor", "Vendor", "In-house", _vendors, _vendors_of_teams)
FUNCTION = _cut("support_function", "Support function", "No function", _functions, _functions_of_teams)

TEAM_CUTS: dict[str, Dimension] = {cut.slug: cut for cut in (TEAM, SITE, VENDOR, FUNCTION)}


def columns(dimensions: list[Dimension]) -> list[str]:
    """The columns that give the cuts of a question: those made from the team share the team's."""
    return list(dict.fromkeys(dimension.column for dimension in dimensions))


def recoding(dimensions: list[Dimension]) -> Callable[[tuple[int, ...]], tuple[int, ...]] | None:
    """Codes of `columns` -> codes of the cuts; None where they are the same."""
    if not any(dimension.of_teams for dimension in dimensions):
        return None
    places = [columns(dimensions).index(dimension.column) for dimension in dimensions]
    maps = [dimension.of_teams() if dimension.of_teams else None for dimension in dimensions]

    def recoded(codes: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(
            codes[place] if team_codes is None else team_codes.get(codes[place], NO_TEAM)
            for place, team_codes in zip(places, maps, strict=True)
        )

    return recoded


def teams_of(cut: Dimension, codes: Iterable[int]) -> set[int]:
    """Ids of the teams that have one of these codes in a cut made from the team."""
    if cut.of_teams is None:
        return set(codes)
    wanted = set(codes)
    return {team for team, code in cut.of_teams().items() if code in wanted} | ({0} if NO_TEAM in wanted else set())


def grouping_mark(slugs: Iterable[str]) -> str:
    """What teams stand for in these cuts, as words that change with it; "" where none is made from the team."""
    cuts = sorted(set(slugs) & {slug for slug, cut in TEAM_CUTS.items() if cut.of_teams})
    return repr([(slug, sorted((TEAM_CUTS[slug].of_teams or dict)().items())) for slug in cuts]) if cuts else ""
