"""A request as our middleware leaves it, for the types of views."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from ops_dashboard.people.roles import Scope


class ReaderRequest(HttpRequest):
    """A page's request: who reads, and whether htmx asks."""

    scope: Scope
    htmx: HtmxDetails
