"""The doors: a page or endpoint names the rights it needs, and nobody passes without them.

A right is a flag of `Scope` (`sees_metrics`, `may_export` ...). Every view is either behind
`requires(...)` or `HasRole`, or listed as open in `tests/test_access.py`.
"""

import logging
from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.cache import patch_cache_control
from django_htmx.http import HttpResponseClientRedirect
from rest_framework import authentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from ops_dashboard.people.requests import ReaderRequest
from ops_dashboard.people.roles import RIGHTS, Scope

logger = logging.getLogger("ops.access")

NOT_YOURS = "Your role does not open this page."
NO_ROLE = "Your account has no role yet; an administrator can give it one."

View = Callable[..., HttpResponseBase]


def missing(scope: Scope, rights: tuple[str, ...]) -> str:
    """The first right that `scope` lacks; "" when it has them all. No right at all asks for a role."""
    if not scope.role:
        return "role"
    return next((right for right in rights if not getattr(scope, right)), "")


def requires(*rights: str) -> Callable[[View], View]:
    """Decorate a view: sign in first, 403 without every one of `rights`; the answer is not stored."""
    _check_known(rights)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: ReaderRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            if lacking := missing(request.scope, rights):
                logger.warning("refused user=%s view=%s lacks=%s", request.user.pk, view.__name__, lacking)
                raise PermissionDenied(NO_ROLE if lacking == "role" else NOT_YOURS)
            response = view(request, *args, **kwargs)
            if "Cache-Control" not in response:
                patch_cache_control(response, private=True, no_store=True)
            return response

        return guarded

    return decorate


class SessionAuthentication(authentication.SessionAuthentication):
    """A reader who is not signed in gets 401, one who lacks a right 403."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"


class HasRole(BasePermission):
    """API permission: a role, and every right in the view's `requires`; a view that names none is shut.

    Class views set `requires = ("sees_tickets",)`, function views stack `@api_requires(...)`.
    """

    def has_permission(self, request: Request, view: object) -> bool:
        rights = getattr(view, "requires", None)
        if rights is None:
            return False
        _check_known(rights)
        lacking = missing(scope_behind(request), rights)
        if lacking and request.user.is_authenticated:
            logger.warning("refused user=%s view=%s lacks=%s", request.user.pk, type(view).__name__, lacking)
        return not lacking


def api_requires(*rights: str) -> Callable[[View], View]:
    """Put on top of `@api_view`: the rights that `HasRole` asks for."""
    _check_known(rights)

    def decorate(view: View) -> View:
        view.cls.requires = rights  # type: ignore[attr-defined]  # where `api_view` keeps its class
        return view

    return decorate


def scope_behind(request: Request) -> Scope:
    """The scope of whoever asks the API."""
    scope: Scope = request._request.scope  # type: ignore[attr-defined]  # set by ScopeMiddleware
    return scope


def client_address(request: HttpRequest, *, is_behind_proxy: bool) -> str:
    """Whom we talk to. Behind our proxy the last forwarded address is the one it wrote itself."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if is_behind_proxy and forwarded:
        return forwarded.rsplit(",", 1)[-1].strip()
    return request.META.get("REMOTE_ADDR", "")


def _check_known(rights: tuple[str, ...]) -> None:
    if unknown := set(rights) - RIGHTS:
        raise ValueError(f"{unknown.pop()!r} is no right of Scope; there are {', '.join(sorted(RIGHTS))}")


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page; a fragment request moves the whole page there, not its fragment."""
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(resolve_url("login"))
    return redirect_to_login(request.get_full_path())
