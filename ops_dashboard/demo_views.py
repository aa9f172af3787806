"""The part of the demo organisation that keeps views of its pages."""

from datetime import datetime
from typing import NamedTuple

from django.http import QueryDict

from ops_dashboard.metrics import saved_views
from ops_dashboard.metrics.models import SavedView
from ops_dashboard.metrics.questions import askable, question_on
from ops_dashboard.metrics.saved_views import NameTaken, Terms
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import scope_for
from tickets.demo.world import World


class _Kept(NamedTuple):
    owner: str
    page: str
    name: str
    asks: str
    is_shared: bool


_EMEA = "period=last-28-days&channel=chat&channel=phone&site=dublin&site=warsaw"
VIEWS = (
    _Kept("demo-manager", "service-levels", "Chat and phone, EMEA", _EMEA, is_shared=True),
    _Kept("demo-manager", "tickets", "Waiting over a day", "status=unsolved&waiting=1d&sort=waiting", is_shared=True),
    _Kept("demo-lead", "backlog", "My teams, week by week", "period=last-91-days&grain=week&by=team", is_shared=False),
)


def tell(world: World) -> None:
    """Views of the demo's people; one that somebody has changed stays as it is."""
    owners = User.objects.filter(username__in=[view.owner for view in VIEWS])
    scopes = {user.username: (user, scope_for(user)) for user in owners}
    for view in VIEWS:
        owner, scope = scopes[view.owner]
        question = question_on(askable(scope)[view.page], QueryDict(view.asks), scope)
        try:
            saved_views.save(owner, view.page, question, Terms(view.name, is_shared=view.is_shared))
        except NameTaken:
            continue


def go_on(world: World, *, now: datetime) -> None:
    """A view stays what it is."""


def remove() -> None:
    for view in VIEWS:
        SavedView.objects.filter(owner__username=view.owner, page=view.page, name=view.name).delete()
