"""The menu of saved views beside a page's filter bar: the reader's own and those shared, the active one marked."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Case, Value, When

from ops_dashboard.metrics.models import SavedView
from ops_dashboard.metrics.pages import Link, Page
from ops_dashboard.people.models import User
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
    sql, told = _asking(entry.url_name, scope, SHOWN + 1)
    with connection.cursor() as cursor:
        cursor.execute(sql, told)
        rows = cursor.fetchall()
    offered = tuple(_offered(row, scope) for row in rows[:SHOWN])
    return ViewMenu(entry.url_name, entry.title, address, querystring, plain, offered, has_more=len(rows) > SHOWN)


@lru_cache(maxsize=1024)
def _asking(page: str, scope: Scope, most: int) -> tuple[str, tuple[Any, ...]]:
    """The query and its parameters, kept since making it takes longer than asking it."""
    own_first = Case(When(owner__username=scope.username, then=Value(0)), default=Value(1))
    found = SavedView.objects.visible_to(scope, pages=[page]).order_by(own_first, "name", "pk")[:most]
    columns = ("pk", "name", "querystring", "is_shared", "is_default")
    people = ("owner__username", "owner__first_name", "owner__last_name")
    return found.values_list(*columns, *people).query.sql_with_params()


def _offered(row: tuple[Any, ...], scope: Scope) -> Offered:
    pk, name, querystring, is_shared, is_default, username, first_name, last_name = row
    if username == scope.username:
        return Offered(pk, name, querystring, "", is_shared, is_default)
    owner = User(username=username, first_name=first_name, last_name=last_name)
    return Offered(pk, name, querystring, owner.shown_name, is_shared)
