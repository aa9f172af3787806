"""The cut that every source has: its cells are kept by team."""

from ops_dashboard.metrics.definitions import Dimension
from ops_dashboard.people.models import Team


def _labels(codes: list[int]) -> dict[int, tuple[str, str]]:
    return {t.id: (t.slug, t.name) for t in Team.objects.filter(id__in=codes).only("id", "slug", "name")}


def _codes(slugs: list[str]) -> dict[str, int]:
    return dict(Team.objects.filter(slug__in=slugs).values_list("slug", "id"))


def _every() -> list[tuple[int, str, str]]:
    return list(Team.objects.order_by("name").values_list("id", "slug", "name"))


TEAM = Dimension(slug="team", label="Team", column="team", labels=_labels, codes=_codes, every=_every)
