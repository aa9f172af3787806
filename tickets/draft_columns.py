"""The drafts of a batch, attribute by attribute."""

from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

import numpy as np

from tickets.connectors.drafts import Draft

_NAMES = tuple(field.name for field in fields(Draft))
_told = attrgetter(*_NAMES)


class DraftColumns(dict[str, list[Any]]):
    """`columns["team"]` is the team of every draft; `micros` are their instants, in microseconds of Unix time."""

    def __init__(self, drafts: Sequence[Draft]) -> None:
        told = map(list, zip(*map(_told, drafts), strict=True)) if drafts else [[] for _ in _NAMES]
        super().__init__(zip(_NAMES, told, strict=True))
        self.drafts = drafts
        self._distinct: dict[str, set[Any]] = {}

    def __missing__(self, name: str) -> list[Any]:
        if name != "micros":
            raise KeyError(name)
        self[name] = told = self._micros()
        return told

    def _micros(self) -> list[int]:
        """A second of 1990 to 2100 as a float is exact to a quarter of a microsecond."""
        seconds = np.array([at.timestamp() for at in self["occurred_at"]])
        return np.rint(seconds * 1e6).astype(np.int64).tolist()

    def distinct(self, name: str) -> set[Any]:
        """The values that say something, each once."""
        if name not in self._distinct:
            self._distinct[name] = set(self[name]) - {None, ""}
        return self._distinct[name]
