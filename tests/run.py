"""`script/test`: every check of the project, two at a time, and then the tests, on throw-away servers.

Goes on after a failure, so that one run shows everything; ends with status 1 when anything failed.
"""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from tests.servers import prepare_environment

PYTHON = sys.executable
MANAGE = [PYTHON, "-W", "error", "manage.py"]
PYTEST = [PYTHON, "-m", "pytest", "-n", "2", "--dist", "worksteal"]
# The longest first: the others pass while it runs.
CHECKS: dict[str, list[str]] = {
    "types": [PYTHON, "-m", "mypy", "."],
    "lint": [PYTHON, "-m", "ruff", "check", "."],
    "format": [PYTHON, "-m", "ruff", "format", "--check", "."],
    "templates": [PYTHON, "-m", "djlint", "--lint", "--quiet", "."],
    "migrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
    "deployment": [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
    "static files": [*MANAGE, "collectstatic", "--noinput", "--verbosity", "0"],
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
    with ThreadPoolExecutor(2) as lanes:
        held = list(lanes.map(holds, CHECKS))
    started_at = time.monotonic()
    held.append(told("tests", subprocess.run(PYTEST, check=False).returncode, since=started_at))
    failed = [name for name, is_held in zip([*CHECKS, "tests"], held, strict=True) if not is_held]
    if failed:
        print(f"\nFailed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


def holds(name: str) -> bool:
    """Run one check, and show what it said once it is through."""
    started_at = time.monotonic()
    variables = os.environ | (PRODUCTION if name == "deployment" else {})
    done = subprocess.run(
        CHECKS[name], env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return told(name, done.returncode, since=started_at, said=done.stdout)


def told(name: str, status: int, *, since: float, said: str = "") -> bool:
    verdict = "ok" if status == 0 else "FAILED"
    print(f"\n{said}== {name}: {verdict} in {time.monotonic() - since:.1f} s", flush=True)
    return status == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
