"""System checks: configurations that run and should not.

ops.E001  DEBUG while the product answers for hosts other than this machine
ops.E002  a short, repetitive or well-known SECRET_KEY
ops.E003  a broker on another machine without a password
ops.E004  METRICS_TOKEN too short to stop guessing
ops.W001  answers for public hosts without HTTPS
"""

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1", "[::1]", "testserver"})
KEY_LENGTH, KEY_VARIETY, TOKEN_LENGTH = 50, 5, 32


def configuration(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Everything that is wrong with the settings, as Django's check framework wants it."""
    return [*_hosts(), *_secrets(), *_broker()]


def _hosts() -> Iterator[CheckMessage]:
    public = sorted(set(settings.ALLOWED_HOSTS) - LOCAL_HOSTS)
    if public and settings.DEBUG:
        yield Error(
            f"DEBUG shows source and settings to every visitor of {public[0]}.", hint="Unset DEBUG.", id="ops.E001"
        )
    if public and not settings.SESSION_COOKIE_SECURE:
        yield Warning(
            f"Sessions for {public[0]} travel unencrypted.", hint="Serve by HTTPS and set HTTPS=1.", id="ops.W001"
        )


def _secrets() -> Iterator[CheckMessage]:
    key = settings.SECRET_KEY
    if len(key) < KEY_LENGTH or len(set(key)) < KEY_VARIETY or key.startswith("django-insecure-"):
        yield Error(
            "SECRET_KEY is short, repetitive or a known default: sessions and links could be forged.",
            hint="python -c 'import secrets; print(secrets.token_urlsafe(50))'",
            id="ops.E002",
        )
    if 0 < len(settings.METRICS_TOKEN) < TOKEN_LENGTH:
        yield Error(f"METRICS_TOKEN has fewer than {TOKEN_LENGTH} characters.", hint="Use 32 or more.", id="ops.E004")


def _broker() -> Iterator[CheckMessage]:
    url = urlsplit(settings.ENVIRONMENT.redis_url)
    if url.hostname and url.hostname not in LOCAL_HOSTS and not url.password and not url.hostname.endswith(".invalid"):
        yield Error(
            f"The broker at {url.hostname} asks for no password: whoever reaches it can queue work.",
            hint="REDIS_URL=rediss://:password@host:6379/0",
            id="ops.E003",
        )
