"""Random tickets in which everything happens that can happen to a ticket, believable but crowded.

What an update does at one instant comes from `Ticket._ACTS`; time passes between updates.
"""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from tickets.connectors.drafts import NO_VALUE, Draft
from tickets.vocabulary import ActorKind, EventType

AGENTS = ("alice", "bob", "dave", "frank")
TEAMS = ("billing", "technical", "orders")
PRIORITIES = ("low", "normal", "high", "urgent")
CHANNELS = ("email", "web", "chat", "phone")
LANGUAGES = ("english", "german", "french")
REASONS = ("refund", "login", "late-order", "bug")
MINUTE, HOUR, DAY = 60, 3600, 86_400


def drafts(seed: int, *, tickets: int, stretches: Sequence[tuple[datetime, datetime]], until: datetime) -> list[Draft]:
    """The events of `tickets` tickets created in one of `stretches`, none after `until`."""
    chance = random.Random(seed)
    told: list[Draft] = []
    for number in range(tickets):
        starts, ends = chance.choice(stretches)
        created_at = starts + timedelta(seconds=chance.randrange(int((ends - starts).total_seconds())))
        told += Ticket(f"T-{number:04}", created_at, chance).live(until)
    return told


class Ticket:
    """One ticket while its story is made up; `status` is roughly where it stands."""

    def __init__(self, ref: str, created_at: datetime, chance: random.Random) -> None:
        self.ref, self.chance = ref, chance
        # Round times make exact fits; fractions of a second must not matter.
        self.step = timedelta(seconds=chance.choice((1800, 300, 60, 1, 1, 0.001)))
        self.now = self._rounded(created_at)
        self.told: list[Draft] = []
        self.status, self.before = "new", "new"
        self.assignee, self.team = "", ""

    def live(self, until: datetime) -> list[Draft]:
        """Everything that happens up to `until`."""
        self._create()
        for _ in range(self.chance.choice((0, 1, 3, 5, 8, 12, 16))):
            self._wait()
            acts = self._DONE if self.status in ("solved", "closed") else self._OPEN
            acts = self._GONE if self.status in ("merged", "deleted", "spam") else acts
            self._pick(acts)(self)
        return [draft for draft in self.told if draft.occurred_at <= until]

    def _wait(self) -> None:
        spread = self.chance.choice((10 * MINUTE, HOUR, 4 * HOUR, DAY, DAY, 4 * DAY, 9 * DAY))
        later = self._rounded(self.now + timedelta(seconds=self.chance.uniform(1, spread)))
        self.now = max(later, self.now + max(self.step, timedelta(seconds=1)))

    def _rounded(self, at: datetime) -> datetime:
        whole = datetime(2025, 1, 1, tzinfo=at.tzinfo)
        return whole + (at - whole) // self.step * self.step

    def _pick(self, weighted: dict[Any, int]) -> Any:
        return self.chance.choices(list(weighted), weights=list(weighted.values()))[0]

    def _often(self, share: float) -> bool:
        return self.chance.random() < share

    # -- single events

    def _tell(self, kind: EventType, who: ActorKind = ActorKind.SYSTEM, **sets: Any) -> None:
        actor = None
        if who is ActorKind.AGENT:
            actor = sets.pop("by", None) or self._somebody()
        elif who is ActorKind.REQUESTER:
            actor = f"requester of {self.ref}"
        self.told.append(
            Draft(
                ticket_ref=self.ref,
                type=kind,
                occurred_at=self.now,
                seq=len(self.told),
                actor_ref=actor,
                actor_kind=who,
                is_public=kind in (EventType.REQUESTER_MESSAGE, EventType.AGENT_REPLY, EventType.PUBLIC_NOTE),
                **sets,
            )
        )

    def _somebody(self) -> str:
        return self.assignee if self.assignee and self._often(0.7) else self.chance.choice(AGENTS)

    def _set_status(self, status: str, who: ActorKind = ActorKind.AGENT) -> None:
        spelled = {"solved": ("solved", "resolved"), "hold": ("hold", "on-hold")}.get(status, (status,))
        self._tell(EventType.STATUS_CHANGED, who, status=self.chance.choice(spelled))
        self.status = status

    def _give_to(self, agent: str) -> None:
        who = self.chance.choice((ActorKind.AGENT, ActorKind.SYSTEM))
        self._tell(EventType.ASSIGNEE_CHANGED, who, assignee=agent, from_value=self.assignee, to_value=agent)
        self.assignee = agent

    def _move_to(self, team: str) -> None:
        self._tell(EventType.GROUP_CHANGED, ActorKind.SYSTEM, team=team, from_value=self.team, to_value=team)
        self.team = team

    def _cut(self) -> None:
        kind, name, words = self.chance.choice(
            (
                (EventType.PRIORITY_CHANGED, "priority", PRIORITIES),
                (EventType.PRIORITY_CHANGED, "priority", (*PRIORITIES, NO_VALUE)),
                (EventType.REASON_CHANGED, "reason", REASONS),
                (EventType.LANGUAGE_CHANGED, "language", LANGUAGES),
                (EventType.CHANNEL_CHANGED, "channel", CHANNELS),
            )
        )
        self._tell(kind, ActorKind.AGENT, **{name: self.chance.choice(words)})

    def _ask(self) -> None:
        self._tell(EventType.REQUESTER_MESSAGE, ActorKind.REQUESTER)

    def _say(self) -> None:
        self._tell(EventType.AGENT_REPLY, ActorKind.AGENT)

    # -- updates: what comes together at one instant

    def _create(self) -> None:
        who = self._pick({ActorKind.REQUESTER: 16, ActorKind.AGENT: 4, ActorKind.SYSTEM: 1})
        born_done = self._often(0.03)
        sets: dict[str, Any] = {"channel": self.chance.choice(CHANNELS)}
        for name, words, share in (
            ("priority", PRIORITIES, 0.85),
            ("team", TEAMS, 1.0 if born_done else 0.6),
            ("assignee", AGENTS, 0.2),
            ("language", LANGUAGES, 0.9),
            ("reason", REASONS, 0.5),
        ):
            if self._often(share):
                sets[name] = self.chance.choice(words)
        if born_done or self._often(0.3):
            sets["status"] = "solved" if born_done else self.chance.choice(("new", "open", "pending"))
        self._tell(EventType.TICKET_CREATED, who, requester_ref=f"requester of {self.ref}", **sets)
        self.status = sets.get("status", "new")
        self.assignee, self.team = sets.get("assignee", ""), sets.get("team", "")
        if who is ActorKind.AGENT and self._often(0.6):
            self._say()  # outbound: we wrote first
        elif who is ActorKind.REQUESTER and self._often(0.5):
            self._ask()
        if not self.team and self._often(0.5):
            self._move_to(self.chance.choice(TEAMS))
        elif self._often(0.1):
            self._tell(EventType.AUTO_REPLY, ActorKind.SYSTEM)

    def _reply(self) -> None:
        self._say()
        if self._often(0.6):
            self._set_status(self.chance.choice(("pending", "pending", "open", "hold", "solved")))
        if self._often(0.3):
            self._cut()

    def _ask_again(self) -> None:
        self._ask()
        if self._often(0.2):
            self._ask()
        if self.status in ("pending", "hold", "solved", "closed") and self._often(0.8):
            self._set_status("open", self.chance.choice((ActorKind.REQUESTER, ActorKind.SYSTEM, ActorKind.UNKNOWN)))

    def _answered_at_once(self) -> None:
        self._ask()
        self._say()

    def _assign(self) -> None:
        self._give_to(self.chance.choice((*AGENTS, NO_VALUE)))

    def _hand_to_and_fro(self) -> None:
        first = self.assignee or "alice"
        self._give_to(self.chance.choice(AGENTS))
        if self._often(0.5):
            self._wait()
        self._give_to(first)

    def _transfer(self) -> None:
        self._move_to(self.chance.choice((*TEAMS, *TEAMS, NO_VALUE)))
        if self._often(0.4):
            self._give_to(self.chance.choice(AGENTS))
        elif self._often(0.4):
            self._cut()

    def _transfer_to_and_fro(self) -> None:
        first = self.team or "orders"
        self._move_to(self.chance.choice(TEAMS))
        if self._often(0.6):
            self._wait()
        self._move_to(first)

    def _solve(self) -> None:
        if self._often(0.5):
            self._say()
        who = self._pick({ActorKind.AGENT: 8, ActorKind.BOT: 1, ActorKind.SYSTEM: 1, ActorKind.REQUESTER: 1})
        self._set_status("solved", who)
        if self._often(0.4):
            self._tell(EventType.REASON_CHANGED, ActorKind.AGENT, reason=self.chance.choice(REASONS))

    def _solve_for_a_moment(self) -> None:
        self._set_status("solved")
        self._set_status("open", ActorKind.SYSTEM)

    def _close_unsolved(self) -> None:
        self._set_status("closed", ActorKind.SYSTEM)

    def _change_status(self) -> None:
        self._set_status(self.chance.choice(("open", "pending", "hold")))

    def _reopen(self) -> None:
        self._set_status("open", self.chance.choice((ActorKind.AGENT, ActorKind.REQUESTER)))

    def _remark(self) -> None:
        kind, who = self.chance.choice(
            (
                (EventType.INTERNAL_NOTE, ActorKind.AGENT),
                (EventType.PUBLIC_NOTE, ActorKind.AGENT),
                (EventType.BOT_REPLY, ActorKind.BOT),
                (EventType.AGENT_REPLY, ActorKind.BOT),
                (EventType.SIDE_MESSAGE, ActorKind.AGENT),
                (EventType.TAGS_CHANGED, ActorKind.AGENT),
                (EventType.WORKLOG_ADDED, ActorKind.AGENT),
                (EventType.WORKLOG_ADDED, ActorKind.SYSTEM),
                (EventType.UPDATED, ActorKind.UNKNOWN),
            )
        )
        told = {"meta": {"minutes": len(self.told) % 9}} if kind is EventType.WORKLOG_ADDED else {}
        self._tell(kind, who, **told)

    def _hand_off(self) -> None:
        self._tell(EventType.BOT_HANDOFF, ActorKind.BOT)
        self._move_to(self.chance.choice(TEAMS))

    def _go(self) -> None:
        kind, status = self.chance.choice(
            (
                (EventType.TICKET_MERGED, "merged"),
                (EventType.TICKET_DELETED, "deleted"),
                (EventType.MARKED_SPAM, "spam"),
            )
        )
        into = {"to_value": "T-0000"} if status == "merged" else {}
        self._tell(kind, ActorKind.AGENT, **into)
        self.before = self.status if self.status not in ("merged", "deleted", "spam") else self.before
        self.status = status
        if status == "merged" and self._often(0.4):  # some systems close what they merge
            self._tell(EventType.STATUS_CHANGED, ActorKind.SYSTEM, status="closed")

    def _restore(self) -> None:
        word = self.chance.choice((None, None, "open"))
        self._tell(EventType.TICKET_RESTORED, ActorKind.AGENT, status=word)
        self.status = word or self.before

    _Acts = dict[Callable[["Ticket"], None], int]
    _OPEN: _Acts = {
        _reply: 10,
        _ask_again: 6,
        _answered_at_once: 1,
        _assign: 4,
        _hand_to_and_fro: 2,
        _transfer: 4,
        _transfer_to_and_fro: 2,
        _cut: 5,
        _solve: 7,
        _solve_for_a_moment: 1,
        _close_unsolved: 1,
        _change_status: 5,
        _remark: 4,
        _hand_off: 1,
        _go: 2,
    }
    _DONE: _Acts = {_ask_again: 6, _reopen: 2, _close_unsolved: 5, _reply: 1, _cut: 1, _assign: 1, _transfer: 1, _go: 1}
    _GONE: _Acts = {_restore: 6, _ask: 1, _say: 1, _assign: 1, _go: 1, _remark: 2}
