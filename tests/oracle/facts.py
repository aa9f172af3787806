"""The facts that metrics count, as plain values: told by a replay of events, or read from the tables.

Instants are whole seconds since the epoch, UTC. Teams, agents and cuts are slugs, "" for none.
"""

from dataclasses import dataclass, field

Cuts = tuple[str, str, str, str]  # priority, channel, language, reason


@dataclass(frozen=True, kw_only=True, order=True)
class Fact:
    """Something that counts on a day, for a team, under some cuts."""

    ticket: str
    at: int
    team: str
    cuts: Cuts

    @property
    def by(self) -> str:
        """The agent it counts for; "" where it counts for none."""
        return ""


@dataclass(frozen=True, kw_only=True, order=True)
class Created(Fact):
    """A ticket as it is now, counted when and where it came."""

    reopens: int
    reassignments: int
    transfers: int
    has_waited: bool
    priority_changed: bool
    public_replies: int
    requester_messages: int
    assigned_s: int | None


@dataclass(frozen=True, kw_only=True, order=True)
class Closed(Fact):
    """A ticket that reached closed; `team` and `cuts` are today's."""

    age_s: int


@dataclass(frozen=True, kw_only=True, order=True)
class Step(Fact):
    """A way into or out of the backlog, or from hand to hand."""

    step: str


@dataclass(frozen=True, kw_only=True, order=True)
class Held(Fact):
    """A stretch in a team's backlog, from `at` until `until` (None: still)."""

    until: int | None


@dataclass(frozen=True, kw_only=True, order=True)
class Reply(Fact):
    """A public reply to a requester who waited."""

    agent: str
    is_first: bool
    wait_s: int
    wait_business_s: int

    @property
    def by(self) -> str:
        return self.agent


@dataclass(frozen=True, kw_only=True, order=True)
class Solve(Fact):
    """An entry into solved or closed; `solver` is "" where an automation solved."""

    solver: str
    is_first: bool
    is_last: bool
    reopened_at: int | None
    reopened_by: str
    replies: int
    reassignments: int
    resolution_s: int
    resolution_business_s: int
    wait_s: int
    wait_business_s: int

    @property
    def by(self) -> str:
        return self.solver


@dataclass(frozen=True, kw_only=True, order=True)
class Worklog(Fact):
    """Time that somebody logged."""

    agent: str
    seconds: int

    @property
    def by(self) -> str:
        return self.agent


@dataclass(frozen=True, kw_only=True, order=True)
class Promise(Fact):
    """A run of a target, begun at `at`; at most one of `decided_at` and `cancelled_at` is set.

    `decided_at` has come; a promise decided and not met was missed. `overshoot_s` is what a missed
    one took beyond its target, once fulfilled.
    """

    kind: str
    run: int
    target_s: int
    decided_at: int | None
    cancelled_at: int | None
    is_met: bool
    owner: str
    overshoot_s: int | None

    @property
    def by(self) -> str:
        return self.owner


@dataclass
class Told:
    """Every fact of some tickets."""

    created: list[Created] = field(default_factory=list)
    closed: list[Closed] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    solves: list[Solve] = field(default_factory=list)
    worklogs: list[Worklog] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
