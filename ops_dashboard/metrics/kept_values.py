"""The values of a cut as they stood at most NOW_S ago, for lists and filters that would ask for them each time."""

from collections.abc import Callable, Collection
from typing import TypeVar

from django.core.cache import caches

from ops_dashboard.metrics.definitions import Dimension
from ops_dashboard.metrics.kept_answers import NOW_S

Kept = TypeVar("Kept")


def kept_for_now(key: str, ask: Callable[[], Kept]) -> Kept:
    """What was answered at most NOW_S ago, or is now."""
    kept: Kept | None = caches["panels"].get(key)
    if kept is None:
        kept = ask()
        caches["panels"].set(key, kept, NOW_S)
    return kept


def every(dimension: Dimension) -> list[tuple[int, str, str]]:
    """(code, slug, label) of each, in the order of the cut."""
    return kept_for_now(f"every:{id(dimension.every)}", lambda: list(dimension.every()))


def within(dimension: Dimension, teams: frozenset[int]) -> set[int]:
    """Codes of a cut by people that belong to these teams."""
    ask = dimension.within
    return kept_for_now(f"within:{id(ask)}:{sorted(teams)}", lambda: ask(teams)) if ask else set()


def labels(dimension: Dimension, codes: Collection[int]) -> dict[int, tuple[str, str]]:
    """(slug, label) of those codes that mean something; one that came since is looked up."""
    named = kept_for_now(
        f"named:{id(dimension.every)}", lambda: {code: (slug, label) for code, slug, label in every(dimension)}
    )
    found = {code: named[code] for code in codes if code in named}
    return found | dimension.labels(sorted(missing)) if (missing := set(codes) - found.keys()) else found


def codes(dimension: Dimension, slugs: Collection[str]) -> dict[str, int]:
    """Codes of those slugs that a value has; one that came since is looked up."""
    kept = kept_for_now(f"codes:{id(dimension.every)}", lambda: {slug: code for code, slug, _ in every(dimension)})
    found = {slug: kept[slug] for slug in slugs if slug in kept}
    return found | dimension.codes(sorted(missing)) if (missing := set(slugs) - found.keys()) else found
