"""The writer of themes. All changes of one sitting form one version; every one of them is kept.

with revise(by=user, note="Payouts told apart") as revision:
    revision.split(payouts, [("Payout late", "..."), ("Payout missing", "...")])

A theme never vanishes: a merged one says where its feedback counts now, a split or retired one
keeps what was tagged with it. `tree(version)` tells how any version read.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction

from insights import facts
from insights.models import TaxonomyVersion, Theme, ThemeChange
from insights.versions import Change, Node, Tree, as_of
from ops_dashboard.people import audit
from ops_dashboard.people.models import User
from tickets.slugs import slug_of

ONE_AT_A_TIME = 0x7A4E  # advisory lock: versions are numbered one after the other


class BadChange(ValueError):
    """A change that the taxonomy cannot take; the message names the theme and says why."""


@contextmanager
def revise(*, by: User | None, note: str = "") -> Iterator["Revision"]:
    """Everything done to the yielded revision becomes one new version, or nothing of it does."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        newest = current()
        version = TaxonomyVersion.objects.create(
            number=newest.number + 1 if newest else 1, note=note[:200], published_by=by
        )
        revision = Revision(version)
        yield revision
        changes = version.changes.count()
        audit.record(by.username if by else "system", "themes_revised", f"taxonomy v{version.number}", changes=changes)


def current() -> TaxonomyVersion | None:
    """The newest version; None before the first."""
    return TaxonomyVersion.objects.first()


def tree(version: int | None = None) -> Tree:
    """Every theme as it stood under `version` (the newest if not given)."""
    rows = ThemeChange.objects.order_by("version", "id").prefetch_related("into")
    changes = [
        Change(row.version_id, row.theme_id, row.kind, row.before, tuple(sorted(theme.id for theme in row.into.all())))
        for row in rows
    ]
    nodes = [
        Node(t.id, t.name, t.area, t.definition, t.parent_id, t.is_active, t.id) for t in Theme.objects.order_by("id")
    ]
    newest = current()
    return as_of(nodes, changes, version if version is not None else newest.number if newest else 0)


@dataclass(frozen=True)
class Revision:
    """A version in the making."""

    version: TaxonomyVersion

    def add(
        self, name: str, *, area: str = "", parent: Theme | None = None, definition: str = "", slug: str = ""
    ) -> Theme:
        """A new theme; below `parent` it belongs to the parent's area unless told otherwise."""
        _check_parent(name, parent)
        theme = Theme.objects.create(
            slug=_free_slug(slug or name),
            name=name,
            definition=definition,
            area=area or (parent.area if parent else ""),
            parent=parent,
            valid_from=self.version,
        )
        self._keep(theme, ThemeChange.Kind.ADD, {}, {"name": name})
        return theme

    def rename(self, theme: Theme, name: str, *, definition: str | None = None) -> None:
        """The address (slug) stays, so that links and saved questions keep working."""
        new = {"name": name, "definition": theme.definition if definition is None else definition}
        self._set(theme, ThemeChange.Kind.RENAME, **new)

    def move(self, theme: Theme, parent: Theme | None, *, area: str = "") -> None:
        _check_parent(theme.name, parent)
        if parent and (parent.id == theme.id or theme.children.filter(is_active=True).exists()):
            raise BadChange(f"{theme.name} has themes below it: move those first, there are two levels")
        self._set(
            theme,
            ThemeChange.Kind.MOVE,
            parent_id=parent.id if parent else None,
            area=area or (parent.area if parent else theme.area),
        )
        facts.rebuild_theme(theme, *theme.merged.all())

    def merge(self, themes: Iterable[Theme], into: Theme) -> None:
        """From now on the feedback of `themes` counts under `into`, what was tagged before included."""
        for theme in themes:
            if theme.id == into.id or not into.is_active or not theme.is_active:
                raise BadChange(f"{theme.name} cannot be merged into {into.name}: both must be active, and two")
            if theme.children.filter(is_active=True).exists():
                raise BadChange(f"{theme.name} has themes below it: merge or move those first")
            Theme.objects.filter(merged_into=theme).update(merged_into=into)
            self._end(theme, ThemeChange.Kind.MERGE, [into], merged_into=into)
        facts.rebuild_theme(*Theme.objects.filter(merged_into=into))

    def split(self, theme: Theme, into: Sequence[tuple[str, str]]) -> list[Theme]:
        """New themes in the place of one, each (name, definition). What was tagged stays with the old one."""
        if len(into) < 2:
            raise BadChange(f"{theme.name}: a split needs two themes or more")
        if theme.children.filter(is_active=True).exists():
            raise BadChange(f"{theme.name} has themes below it: it is split already")
        new = [self.add(name, area=theme.area, parent=theme.parent, definition=words) for name, words in into]
        self._end(theme, ThemeChange.Kind.SPLIT, new)
        return new

    def retire(self, theme: Theme) -> None:
        if theme.children.filter(is_active=True).exists():
            raise BadChange(f"{theme.name} has themes below it: retire those first")
        self._end(theme, ThemeChange.Kind.RETIRE, [])

    def _set(self, theme: Theme, kind: ThemeChange.Kind, **new: str | int | None) -> None:
        if not theme.is_active:
            raise BadChange(f"{theme.name} is no longer in use")
        before = {name: getattr(theme, name) for name in new}
        if before == new:
            return
        for name, value in new.items():
            setattr(theme, name, value)
        theme.save(update_fields=list(new))
        self._keep(theme, kind, before, new)

    def _end(
        self, theme: Theme, kind: ThemeChange.Kind, into: Sequence[Theme], *, merged_into: Theme | None = None
    ) -> None:
        if not theme.is_active:
            raise BadChange(f"{theme.name} is no longer in use")
        theme.is_active, theme.valid_to, theme.merged_into = False, self.version, merged_into
        theme.save(update_fields=["is_active", "valid_to", "merged_into"])
        self._keep(theme, kind, {"is_active": True}, {"is_active": False}, into)

    def _keep(
        self,
        theme: Theme,
        kind: ThemeChange.Kind,
        before: dict[str, str | int | bool | None],
        after: dict[str, str | int | bool | None],
        into: Sequence[Theme] = (),
    ) -> None:
        # `parent` is the word of a Node, `parent_id` that of the row.
        before, after = ({k.removesuffix("_id"): v for k, v in side.items()} for side in (before, after))
        change = ThemeChange.objects.create(version=self.version, theme=theme, kind=kind, before=before, after=after)
        change.into.set(into)


def _check_parent(name: str, parent: Theme | None) -> None:
    if parent and (parent.parent_id is not None or not parent.is_active):
        raise BadChange(
            f"{name} cannot stand below {parent.name}: there are two levels, and only active themes hold any"
        )


def _free_slug(text: str) -> str:
    base = slug_of(text, longest=70)
    taken = set(Theme.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(s for n in range(1, len(taken) + 2) if (s := base if n == 1 else f"{base}-{n}") not in taken)
