"""Every variable an installation may set, read in one place and checked before anything starts."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from ops_dashboard.people.zones import BadZone, zone_of

PROJECT = Path(__file__).resolve().parent.parent
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
SECRET_LENGTH = 50
KEY_LENGTH = 32
# Settings are also imported where no server runs (types, `help`); a query then fails by this name.
NO_DATABASE = "postgresql://no-database-server-was-started.invalid/none"
NO_BROKER = "redis://no-broker-was-started.invalid:6379/0"
NO_MAIL = "console://"
KEPT_MAIL = "mailbox://"  # on one machine: letters are kept and shown
IDLE_IN_TRANSACTION_S = 30
LOCK_WAIT_S = 3
TASK_LIMIT_S = 600  # of the worker: longest task, and longest statement of one


class BadEnvironment(ValueError):
    """A variable is missing or wrong; the message names it and says what to write."""


@dataclass(frozen=True)
class Environment:
    """One installation's variables; README.md documents each of them."""

    var: Path
    database_url: str
    redis_url: str
    port: int
    secret_key: str
    debug: bool
    allowed_hosts: tuple[str, ...]
    csrf_trusted_origins: tuple[str, ...]
    https: bool
    reporting_zone: str
    currency: str
    email_url: str
    email_from: str
    public_url: str
    metrics_token: str
    statement_timeout_s: int
    worker_processes: int
    requester_key: str = ""
    idle_minutes: int = 60

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Environment:
        """Raise BadEnvironment for a missing secret on an outside database and for any wrong value."""
        database_url = variables.get("DATABASE_URL", "")
        debug = _flag(variables, "DEBUG", default=False)
        allowed_hosts = _words(variables, "ALLOWED_HOSTS", default=LOOPBACK_HOSTS)
        if debug and not set(allowed_hosts) <= set(LOOPBACK_HOSTS):
            raise BadEnvironment("DEBUG shows source and settings to visitors; unset it, or ALLOWED_HOSTS")
        return cls(
            var=directory_of(variables),
            database_url=database_url or NO_DATABASE,
            redis_url=variables.get("REDIS_URL") or NO_BROKER,
            port=_number(variables, "PORT", default=8000, least=1, most=65535),
            secret_key=_secret_key(variables, is_served=bool(database_url)),
            debug=debug,
            allowed_hosts=allowed_hosts,
            csrf_trusted_origins=_words(variables, "CSRF_TRUSTED_ORIGINS", default=()),
            https=_flag(variables, "HTTPS", default=bool(database_url) and not is_local(database_url)),
            reporting_zone=_zone(variables),
            currency=_currency(variables),
            email_url=variables.get("EMAIL_URL")
            or (KEPT_MAIL if not database_url or is_local(database_url) else NO_MAIL),
            public_url=_public_url(variables),
            email_from=variables.get("EMAIL_FROM") or "ops-dashboard@localhost",
            metrics_token=variables.get("METRICS_TOKEN", ""),
            statement_timeout_s=_number(variables, "STATEMENT_TIMEOUT_S", default=0, least=0, most=86_400),
            worker_processes=_number(variables, "WORKER_PROCESSES", default=2, least=1, most=64),
            requester_key=_requester_key(variables),
            idle_minutes=_number(variables, "SESSION_IDLE_MINUTES", default=60, least=0, most=720),
        )

    def database(self) -> dict[str, Any]:
        """Return Django's description of the database."""
        url = _split(self.database_url, "DATABASE_URL", schemes=("postgres", "postgresql"))
        options: dict[str, str] = dict(parse_qsl(url.query))
        if self.statement_timeout_s:
            options["options"] = (
                f"-c statement_timeout={self.statement_timeout_s}s -c lock_timeout={LOCK_WAIT_S}s"
                f" -c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_S}s"
            )
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(url.path.removeprefix("/")),
            "USER": unquote(url.username or ""),
            "PASSWORD": unquote(url.password or ""),
            "HOST": unquote(url.hostname or ""),
            "PORT": url.port or "",
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": options,
        }

    def email(self) -> dict[str, Any]:
        """Return Django's EMAIL_* settings; `EMAIL_URL=smtp://user:password@host:587?tls=1`."""
        url = _split(self.email_url, "EMAIL_URL", schemes=("console", "mailbox", "smtp"))
        if url.scheme == "console":
            return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
        if url.scheme == "mailbox":
            return {"EMAIL_BACKEND": "insights.mailbox.EmailBackend"}
        query = dict(parse_qsl(url.query))
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": url.hostname or "",
            "EMAIL_PORT": url.port or 25,
            "EMAIL_HOST_USER": unquote(url.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
            "EMAIL_USE_TLS": query.get("tls") == "1",
            "EMAIL_USE_SSL": query.get("ssl") == "1",
            "EMAIL_TIMEOUT": 10,
        }


