"""A production-like environment passes Django's deployment checks and ours without a word."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PRODUCTION = {
    "ALLOWED_HOSTS": "ops.example",
    "CSRF_TRUSTED_ORIGINS": "https://ops.example",
    "HTTPS": "1",
    "DEBUG": "0",
    "SECRET_KEY": secrets.token_urlsafe(60),
    "METRICS_TOKEN": secrets.token_urlsafe(32),
}


def checked(**changes: str) -> subprocess.CompletedProcess[str]:
    """`manage.py check --deploy` on this run's servers, in an environment of its own."""
    environment = os.environ | PRODUCTION | changes
    environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # only the browser tests need it
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_a_production_environment_passes_the_deployment_checks() -> None:
    done = checked()
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"HTTPS": "0"}, "ops.W001"),
        ({"METRICS_TOKEN": "guess"}, "ops.E004"),
        ({"DEBUG": "1"}, "DEBUG"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
    ],
)
def test_a_dangerous_one_does_not(changes: dict[str, str], words: str) -> None:
    done = checked(**changes)
    assert done.returncode != 0
    assert words in done.stderr
