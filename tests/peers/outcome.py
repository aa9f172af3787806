"""What a shape tells of one peer case."""

from dataclasses import dataclass
from typing import Any


class BadCase(ValueError):
    """A case asks for something the runner does not know; the message names it."""


@dataclass(frozen=True)
class Outcome:
    """One case, run: what the peer expects and what we got, both as JSON values."""

    id: str
    agrees: bool
    expected: Any
    got: Any
    note: str = ""
