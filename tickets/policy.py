"""Service-level policies as values: what they promise, and which of them holds where."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from tickets.runs import Rule
from tickets.spans import Spans
from tickets.states import OPEN_END, Codes, Flags, Instants
from tickets.vocabulary import PromiseKind, Status
from tickets.waits import FirstReplyFrom, NextReplyStarts, UpdateStarts

ALWAYS_OPEN = -1  # the calendar of a target that counts 24/7
NONE = -1  # no policy, no target
CONDITIONS = ("source", "channel", "priority", "team", "language", "reason")


class BadPolicy(ValueError):
    """A policy that cannot be judged by; the message names it and says why."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """`seconds` allowed for one kind of promise at one priority (None: every priority).

    `calendar` indexes the clocks given to the engine (ALWAYS_OPEN: 24/7); a `calendar` clock counts
    wall time and keeps the calendar only for the business figure beside it. `boundary` says whether
    a target used up exactly at closing time is due then or at the next opening. `priority_from`
    `creation` judges as if the priority had never changed. `first_reply_from`, `next_reply_starts`
    and `update_starts` choose when a run of those kinds begins.
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
    update_starts: UpdateStarts = "reply"

    @property
    def rule(self) -> Rule:
        """The runs that this target judges."""
        options: dict[PromiseKind, dict[str, Any]] = {
            PromiseKind.FIRST_REPLY: {"first_reply_from": self.first_reply_from},
            PromiseKind.NEXT_REPLY: {"next_reply_starts": self.next_reply_starts},
            PromiseKind.PAUSABLE_UPDATE: {"update_starts": self.update_starts},
            PromiseKind.PERIODIC_UPDATE: {"update_starts": self.update_starts},
        }
        return Rule(self.kind, **options.get(self.kind, {}))


@dataclass(frozen=True, kw_only=True)
class Policy:
    """One version of a policy: it holds for spans matched in [valid_from, valid_to).

    `conditions` names some of CONDITIONS with the codes they may have; none means any. `id` is the
    caller's own. Raises BadPolicy.
    """

    id: int
    order: int
    targets: tuple[Target, ...]
    conditions: Mapping[str, frozenset[int]] = field(default_factory=dict)
    valid_from: int = -OPEN_END
    valid_to: int = OPEN_END

    def __post_init__(self) -> None:
        if unknown := set(self.conditions) - set(CONDITIONS):
            raise BadPolicy(f"policy {self.id} has no such condition: {', '.join(sorted(unknown))}")
        keys = [(target.kind, target.priority) for target in self.targets]
        if len(set(keys)) < len(keys):
            raise BadPolicy(f"policy {self.id} has two targets of one kind and priority")


def match(
    policies: Sequence[Policy],
    spans: Spans,
    *,
    source: Codes | None = None,
    priority: Codes | None = None,
) -> Codes:
    """Index of the policy in force in each span, NONE where none applies.

    The first one by order wins, among those valid when a condition attribute last changed. `source`
    holds one code a ticket; `priority` one a span, in place of the span's own.
    """
    columns = {name: getattr(spans, name) for name in CONDITIONS[1:]}
    columns["source"] = np.zeros(0, np.int32) if source is None else source[spans.ticket]
    if priority is not None:
        columns["priority"] = priority
    matched_at = _matched_at(spans, columns)
    chosen = np.full(len(spans), NONE, dtype=np.int32)
    for index in sorted(range(len(policies)), key=lambda i: policies[i].order, reverse=True):
        policy = policies[index]
        holds = (policy.valid_from <= matched_at) & (matched_at < policy.valid_to)
        for name, codes in policy.conditions.items():
            holds &= _one_of(columns[name], codes) if len(columns[name]) else False
        chosen[holds] = index
    return chosen


def _matched_at(spans: Spans, columns: Mapping[str, Codes]) -> Instants:
    """When a condition attribute of the ticket last changed, for each span."""
    fresh = np.diff(spans.ticket, prepend=-1) > 0
    for column in columns.values():
        if len(column):
            fresh |= np.diff(column, prepend=-1) != 0
    rows = np.maximum.accumulate(np.where(fresh, np.arange(len(spans)), 0))
    return spans.start_at[rows]


def _one_of(column: Codes, codes: frozenset[int]) -> Flags:
    """Rows whose code is one of `codes`."""
    table = np.zeros(int(column.max(initial=0)) + 1, dtype=bool)
    table[[code for code in codes if 0 <= code < len(table)]] = True
    return table[column]


@dataclass(frozen=True)
class Terms:
    """The targets of all policies, one under another, as columns."""

    targets: tuple[Target, ...]
    policy: Codes
    seconds: NDArray[np.int64]
    calendar: Codes
    on_wall: Flags
    next_open: Flags
    by_creation: Flags
    pauses: Flags  # (targets, statuses)

    @classmethod
    def of(cls, policies: Sequence[Policy]) -> Self:
        """The terms of `policies`; a target's policy is its index among them."""
        pairs = [(index, target) for index, each in enumerate(policies) for target in each.targets]
        targets = tuple(target for _, target in pairs)
        pauses = np.zeros((len(targets), len(Status) + 1), dtype=bool)
        for row, target in enumerate(targets):
            pauses[row, [int(status) for status in target.pauses_in]] = True
        return cls(
            targets=targets,
            policy=np.array([index for index, _ in pairs], dtype=np.int32),
            seconds=np.array([target.seconds for target in targets], dtype=np.int64),
            calendar=np.array([target.calendar for target in targets], dtype=np.int32),
            on_wall=np.array([target.clock == "calendar" for target in targets], dtype=bool),
            next_open=np.array([target.boundary == "next_open" for target in targets], dtype=bool),
            by_creation=np.array([target.priority_from == "creation" for target in targets], dtype=bool),
            pauses=pauses,
        )

    def rules(self) -> Iterator[Rule]:
        """The distinct rules that the targets ask for, in the order of their kinds."""
        yield from sorted({target.rule for target in self.targets}, key=lambda rule: rule.kind)

    def table(self, rule: Rule, policies: int, priorities: int) -> Codes:
        """Target of `rule` by (policy + 1, priority), NONE where there is none."""
        table = np.full((policies + 1, priorities), NONE, dtype=np.int32)
        rows = [row for row, target in enumerate(self.targets) if target.rule == rule]
        for row in sorted(rows, key=lambda row: self.targets[row].priority is not None):
            priority = self.targets[row].priority
            if priority is None:
                table[self.policy[row] + 1, :] = row
            elif priority < priorities:
                table[self.policy[row] + 1, priority] = row
        return table
