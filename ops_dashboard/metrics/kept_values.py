"""The values of a cut as they stood at most NOW_S ago, for lists and filters that would ask for them each time."""

from collections.abc import Collection

from django.core.cache import caches

from ops_dashboard.metrics.definitions import Dimension
from ops_dashboard.metrics.kept_answers import NOW_S


def every(dimension: Dimension) -> list[tuple[int, str, str]]:
    """(code, slug, label) of each, in the order of the cut."""
    found: list[tuple[int, str, str]] = caches["panels"].get_or_set(
        f"every:{id(dimension.every)}", lambda: list(dimension.every()), NOW_S
    )
    return found


def labels(dimension: Dimension, codes: Collection[int]) -> dict[int, tuple[str, str]]:
    """(slug, label) of those codes that mean something; one that came since is looked up."""
    named: dict[int, tuple[str, str]] = caches["panels"].get_or_set(
        f"named:{id(dimension.every)}", lambda: {code: (slug, label) for code, slug, label in every(dimension)}, NOW_S
    )
    found = {code: named[code] for code in codes if code in named}
    return found | dimension.labels(sorted(missing)) if (missing := set(codes) - found.keys()) else found
