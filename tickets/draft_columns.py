"""The drafts of a batch, attribute by attribute: each is taken once, as a list."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from tickets.connectors.drafts import Draft
from tickets.identity import EPOCH


class DraftColumns(dict[str, list[Any]]):
    """`columns["team"]` is the team of every draft; `micros` are their instants (see `microseconds`)."""

    def __init__(self, drafts: Sequence[Draft]) -> None:
        super().__init__()
        self.drafts = drafts

    def __missing__(self, name: str) -> list[Any]:
        self[name] = told = self._micros() if name == "micros" else list(map(attrgetter(name), self.drafts))
        return told

    def _micros(self) -> list[int]:
        """Microseconds from the Unix epoch to each instant."""
        since = [at - EPOCH for at in self["occurred_at"]]
        return [(each.days * 86_400 + each.seconds) * 1_000_000 + each.microseconds for each in since]

    def is_unset(self, name: str) -> bool:
        """Whether no draft says anything."""
        return self[name].count(None) == len(self.drafts)

    def said(self, name: str) -> list[Any]:
        """The values that say something."""
        return [] if self.is_unset(name) else list(filter(None, self[name]))
