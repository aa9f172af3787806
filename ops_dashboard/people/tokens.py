"""The only writer of API tokens: made for a user with some of the user's rights, shown once, kept as a digest.

A token never does more than its user: what its user may no longer do, it may not either. It ends
when it expires, is revoked, or its user is disabled.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from ops_dashboard.people import audit
from ops_dashboard.people.models import ApiToken, User
from ops_dashboard.people.roles import Scope, narrowed, scope_for

BEGINS = "ops_"
BYTES = 32
MOST_DAYS = 365
NOTED_EVERY = timedelta(minutes=1)
# What a token may carry, with the words for it. Who a requester is, the audit trail and access itself are for people.
RIGHTS = {
    "may_send_feedback": "Send feedback",
    "sees_metrics": "Read figures",
    "sees_people": "Read figures of single agents",
    "sees_tickets": "Read tickets",
    "sees_text": "Read what was said (redacted)",
    "sees_insights": "Read insights, asks and digests",
    "sees_every_area": "Read insights of every product area",
    "sees_reviews": "Read quality reviews",
    "sees_rosters": "Read rosters",
    "sees_plans": "Read forecasts and requirements",
    "sees_costs": "Read costs",
}


class BadToken(ValueError):
    """A token that cannot be made; the message says why."""


@dataclass(frozen=True)
class Made:
    """`secret` is told this once."""

    token: ApiToken
    secret: str


def grantable(user: User) -> list[str]:
    """The rights of `user` that a token can carry."""
    scope = scope_for(user)
    return [right for right in RIGHTS if getattr(scope, right)]


@transaction.atomic
def make(user: User, *, name: str, rights: Sequence[str], days: int, by: User) -> Made:
    """A new token for `user`. Raises BadToken."""
    if beyond := [right for right in rights if right not in grantable(user)]:
        raise BadToken(f"{user.username} may not do that: {RIGHTS.get(beyond[0], beyond[0]).lower()}")
    if not rights:
        raise BadToken("A token without a right opens nothing: choose one.")
    if not 1 <= days <= MOST_DAYS:
        raise BadToken(f"A token is good for 1 to {MOST_DAYS} days.")
    secret, now = BEGINS + secrets.token_urlsafe(BYTES), timezone.now()
    token = ApiToken.objects.create(
        user=user, name=name, hint=secret[:8], digest=_digest(secret), rights=sorted(rights), made_at=now,
        made_by=by, expires_at=now + timedelta(days=days),
    )  # fmt: skip
    audit.record(by.username, "token_made", f"token {token.pk}", user=user.username, rights=token.rights, days=days)
    return Made(token, secret)


@transaction.atomic
def revoke(token: ApiToken, *, by: User) -> bool:
    """End a token at once; False when it had been revoked before."""
    ended = ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())
    if ended:
        audit.record(by.username, "token_revoked", f"token {token.pk}", user=token.user.username)
    return bool(ended)


def find(secret: str) -> ApiToken | None:
    """The token that still opens something; its use is noted."""
    now = timezone.now()
    token = standing().select_related("user").filter(digest=_digest(secret)).first()
    if token is not None:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - NOTED_EVERY)
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
    return token


def standing() -> QuerySet[ApiToken]:
    """Tokens that are neither revoked nor expired, of users who are not disabled."""
    return ApiToken.objects.filter(revoked_at=None, expires_at__gt=timezone.now(), user__is_active=True)


def scope_of(token: ApiToken) -> Scope:
    """What its user may do now, as far as the token carries it."""
    return narrowed(scope_for(token.user), [right for right in token.rights if right in RIGHTS])


def _digest(secret: str) -> str:
    """The secret is 256 random bits: nobody finds it by guessing, so that a plain digest is enough."""
    return sha256(secret.encode(errors="replace")).hexdigest()
