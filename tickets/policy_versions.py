"""The stored versions of policies and calendars, compiled for the promise engine."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ops_dashboard.people.models import Team
from tickets.business_calendar import Calendar
from tickets.business_time import clock
from tickets.models import (
    BusinessCalendar,
    Channel,
    Language,
    Priority,
    Reason,
    SlaPolicy,
    Source,
    TeamRef,
)
from tickets.policy import ALWAYS_OPEN, Policy, Target
from tickets.slugs import slug_of
from tickets.states import OPEN_END
from tickets.succession import Hours, Succession
from tickets.vocabulary import PromiseKind, Status

TARGET_OPTIONS = (
    "clock",
    "boundary",
    "priority_from",
    "first_reply_from",
    "next_reply_starts",
    "update_starts",
)

Ids = NDArray[np.int32]
CodesOf = Mapping[str, Mapping[str, frozenset[int]]]  # condition -> slug -> codes


@dataclass(frozen=True, kw_only=True)
class ServiceLevels:
    """Policies and clocks as the engine wants them, and the rows they came from.

    `policy_ids` and `calendar_of` (a clock's index, or ALWAYS_OPEN) run parallel to `policies`,
    `versions` to `clocks`: from when on (seconds) which calendar version counts.
    """

    policies: tuple[Policy, ...]
    clocks: tuple[Hours, ...]
    policy_ids: Ids
    calendar_of: Ids
    versions: tuple[tuple[NDArray[np.int64], Ids], ...]

    def calendar_ids(self, calendar: NDArray[np.int32], at: NDArray[np.int64]) -> Ids:
        """The version of each row's calendar that counts at its instant; 0 for 24/7."""
        told = np.zeros(len(calendar), dtype=np.int32)
        for index, (starts, ids) in enumerate(self.versions):
            rows = calendar == index
            told[rows] = ids[np.searchsorted(starts, at[rows], "right") - 1]
        return told


def in_force() -> ServiceLevels:
    """Every version that still counts for some time, retired ones left out."""
    names, lasting, clocks, versions = _calendars()
    codes = _codes()
    rows = list(SlaPolicy.objects.filter(is_retired=False).order_by("order", "name", "version"))
    calendars = [
        (lasting if row.definition.get("calendar_versions") == "last" else names).get(
            row.definition["calendar"], ALWAYS_OPEN
        )
        for row in rows
    ]
    return ServiceLevels(
        policies=tuple(_policy(row, calendar, codes) for row, calendar in zip(rows, calendars, strict=True)),
        clocks=clocks,
        policy_ids=np.array([row.pk for row in rows], dtype=np.int32),
        calendar_of=np.array(calendars, dtype=np.int32),
        versions=versions,
    )


def _calendars() -> tuple[dict[str, int], dict[str, int], tuple[Hours, ...], tuple[tuple[NDArray[np.int64], Ids], ...]]:
    """The index of each calendar, that of its last version for all time, and the clocks and versions of both."""
    rows: dict[str, list[BusinessCalendar]] = defaultdict(list)
    for row in BusinessCalendar.objects.filter(is_retired=False).order_by("name", "version"):
        rows[row.name].append(row)
    clocks: list[Hours] = []
    versions: list[tuple[NDArray[np.int64], Ids]] = []
    for chain in rows.values():
        each = [clock(Calendar.from_json(row.definition)) for row in chain]
        starts = [_seconds(row.valid_from, -OPEN_END) for row in chain]
        clocks.append(each[0] if len(each) == 1 else Succession(list(zip(starts, each, strict=True))))
        starts[0] = -OPEN_END  # before its first version a calendar counts as in it
        versions.append((np.array(starts, dtype=np.int64), np.array([r.pk for r in chain], dtype=np.int32)))
    names = {name: index for index, name in enumerate(rows)}
    lasting = dict(names)
    for name, chain in rows.items():
        if len(chain) > 1:
            lasting[name] = len(clocks)
            clocks.append(clock(Calendar.from_json(chain[-1].definition)))
            versions.append((np.array([-OPEN_END], dtype=np.int64), np.array([chain[-1].pk], dtype=np.int32)))
    return names, lasting, tuple(clocks), tuple(versions)


def _policy(row: SlaPolicy, calendar: int, codes: CodesOf) -> Policy:
    definition = row.definition
    return Policy(
        id=row.pk,
        order=row.order,
        targets=tuple(_targets(definition["targets"], calendar, codes["priority"])),
        conditions={name: _union(codes[name], words) for name, words in definition.get("conditions", {}).items()},
        valid_from=_seconds(row.valid_from, -OPEN_END),
        valid_to=_seconds(row.valid_to, OPEN_END),
    )


def _targets(
    documents: Iterable[Mapping[str, Any]],
    calendar: int,
    priorities: Mapping[str, frozenset[int]],
) -> Iterable[Target]:
    """The targets of a definition; one for a priority that no ticket has had yet is left out."""
    for document in documents:
        word = document.get("priority")
        codes: Iterable[int | None] = [None] if word is None else priorities.get(slug_of(word), ())
        for code in codes:
            yield Target(
                kind=PromiseKind.from_label(document["kind"]),
                seconds=document["seconds"],
                priority=code,
                calendar=calendar,
                pauses_in=frozenset(Status.from_label(label) for label in document.get("pauses_in", ())),
                **{name: document[name] for name in TARGET_OPTIONS if name in document},
            )


def _codes() -> CodesOf:
    """What the words of conditions and targets mean, by their slugs."""
    shared: dict[str, Any] = {"channel": Channel, "priority": Priority, "language": Language, "reason": Reason}
    pairs = {name: list(model.objects.values_list("slug", "pk")) for name, model in shared.items()}
    pairs["source"] = list(Source.objects.values_list("slug", "pk"))
    pairs["team"] = [
        *Team.objects.values_list("slug", "pk"),
        *((slug_of(ref), team) for ref, team in TeamRef.objects.values_list("ref", "team_id")),
    ]
    return {name: _grouped(each) for name, each in pairs.items()}


def _grouped(pairs: Iterable[tuple[str, int]]) -> dict[str, frozenset[int]]:
    codes: dict[str, set[int]] = defaultdict(set)
    for slug, code in pairs:
        codes[slug].add(code)
    return {slug: frozenset(each) for slug, each in codes.items()}


def _union(codes: Mapping[str, frozenset[int]], words: Sequence[str]) -> frozenset[int]:
    return frozenset().union(*(codes.get(slug_of(word), frozenset()) for word in words))


def _seconds(at: datetime | None, absent: int) -> int:
    return absent if at is None else int(at.timestamp())
