"""Django's admin, entered through our own sign-in by whoever may define or configure anything."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url

from ops_dashboard.people.access import NOT_YOURS
from ops_dashboard.people.roles import NOBODY


class OpsAdminSite(AdminSite):
    site_header = site_title = "Ops Dashboard administration"
    index_title = "Administration"

    def has_permission(self, request: HttpRequest) -> bool:
        scope = getattr(request, "scope", NOBODY)
        return bool(scope.may_configure or scope.may_define or scope.sees_audit)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if self.has_permission(request):
            return HttpResponseRedirect(resolve_url("admin:index"))
        if request.user.is_authenticated:
            raise PermissionDenied(NOT_YOURS)
        return redirect_to_login(resolve_url("admin:index"))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        """Signing out is one act for the whole product."""
        return HttpResponseRedirect(resolve_url("overview"))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        """So is changing one's password; there it is audited."""
        return HttpResponseRedirect(resolve_url("password"))