def directory_of(variables: Mapping[str, str]) -> Path:
    """The directory of everything an installation keeps."""
    return Path(variables.get("OPS_VAR") or PROJECT / "var").absolute()


def is_local(url: str) -> bool:
    """Tell whether this address leads to the machine itself: loopback, or a socket directory."""
    host = unquote(urlsplit(url).hostname or "")
    return host in ("", "localhost", "127.0.0.1", "::1") or host.startswith("/")


def _secret_key(variables: Mapping[str, str], *, is_served: bool) -> str:
    given = variables.get("SECRET_KEY", "")
    if not given and not is_served:
        return secrets.token_urlsafe(SECRET_LENGTH)
    if len(given) < SECRET_LENGTH or len(set(given)) < 5:
        raise BadEnvironment(
            f"SECRET_KEY must have at least {SECRET_LENGTH} characters when DATABASE_URL is set; make one with "
            "python -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    return given


def _requester_key(variables: Mapping[str, str]) -> str:
    """What turns requesters into numbers; absent: a file of OPS_VAR, which other machines do not have."""
    given = variables.get("REQUESTER_KEY", "")
    if given and (len(given) < KEY_LENGTH or len(set(given)) < 5):
        raise BadEnvironment(
            f"REQUESTER_KEY must have at least {KEY_LENGTH} characters; make one with "
            "python -c 'import secrets; print(secrets.token_urlsafe(32))', and never change it"
        )
    return given


def _public_url(variables: Mapping[str, str]) -> str:
    """Where readers of mails find the pages."""
    given = variables.get("PUBLIC_URL", "")
    if given:
        _split(given, "PUBLIC_URL", schemes=("http", "https"))
        return given
    return f"http://127.0.0.1:{_number(variables, 'PORT', default=8000, least=1, most=65535)}"


def _split(url: str, name: str, *, schemes: tuple[str, ...]) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme not in schemes:
        raise BadEnvironment(f"{name} must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}")
    return parts


def _words(variables: Mapping[str, str], name: str, *, default: tuple[str, ...]) -> tuple[str, ...]:
    words = tuple(word.strip() for word in variables.get(name, "").split(",") if word.strip())
    return words or default


def _flag(variables: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = variables.get(name, "").lower()
    if text not in ("", "0", "1", "false", "true"):
        raise BadEnvironment(f"{name}={text!r} is not a flag; write 1 or 0")
    return text in ("1", "true") if text else default


def _number(variables: Mapping[str, str], name: str, *, default: int, least: int, most: int) -> int:
    text = variables.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise BadEnvironment(f"{name}={text!r} is not a whole number from {least} to {most}")
    return int(text)


def _currency(variables: Mapping[str, str]) -> str:
    code = variables.get("CURRENCY") or "USD"
    if not (len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()):
        raise BadEnvironment(f"CURRENCY={code!r} is not a currency code of ISO 4217; try 'EUR'")
    return code


def _zone(variables: Mapping[str, str]) -> str:
    name = variables.get("REPORTING_ZONE") or "UTC"
    try:
        return zone_of(name).key
    except BadZone as problem:
        raise BadEnvironment(f"REPORTING_ZONE: {problem}") from problem
