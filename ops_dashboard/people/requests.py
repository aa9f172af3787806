"""A request as our middleware leaves it, the answer that htmx may want a part of, and the page after it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from ops_dashboard.people.roles import Scope


class ReaderRequest(HttpRequest):
    """A page's request: who reads, and whether htmx asks."""

    scope: Scope
    htmx: HtmxDetails


def page_or_part(
    request: ReaderRequest, page: str, part: str, context: dict[str, Any], *, shown_at: str = "", status: int = 200
) -> HttpResponse:
    """Render the template `page`; to htmx only `part` of it, with the address `shown_at` for the browser's bar.

    The templates learn as `is_partial` which it is. A page that htmx fetches again for its history is whole.
    """
    is_partial = bool(request.htmx) and not request.htmx.history_restore_request
    response = render(request, part if is_partial else page, context | {"is_partial": is_partial}, status=status)
    if is_partial and shown_at:
        response["HX-Push-Url"] = shown_at
    patch_vary_headers(response, ["HX-Request"])
    return response


def next_address(request: Request, **cursor: str | int) -> str | None:
    """Where the API's next page is: this address with another cursor; None where the cursor is empty."""
    ((name, value),) = cursor.items()
    return str(replace_query_param(request.build_absolute_uri(), name, value)) if value else None
