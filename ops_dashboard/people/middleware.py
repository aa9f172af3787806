"""Puts the reader's scope on the request, once."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from ops_dashboard.people.roles import NOBODY, Scope, scope_for


class ScopeMiddleware:
    """`request.scope` for every view: worked out at its first use, so that probes need no database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.scope = SimpleLazyObject(lambda: scope_of(request))  # type: ignore[attr-defined]
        return self.get_response(request)


def scope_of(request: HttpRequest) -> Scope:
    """The scope of whoever is signed in."""
    return scope_for(request.user) if request.user.is_authenticated else NOBODY
