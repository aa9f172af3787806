"""Service levels: which policy holds where, and what became of every promise it makes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from tickets.spans import Spans
from tickets.states import OPEN_END, Codes, Instants, Rows
from tickets.timeline import Timeline
from tickets.vocabulary import PromiseKind, Status
from tickets.waits import FirstReplyFrom, NextReplyStarts

ALWAYS_OPEN = -1  # the calendar of a target that counts 24/7
NO_POLICY = -1


class Clock(Protocol):
    """What the engine asks of a calendar: open seconds F, and its inverse."""

    def open_seconds(self, at: Instants) -> Instants: ...

    def at_level(self, level: Instants, boundary: str = "close") -> Instants: ...


@dataclass(frozen=True, kw_only=True)
class Target:
    """`seconds` allowed for one kind of promise at one priority (None: every priority).

    `calendar` indexes the clocks given to the engine (ALWAYS_OPEN: 24/7); a `calendar` clock counts
    wall time and keeps the calendar only for the business figure beside it. `boundary` says whether
    a target used up exactly at closing time is due then or at the next opening. `priority_from`
    `creation` judges as if the priority had never changed. `first_reply_from`, `next_reply_starts`
    and `update_starts` choose when a run of those kinds begins; `update_restarts` begins an update
    clock anew after each pause instead of resuming it.
    """

    kind: PromiseKind
    seconds: int
    priority: int | None = None
    calendar: int = ALWAYS_OPEN
    clock: Literal["business", "calendar"] = "business"
    pauses_in: frozenset[Status] = frozenset()
    boundary: Literal["close", "next_open"] = "close"
    priority_from: Literal["creation", "current"] = "current"
    first_reply_from: FirstReplyFrom = "creation"
    next_reply_starts: NextReplyStarts = "after_first_reply"
    update_starts: Literal["reply", "creation"] = "reply"
    update_restarts: bool = False


@dataclass(frozen=True, kw_only=True)
class Policy:
    """One version of a policy: it holds for spans begun in [valid_from, valid_to).

    `conditions` names attributes of a span (channel, priority, team, language, reason) or `source`
    with the codes they may have; no condition means any. `id` is the caller's own.
    """

    id: int
    order: int
    targets: tuple[Target, ...]
    conditions: Mapping[str, frozenset[int]] = field(default_factory=dict)
    valid_from: int = -OPEN_END
    valid_to: int = OPEN_END


@dataclass(frozen=True, kw_only=True)
class Promises:
    """Parallel columns, one row a run of a target on a ticket, ordered by (ticket, kind, run).

    `policy` and `calendar` index what was given to `promises`; policy, `target_s`, `owner` and
    `team` are those in force when the promise was decided (now, if it is not). Instants are
    OPEN_END where there is none: `due_at` of a paused promise, `fulfilled_at` of one not kept yet,
    `decided_at` (the earlier of the two, or the end of a cancelled one) of one undecided.
    `elapsed_s` counts wall seconds while the promise ran, `business_elapsed_s` the open ones among
    them, `paused_s` the wall seconds while it did not: from start to fulfilment, cancellation or
    now.
    """

    ticket: Rows
    kind: NDArray[np.uint8]
    run: Codes
    policy: Codes
    calendar: Codes
    started_at: Instants
    due_at: Instants
    fulfilled_at: Instants
    decided_at: Instants
    state: NDArray[np.uint8]
    elapsed_s: NDArray[np.int64]
    business_elapsed_s: NDArray[np.int64]
    paused_s: NDArray[np.int64]
    target_s: NDArray[np.int64]
    owner: Codes
    team: Codes

    def __len__(self) -> int:
        return len(self.ticket)


def match(policies: Sequence[Policy], spans: Spans, *, source: Codes | None = None) -> Codes:
    """Index of the policy in force in each span, NO_POLICY where none applies.

    `source` holds one code a ticket.
    """
    raise NotImplementedError


def promises(
    timeline: Timeline,
    policies: Sequence[Policy],
    clocks: Sequence[Clock],
    *,
    now: int,
    source: Codes | None = None,
) -> Promises:
    """Every promise that `policies` make on the tickets of `timeline`, judged as of `now`."""
    raise NotImplementedError
