"""What happened to one ticket, event by event: moments, and stretches between instants."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tests.oracle.facts import Cuts
from tickets.connectors.drafts import Draft
from tickets.vocabulary import ActorKind, EventType

BACKLOG = ("new", "open", "pending", "hold")
DONE = ("solved", "closed")
GONE = ("merged", "deleted", "spam")
SPELLINGS = {"resolved": "solved", "on-hold": "hold"}
MESSAGES = (
    EventType.REQUESTER_MESSAGE,
    EventType.AGENT_REPLY,
    EventType.PUBLIC_NOTE,
    EventType.INTERNAL_NOTE,
    EventType.BOT_REPLY,
    EventType.AUTO_REPLY,
    EventType.SIDE_MESSAGE,
    EventType.BOT_HANDOFF,
)
IMPLIED = {
    EventType.TICKET_MERGED: "merged",
    EventType.TICKET_DELETED: "deleted",
    EventType.MARKED_SPAM: "spam",
}
ATTRIBUTES = ("priority", "team", "assignee", "channel", "language", "reason")


@dataclass(frozen=True)
class State:
    """What is in force."""

    status: str = "new"
    priority: str = ""
    team: str = ""
    assignee: str = ""
    channel: str = ""
    language: str = ""
    reason: str = ""

    @property
    def cuts(self) -> Cuts:
        return self.priority, self.channel, self.language, self.reason

    @property
    def is_in_backlog(self) -> bool:
        return self.status in BACKLOG

    @property
    def is_done(self) -> bool:
        return self.status in DONE

    @property
    def is_gone(self) -> bool:
        return self.status in GONE


@dataclass(frozen=True)
class Moment:
    """One event: the state before it, right after it, and once its instant is over."""

    at: int
    draft: Draft
    before: State
    after: State
    at_last: State

    @property
    def is_reply(self) -> bool:
        """A public reply by a human."""
        return self.draft.type is EventType.AGENT_REPLY and self.draft.actor_kind is ActorKind.AGENT

    @property
    def is_solve(self) -> bool:
        return self.before.is_in_backlog and self.after.is_done

    @property
    def is_reopening(self) -> bool:
        return self.before.is_done and self.after.is_in_backlog

    @property
    def is_reassignment(self) -> bool:
        """An assignee lost the ticket, to another or to nobody."""
        return self.before.assignee not in ("", self.after.assignee)

    @property
    def is_transfer(self) -> bool:
        """One team gave the ticket to another."""
        return self.before.team not in ("", self.after.team) and self.after.team != ""


@dataclass(frozen=True)
class Stretch:
    """From `at` until `until` (None: still) nothing changed."""

    at: int
    until: int | None
    state: State


def moments(drafts: Iterable[Draft]) -> list[Moment]:
    """The events of one ticket in the order in which they count."""
    told: list[tuple[int, Draft, State, State]] = []
    state, alive = State(), "new"
    for draft in sorted(drafts, key=_place):
        status = _status(draft, state.status, alive)
        sets = {name: word for name in ATTRIBUTES if (word := getattr(draft, name)) is not None}
        # The first event makes the ticket what it is, so nothing changes hands by it.
        before = state if told else replace(state, **sets)
        state = replace(state, status=status, **sets)
        alive = status if status not in GONE else alive
        told.append((int(draft.occurred_at.timestamp() // 1), draft, before, state))
    at_last = {at: after for at, _, _, after in told}
    return [Moment(at, draft, before, after, at_last[at]) for at, draft, before, after in told]


def _place(draft: Draft) -> tuple[object, ...]:
    """Creation first, then messages, then changes of one instant; then the source's own order."""
    is_created = draft.type is EventType.TICKET_CREATED
    return draft.occurred_at, 0 if is_created else 1 if draft.type in MESSAGES else 2, draft.seq


def _status(draft: Draft, status: str, alive: str) -> str:
    """The status after an event, where it was `status` and `alive` before the ticket went."""
    if draft.type in IMPLIED:
        return IMPLIED[draft.type]
    word = SPELLINGS.get(draft.status, draft.status) if draft.status else None
    if draft.type is EventType.TICKET_RESTORED and status in GONE:
        return word or alive
    if word is None or (status in GONE and word in DONE):  # who closes what was merged restores nothing
        return status
    return word


def stretches(told: Sequence[Moment]) -> list[Stretch]:
    """Stretches longer than nothing, in order and without gap."""
    changes: list[tuple[int, State]] = []
    for moment in told:
        if changes and changes[-1][0] == moment.at:
            continue
        if not changes or changes[-1][1] != moment.at_last:
            changes.append((moment.at, moment.at_last))
    ends = [at for at, _ in changes[1:]] + [None]
    return [Stretch(at, until, state) for (at, state), until in zip(changes, ends, strict=True)]


def gone_at(told: Sequence[Stretch], *, or_closed: bool = False) -> int | None:
    """When the ticket was merged, deleted or marked spam for good, or closed where that counts."""
    at = None
    for stretch in told:
        if not (stretch.state.is_gone or (or_closed and stretch.state.status == "closed")):
            at = None
        elif at is None:
            at = stretch.at
    return at
