"""The menu of saved views beside a page's filter bar: the reader's own and those shared, the active one marked."""

from dataclasses import dataclass

from django.db.models import Case, Value, When

from ops_dashboard.metrics.models import SavedView
from ops_dashboard.metrics.pages import Link, Page
from ops_dashboard.people.roles import Scope

SHOWN = 200  # of a page; one person has at most half as many


@dataclass(frozen=True)
class Offered:
    """One view as the menu shows it; `owner` is empty for the reader's own."""

    pk: int
    name: str
    querystring: str
    owner: str = ""
    is_shared: bool = False
    is_default: bool = False


@dataclass(frozen=True)
class ViewMenu:
    """`querystring` is what the page shows now, `plain` what it asks by itself."""

    page: str
    title: str
    address: str  # of the page
    querystring: str
    plain: str
    offered: tuple[Offered, ...] = ()
    has_more: bool = False

    @property
    def own(self) -> list[Offered]:
        return [view for view in self.offered if not view.owner]

    @property
    def shared(self) -> list[Offered]:
        return [view for view in self.offered if view.owner]

    @property
    def active(self) -> Offered | None:
        """The view that the page shows, the reader's own before that of others."""
        return next((view for view in [*self.own, *self.shared] if view.querystring == self.querystring), None)

    @property
    def is_unsaved(self) -> bool:
        return self.active is None and self.querystring != self.plain

    @property
    def first(self) -> Offered | None:
        """The view that the reader has the page open with."""
        return next((view for view in self.own if view.is_default), None)

    @property
    def plain_url(self) -> str:
        """Where the page shows no view: its address alone would open with the first one."""
        return f"{self.address}?{self.plain}" if self.first else self.address


def view_menu(entry: Page | Link, scope: Scope, *, address: str, querystring: str, plain: str) -> ViewMenu:
    """The menu of an askable page, by one query."""
    found = SavedView.objects.visible_to(scope, pages=[entry.url_name]).select_related("owner")
    own_first = Case(When(owner__username=scope.username, then=Value(0)), default=Value(1))
    rows = list(found.order_by(own_first, "name", "pk")[: SHOWN + 1])
    offered = tuple(_offered(view, scope) for view in rows[:SHOWN])
    return ViewMenu(entry.url_name, entry.title, address, querystring, plain, offered, has_more=len(rows) > SHOWN)


def _offered(view: SavedView, scope: Scope) -> Offered:
    is_own = view.owner.username == scope.username
    owner = "" if is_own else view.owner.shown_name
    return Offered(view.pk, view.name, view.querystring, owner, view.is_shared, view.is_default and is_own)
