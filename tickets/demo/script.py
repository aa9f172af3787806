"""The events of a cohort as columns: written in any order, read back in the order they happen."""

from dataclasses import dataclass, field, fields
from enum import IntEnum
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tickets.vocabulary import ActorKind, EventType

Indices = NDArray[np.int64]
Instants = NDArray[np.int64]
NOBODY = -1
NEVER = int(np.iinfo(np.int64).max)


class Attribute(IntEnum):
    """What a line sets; its `value` is a code of that attribute, NOBODY for none."""

    NONE = 0
    STATUS = 1
    PRIORITY = 2
    TEAM = 3
    ASSIGNEE = 4
    REASON = 5
    LANGUAGE = 6


_RANK = np.array([EventType(code).rank if code in set(EventType) else 2 for code in range(256)])


@dataclass(frozen=True)
class Lines:
    """Parallel columns, one row an event, ordered by (ticket, at, type rank).

    `nth` counts a ticket's lines from 0, `before` is the value that `value` replaces, `detail` a
    rating, minutes or the index of another ticket.
    """

    ticket: Indices
    nth: Indices
    at: Instants
    type: NDArray[np.int64]
    kind: NDArray[np.int64]
    actor: Indices
    attribute: NDArray[np.int64]
    value: Indices
    before: Indices
    detail: Indices

    def __len__(self) -> int:
        return len(self.ticket)

    def where(self, keep: NDArray[np.bool_]) -> Self:
        """The rows that `keep` marks."""
        return type(self)(*(getattr(self, column.name)[keep] for column in fields(self)))


@dataclass
class Script:
    """Collects events. Nothing is told of a ticket after the instant in `ends` (one per ticket)."""

    opening: dict[Attribute, Indices]  # what each ticket is created with
    ends: Instants
    _columns: list[NDArray[np.int64]] = field(default_factory=list)

    def add(
        self,
        type_: EventType,
        ticket: Indices,
        at: Instants,
        *,
        kind: ActorKind,
        actor: ArrayLike = NOBODY,
        sets: Attribute = Attribute.NONE,
        value: ArrayLike = NOBODY,
        detail: ArrayLike = NOBODY,
    ) -> None:
        """One event for each of `ticket`; scalars count for all of them."""
        if len(ticket):
            columns = np.empty((8, len(ticket)), dtype=np.int64)
            for row, told in zip(columns, (ticket, at, type_, kind, actor, sets, value, detail), strict=True):
                row[:] = told
            self._columns.append(columns)

    def lines(self) -> Lines:
        """Everything in order, without changes that change nothing."""
        columns = np.concatenate([np.empty((8, 0), dtype=np.int64), *self._columns], axis=1)
        columns = columns[:, columns[1] <= self.ends[columns[0]]]
        columns = columns[:, np.lexsort((_RANK[columns[2]], columns[1], columns[0]))]
        before = self._before(columns)
        telling = (columns[5] == Attribute.NONE) | (before != columns[6])
        ticket, at, type_, kind, actor, attribute, value, detail = columns[:, telling]
        nth = np.arange(len(ticket)) - np.searchsorted(ticket, ticket)
        return Lines(ticket, nth, at, type_, kind, actor, attribute, value, before[telling], detail)

    def _before(self, columns: NDArray[np.int64]) -> Indices:
        """The value that was in force when each line set its attribute."""
        before = np.full(columns.shape[1], NOBODY)
        for attribute, opening in self.opening.items():
            rows = np.flatnonzero(columns[5] == attribute)
            ticket, value = columns[0, rows], columns[6, rows]
            follows = np.zeros(len(rows), dtype=bool)
            follows[1:] = ticket[1:] == ticket[:-1]
            before[rows] = np.where(follows, np.roll(value, 1), opening[ticket])
        return before
