"""Which servers this process uses: those that its environment names, or else the installation's own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ops_dashboard.embedded.joining import running


def needs_own(variables: Mapping[str, str]) -> bool:
    """Tell whether the installation's own servers have to run: unless others stand in for both."""
    return not (variables.get("DATABASE_URL") and variables.get("REDIS_URL"))


@contextmanager
def addressed(var: Path, *, is_durable: bool = True) -> Iterator[None]:
    """Inside, the environment names both servers, and the embedded ones are held where they are needed.

    What it named before stays. Raises ServersFailed where they cannot be had; `is_durable` as for `running`.
    """
    if not needs_own(os.environ):
        yield
        return
    with running(var, is_durable=is_durable) as addresses:
        os.environ["DATABASE_URL"] = os.environ.get("DATABASE_URL") or addresses.database_url
        os.environ["REDIS_URL"] = os.environ.get("REDIS_URL") or addresses.redis_url
        yield
