"""Puts the reader's scope on the request, once."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from ops_dashboard.people.roles import NOBODY


class ScopeMiddleware:
    """`request.scope` for every view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.scope = NOBODY  # type: ignore[attr-defined]
        return self.get_response(request)
