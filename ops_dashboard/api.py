"""The description of the API."""

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.views import SpectacularAPIView

from ops_dashboard.people.access import HasRole


class SessionScheme(OpenApiAuthenticationExtension):
    """How a reader shows who is asking: the cookie of the sign-in."""

    target_class = "ops_dashboard.people.access.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


class TokenScheme(OpenApiAuthenticationExtension):
    """How a program does: a token that an administrator made."""

    target_class = "ops_dashboard.people.token_access.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer"}


class Schema(SpectacularAPIView):
    """OpenAPI, for whoever has a role."""

    permission_classes = [HasRole]
    requires: tuple[str, ...] = ()
