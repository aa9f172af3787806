"""`script/test`: every check of the project in the order of their cost, on throw-away servers.

Goes on after a failure, so that one run shows everything; ends with status 1 when anything failed.
"""

import os
import subprocess
import sys
import time

from tests.servers import prepare_environment

PYTHON = sys.executable
MANAGE = [PYTHON, "-W", "error", "manage.py"]
PYTEST = [PYTHON, "-m", "pytest", "-n", "2", "--dist", "worksteal"]
STEPS: dict[str, list[str]] = {
    "lint": [PYTHON, "-m", "ruff", "check", "."],
    "format": [PYTHON, "-m", "ruff", "format", "--check", "."],
    "types": [PYTHON, "-m", "mypy", "."],
    "templates": [PYTHON, "-m", "djlint", "--lint", "--quiet", "."],
    "migrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
    "deployment": [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
    "static files": [*MANAGE, "collectstatic", "--noinput", "--verbosity", "0"],
    "tests": PYTEST,
}
# As behind a proxy in production; the other steps see the defaults of a local installation.
PRODUCTION = {
    "DEBUG": "0",
    "HTTPS": "1",
    "ALLOWED_HOSTS": "ops.example.org",
    "CSRF_TRUSTED_ORIGINS": "https://ops.example.org",
}


def main(arguments: list[str]) -> int:
    prepare_environment()
    if arguments:
        return subprocess.run([PYTHON, "-m", "pytest", *arguments], check=False).returncode
    failed = [name for name, command in STEPS.items() if not passes(name, command)]
    if failed:
        print(f"\nFailed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


def passes(name: str, command: list[str]) -> bool:
    """Run one step on this terminal and say how long it took."""
    print(f"\n== {name}", flush=True)
    started_at = time.monotonic()
    variables = os.environ | (PRODUCTION if name == "deployment" else {})
    status = subprocess.run(command, env=variables, check=False).returncode
    print(f"== {name}: {'ok' if status == 0 else 'FAILED'} in {time.monotonic() - started_at:.1f} s", flush=True)
    return status == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
