"""API tokens at the door of the API: `Authorization: Bearer ops_...`, beside the cookie of the sign-in."""

import logging

from rest_framework import authentication, exceptions
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from ops_dashboard.people import throttle, tokens
from ops_dashboard.people.models import ApiToken, User

logger = logging.getLogger("ops.access")

LONGEST = 200


class TokenAuthentication(authentication.BaseAuthentication):
    """A token that is given counts alone: where it opens nothing, neither does the cookie."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = tokens.find(secret.strip()) if len(secret) <= LONGEST else None
        if token is None:
            logger.warning("refused token")
            raise exceptions.AuthenticationFailed("This token is unknown, expired or revoked.")
        request._request.scope = tokens.scope_of(token)  # type: ignore[attr-defined]  # as ScopeMiddleware sets it
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class TokenThrottle(BaseThrottle):
    """So many requests a minute with one token; readers at their screens are not counted."""

    def allow_request(self, request: Request, view: object) -> bool:
        return not (isinstance(request.auth, ApiToken) and throttle.is_token_refused(request.auth.pk))

    def wait(self) -> float:
        return throttle.A_MINUTE_S
