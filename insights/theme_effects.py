"""What a change of the themes would do to the figures, before it is made."""

from collections.abc import Sequence
from dataclasses import dataclass

from insights.models import Area, Theme, ThemeFact


@dataclass(frozen=True)
class Line:
    """Feedback that counts under something now, and once the change is made."""

    name: str
    before: int
    after: int
    words: str = ""


def of_rename(theme: Theme, name: str) -> list[Line]:
    n = _counted(theme=theme.pk)
    return [Line(name, n, n, "figures stay; links and saved questions keep working")]


def of_move(theme: Theme, parent: Theme | None, area: str) -> list[Line]:
    """The groups and the product areas that lose or gain it."""
    n = _counted(theme=theme.pk)
    area = area or (parent.area if parent else theme.area)
    lines = []
    if parent != theme.parent:
        lines += [_moved(group.name, _counted(parent=group.pk), -n) for group in [theme.parent] if group]
        lines += [_moved(group.name, _counted(parent=group.pk), n) for group in [parent] if group]
    if area != theme.area:
        names = dict(Area.objects.values_list("slug", "name"))
        lines += [_moved(_area(names, theme.area), _counted(area=theme.area), -n)]
        lines += [_moved(_area(names, area), _counted(area=area), n)]
    return lines


def of_merge(theme: Theme, into: Theme) -> list[Line]:
    """Feedback tagged with both counts once."""
    n, there = _counted(theme=theme.pk), _counted(theme=into.pk)
    together = ThemeFact.objects.filter(theme__in=(theme.pk, into.pk)).values("feedback").distinct().count()
    both = n + there - together
    return [
        Line(theme.name, n, 0, "no longer offered"),
        Line(into.name, there, together, f"{both:,} tagged with both count once" if both else ""),
    ]


def of_split(theme: Theme, names: Sequence[str]) -> list[Line]:
    n = _counted(theme=theme.pk)
    kept = Line(theme.name, n, n, "no longer offered; what was tagged stays with it, to be tagged anew")
    return [kept, *(Line(name, 0, 0, "new") for name in names)]


def of_retire(theme: Theme) -> list[Line]:
    n = _counted(theme=theme.pk)
    return [Line(theme.name, n, n, "no longer offered; what was tagged stays with it")]


def _counted(**where: int | str) -> int:
    return ThemeFact.objects.filter(**where).count()


def _moved(name: str, before: int, by: int) -> Line:
    return Line(name, before, before + by)


def _area(names: dict[str, str], slug: str) -> str:
    return names.get(slug, slug) or "No product area"
