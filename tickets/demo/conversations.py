"""Conversations: every ticket of a cohort told from its creation to its close, all at once.

A turn takes all tickets that wait for an agent, lets each be taken up when its queue says so,
answered, and then asked about, put on hold or solved; those that come back (the requester answers,
reopens, a third party reports) take the next turn. Turns go on until nobody waits.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tickets.demo.catalogue import LANGUAGES, PRIORITIES, SITES, TEAMS, UNTIMED_VENDOR
from tickets.demo.cohort import Cohort, Fate
from tickets.demo.delays import Delays
from tickets.demo.queueing import LIVE, PATIENT, PRESSING, Queues
from tickets.demo.rhythm import HOUR
from tickets.demo.rota import Rota
from tickets.demo.script import NEVER, NOBODY, Attribute, Indices, Instants, Lines, Script
from tickets.vocabulary import ActorKind, EventType, Status

MOST_TURNS = 16
DAY = 24 * HOUR
CLOSES_AFTER = 4 * DAY
GIVES_UP_AFTER = 4 * DAY  # a requester who does not answer

# Shares of the tickets or turns concerned.
_ACKNOWLEDGED, _WRONG_LANGUAGE, _SPAM_BY_AGENT, _BOT_FAILS = 0.85, 0.03, 0.4, 0.09
_NUDGED, _NOTED, _RECLASSIFIED, _RAISED = 0.3, 0.18, 0.06, 0.05
_FORGOTTEN, _FOUND, _HELD, _SILENT, _LEFT_PENDING, _HANDED_OVER = 0.013, 0.6, 0.07, 0.14, 0.25, 0.4
_OFFERED, _RATED = 0.5, 0.24
_EFFORT = 1.5  # seconds of work for each one from opening a ticket to the reply: reading up, trying out, wrapping up
_AGENT, _REQUESTER, _BOT, _SYSTEM = ActorKind.AGENT, ActorKind.REQUESTER, ActorKind.BOT, ActorKind.SYSTEM

_REPLIES = np.array([team.replies for team in TEAMS])
_REOPENS = np.array([team.reopens for team in TEAMS])
_UNTIMED_SITES = {site.slug for site in SITES if site.vendor == UNTIMED_VENDOR}
_LOGS_TIME = np.array([team.site not in _UNTIMED_SITES for team in TEAMS])


@dataclass
class Conversations:
    """The state of a cohort while its story is told; one element a ticket."""

    cohort: Cohort
    queues: Queues
    rota: Rota
    delays: Delays
    rng: np.random.Generator

    def __post_init__(self) -> None:
        cohort, size = self.cohort, len(self.cohort)
        self.team = cohort.team.copy()
        self.lane = cohort.lane
        self.assignee = np.full(size, NOBODY)
        self.ready = cohort.at.copy()  # since when an agent is waited for
        self.replied = cohort.at.copy()  # the latest reply
        self.author = np.full(size, NOBODY)  # who wrote it
        self.worked = np.zeros(size, dtype=np.int64)  # seconds since time was logged last
        self.replies_left = self._plan()
        self.reopens = np.zeros(size, dtype=np.int64)
        self.first_wait = np.full(size, NOBODY)
        self.closed_at = np.full(size, NEVER)
        ends = np.full(size, NEVER)
        english = list(LANGUAGES).index("en")
        self.misheard = (self.rng.random(size) < _WRONG_LANGUAGE) & (cohort.language != english)
        self.script = Script(
            {
                Attribute.STATUS: np.full(size, Status.NEW),
                Attribute.PRIORITY: cohort.priority,
                Attribute.TEAM: cohort.team,
                Attribute.ASSIGNEE: np.full(size, NOBODY),
                Attribute.REASON: cohort.reason,
                Attribute.LANGUAGE: np.where(self.misheard, english, cohort.language),
            },
            ends,
        )

    def told(self) -> Lines:
        """All events of the cohort, those to come included."""
        waiting = self._open()
        waiting = self._route(waiting)
        for _ in range(MOST_TURNS):
            if not len(waiting):
                break
            waiting = self._turn(waiting)
        self._follow_up()
        return self.script.lines()

    def _plan(self) -> Indices:
        """How many replies each ticket takes when nothing goes wrong."""
        usual = _REPLIES[self.cohort.home] + 2.2 * self.cohort.is_live
        return 1 + self.rng.poisson(np.maximum(usual - 1, 0.05))

    def _luck(self, tickets: Indices, share: float | NDArray[np.float64]) -> NDArray[np.bool_]:
        return self.rng.random(len(tickets)) < share

    # Before an agent sees it

    def _open(self) -> Indices:
        """Creation, acknowledgement, bot and spam filter; returns the tickets that need a person."""
        cohort, script = self.cohort, self.script
        everything = np.arange(len(cohort))
        script.add(EventType.TICKET_CREATED, everything, cohort.at, kind=_REQUESTER)
        script.add(EventType.REQUESTER_MESSAGE, everything, cohort.at, kind=_REQUESTER)
        misheard = np.flatnonzero(self.misheard)
        script.add(
            EventType.LANGUAGE_CHANGED, misheard, cohort.at[misheard] + 40, kind=_SYSTEM,
            sets=Attribute.LANGUAGE, value=cohort.language[misheard],
        )  # fmt: skip
        self._spam(np.flatnonzero(cohort.fate == Fate.SPAM))
        patient = everything[~cohort.is_live & self._luck(everything, _ACKNOWLEDGED)]
        script.add(EventType.AUTO_REPLY, patient, cohort.at[patient] + self.delays.seconds(patient, 4), kind=_SYSTEM)
        person = np.flatnonzero(np.isin(cohort.fate, (Fate.ANSWERED, Fate.MERGED, Fate.DELETED)))
        live = person[cohort.is_live[person]]
        script.add(EventType.BOT_REPLY, live, cohort.at[live] + 3, kind=_BOT)
        self.ready[live] += self.delays.seconds(live, 45)
        script.add(EventType.BOT_HANDOFF, live, self.ready[live], kind=_BOT)
        return np.concatenate([person, self._bot(np.flatnonzero(cohort.fate == Fate.BOT))])

    def _spam(self, tickets: Indices) -> None:
        by_agent = self._luck(tickets, _SPAM_BY_AGENT)
        seen = tickets[by_agent]
        taken = self._taken_up(seen)
        agent = self.rota.pick(self.team[seen], taken, luck=self.rng.random(len(seen)))
        caught = tickets[~by_agent]
        at = self.cohort.at[caught] + self.delays.seconds(caught, 30)
        self.script.add(EventType.MARKED_SPAM, seen, taken, kind=_AGENT, actor=agent)
        self.script.add(EventType.MARKED_SPAM, caught, at, kind=_SYSTEM)
        self.script.ends[seen], self.script.ends[caught] = taken, at

    def _bot(self, tickets: Indices) -> Indices:
        """The bot answers and solves; returns those who come back for a person."""
        answered = self.cohort.at[tickets] + self.delays.seconds(tickets, 5)
        solved = answered + self.delays.seconds(tickets, 420)
        self.script.add(EventType.BOT_REPLY, tickets, answered, kind=_BOT)
        self._set_status(tickets, solved, Status.SOLVED, kind=_BOT)
        back = self._luck(tickets, _BOT_FAILS)
        self._close(tickets[~back], solved[~back], is_surveyed=False)
        returned = tickets[back]
        self._reopen(returned, solved[back])
        self.script.add(EventType.BOT_HANDOFF, returned, self.ready[returned], kind=_BOT)
        return returned

    def _route(self, waiting: Indices) -> Indices:
        """The wrong team looks at the strays and passes them on."""
        strays = waiting[self.team[waiting] != self.cohort.home[waiting]]
        taken = self._taken_up(strays)
        agent = self.rota.pick(self.team[strays], taken, luck=self.rng.random(len(strays)))
        self._assign(strays, taken, agent, by=agent)
        moved = taken + self.delays.seconds(strays, 400)
        self.script.add(EventType.INTERNAL_NOTE, strays, moved, kind=_AGENT, actor=agent)
        self.team[strays] = self.cohort.home[strays]
        self.script.add(
            EventType.GROUP_CHANGED, strays, moved, kind=_AGENT, actor=agent,
            sets=Attribute.TEAM, value=self.team[strays],
        )  # fmt: skip
        self._assign(strays, moved, np.full(len(strays), NOBODY), by=agent)
        self.ready[strays] = moved
        return waiting

    # With an agent

    def _turn(self, waiting: Indices) -> Indices:
        """Everybody who waits is taken up and answered; returns those who wait again."""
        taken = self._taken_up(waiting)
        self._nudge(waiting, taken)
        author = self._author(waiting, taken)
        self._set_status(waiting, taken, Status.OPEN, kind=_AGENT, actor=author)
        stays = self._remove(waiting, taken, author)
        waiting, taken, author = waiting[stays], taken[stays], author[stays]
        replied = taken + self.delays.handling(self.lane[waiting])
        self._annotate(waiting, replied, author)
        self.script.add(EventType.AGENT_REPLY, waiting, replied, kind=_AGENT, actor=author)
        first = self.first_wait[waiting] == NOBODY
        self.first_wait[waiting[first]] = (replied - self.cohort.at[waiting])[first]
        self.replies_left[waiting] -= 1
        self.replied[waiting], self.author[waiting] = replied, author
        self.worked[waiting] += np.rint(_EFFORT * (replied - taken)).astype(np.int64)
        return self._outcome(waiting, replied, author)

    def _taken_up(self, tickets: Indices) -> Instants:
        team, since, lane = self.team[tickets], self.ready[tickets], self.lane[tickets]
        language = self.cohort.language[tickets]
        delay_h = self.delays.picking_up(lane, team=team, language=language, since=since)
        return self.queues.taken_up(team, since, lane=lane, delay_h=delay_h)

    def _nudge(self, waiting: Indices, taken: Instants) -> None:
        """Some who wait long ask again."""
        since = self.ready[waiting]
        asks = (taken - since > 1.5 * DAY) & self._luck(waiting, _NUDGED)
        at = self.delays.awake(self.team[waiting], since + ((taken - since) * 0.6).astype(np.int64))
        asks &= at < taken
        self.script.add(EventType.REQUESTER_MESSAGE, waiting[asks], at[asks], kind=_REQUESTER)

    def _author(self, waiting: Indices, taken: Instants) -> Indices:
        """Who answers: the assignee if at work, else a colleague, who often takes the ticket over."""
        assignee = self.assignee[waiting]
        fresh = assignee == NOBODY
        away = ~fresh & ~self.rota.is_working(assignee, taken)
        stand_in = self.rota.pick(self.team[waiting], taken, luck=self.rng.random(len(waiting)))
        author = np.where(fresh | away, stand_in, assignee)
        takes = fresh | (away & self._luck(waiting, _HANDED_OVER))
        self._assign(waiting[takes], taken[takes], author[takes], by=author[takes])
        return author

    def _remove(self, waiting: Indices, taken: Instants, author: Indices) -> NDArray[np.bool_]:
        """Merges and deletes what was fated to be; True for the tickets that stay."""
        fate = self.cohort.fate[waiting]
        for gone, type_ in ((Fate.MERGED, EventType.TICKET_MERGED), (Fate.DELETED, EventType.TICKET_DELETED)):
            rows = np.flatnonzero(fate == gone)
            tickets, at = waiting[rows], taken[rows] + 60
            into = self.cohort.partner[tickets]
            self.script.add(type_, tickets, at, kind=_AGENT, actor=author[rows], detail=into)
            self.script.ends[tickets] = at
        return ~np.isin(fate, (Fate.MERGED, Fate.DELETED))

    def _annotate(self, waiting: Indices, replied: Instants, author: Indices) -> None:
        """Notes, a better reason, a higher priority, just before the reply."""
        noted = self._luck(waiting, _NOTED)
        self.script.add(EventType.INTERNAL_NOTE, waiting[noted], replied[noted] - 10, kind=_AGENT, actor=author[noted])
        first = self.first_wait[waiting] == NOBODY
        wrong = first & self._luck(waiting, _RECLASSIFIED)
        self.script.add(
            EventType.REASON_CHANGED, waiting[wrong], replied[wrong] - 5, kind=_AGENT, actor=author[wrong],
            sets=Attribute.REASON, value=self.delays.neighbour(self.cohort.reason[waiting[wrong]]),
        )  # fmt: skip
        raised = ~first & (self.lane[waiting] == PATIENT) & self._luck(waiting, _RAISED)
        self.lane[waiting[raised]] = PRESSING
        self.script.add(
            EventType.PRIORITY_CHANGED, waiting[raised], replied[raised] - 5, kind=_AGENT, actor=author[raised],
            sets=Attribute.PRIORITY, value=list(PRIORITIES).index("high"),
        )  # fmt: skip

    # After the reply

    def _outcome(self, waiting: Indices, replied: Instants, author: Indices) -> Indices:
        """Forgotten, on hold, asked back, or solved; returns the tickets that wait for an agent again."""
        live = self.lane[waiting] == LIVE
        forgotten = ~live & self._luck(waiting, _FORGOTTEN)
        held = ~live & ~forgotten & self._luck(waiting, _HELD)
        asked = ~forgotten & ~held & (self.replies_left[waiting] > 0)
        rest = ~forgotten & ~held & ~asked
        found = waiting[forgotten & self._luck(waiting, _FOUND)]
        self.ready[found] = self.replied[found] + self.delays.rediscovery(found)
        self._log(waiting[held])
        self._hold(waiting[held], replied[held], author[held])
        answering, silent = self._ask(waiting[asked], replied[asked], author[asked])
        pending = rest & ~live & self._luck(waiting, _LEFT_PENDING)
        solved = rest & ~pending
        self._set_status(waiting[pending], replied[pending], Status.PENDING, kind=_AGENT, actor=author[pending])
        self._set_status(waiting[solved], replied[solved], Status.SOLVED, kind=_AGENT, actor=author[solved])
        lapsed = np.concatenate([silent, waiting[pending]])
        self._log(np.concatenate([waiting[solved], lapsed]))
        lapsed_at = self._lapse(lapsed)
        back = self._settle(np.concatenate([waiting[solved], lapsed]), np.concatenate([replied[solved], lapsed_at]))
        return np.concatenate([found, waiting[held], answering, back])

    def _log(self, tickets: Indices) -> None:
        """Who answered last logs what was worked, with the reply; one vendor's people keep time elsewhere."""
        tickets = tickets[_LOGS_TIME[self.rota.organisation.team[self.author[tickets]]]]
        minutes = np.maximum(np.rint(self.worked[tickets] / 60), 1).astype(np.int64)
        self.worked[tickets] = 0
        self.script.add(
            EventType.WORKLOG_ADDED, tickets, self.replied[tickets], kind=_AGENT, actor=self.author[tickets],
            detail=minutes,
        )  # fmt: skip

    def _hold(self, tickets: Indices, replied: Instants, author: Indices) -> None:
        """Waits one to eight days for somebody outside."""
        self._set_status(tickets, replied, Status.HOLD, kind=_AGENT, actor=author)
        self.ready[tickets] = replied + (DAY * (1 + 7 * self.rng.random(len(tickets)))).astype(np.int64)
        self.script.add(EventType.SIDE_MESSAGE, tickets, self.ready[tickets], kind=_SYSTEM)
        self._set_status(tickets, self.ready[tickets], Status.OPEN, kind=_SYSTEM)

    def _ask(self, tickets: Indices, replied: Instants, author: Indices) -> tuple[Indices, Indices]:
        """Pending until the requester answers; returns those who answer and those who never do."""
        live = self.lane[tickets] == LIVE
        paused = ~live
        self._set_status(tickets[paused], replied[paused], Status.PENDING, kind=_AGENT, actor=author[paused])
        silent = self._luck(tickets, np.where(live, _SILENT / 3, _SILENT))
        answering = tickets[~silent]
        at = replied[~silent] + self.delays.answering(self.lane[answering])
        at = np.where(live[~silent], at, self.delays.awake(self.team[answering], at))
        lost = ~live[~silent] & (at > replied[~silent] + GIVES_UP_AFTER)
        answering, quiet, at = answering[~lost], answering[lost], at[~lost]
        self._speak(answering, at)
        return answering, np.concatenate([tickets[silent], quiet])

    def _speak(self, tickets: Indices, at: Instants) -> None:
        """The requester writes, which opens the ticket."""
        self.ready[tickets] = at
        self.script.add(EventType.REQUESTER_MESSAGE, tickets, at, kind=_REQUESTER)
        self._set_status(tickets, at, Status.OPEN, kind=_REQUESTER)

    def _lapse(self, tickets: Indices) -> Instants:
        """Solved by itself after the requester kept silent."""
        patience = np.where(self.lane[tickets] == LIVE, HOUR // 4, GIVES_UP_AFTER)
        at = self.replied[tickets] + patience
        self._set_status(tickets, at, Status.SOLVED, kind=_SYSTEM)
        return at

    def _settle(self, tickets: Indices, solved: Instants) -> Indices:
        """After a solve: reopened, or surveyed and closed; returns the reopened ones."""
        chance = _REOPENS[self.team[tickets]] * np.where(self.reopens[tickets] > 0, 1.6, 1.0)
        back = self._luck(tickets, chance)
        self._close(tickets[~back], solved[~back], is_surveyed=True)
        self._reopen(tickets[back], solved[back])
        return tickets[back]

    def _reopen(self, tickets: Indices, solved: Instants) -> None:
        at = self.delays.awake(self.team[tickets], solved + self.delays.reopening(tickets))
        self.lane[tickets] = np.maximum(self.lane[tickets], PRESSING)
        self.reopens[tickets] += 1
        self.replies_left[tickets] = np.maximum(self.replies_left[tickets], 1)
        self._speak(tickets, at)

    def _close(self, tickets: Indices, solved: Instants, *, is_surveyed: bool) -> None:
        """Survey and automatic close."""
        self.closed_at[tickets] = solved + CLOSES_AFTER
        self._set_status(tickets, solved + CLOSES_AFTER, Status.CLOSED, kind=_SYSTEM)
        asked = self._luck(tickets, _OFFERED * is_surveyed)
        offered, at = tickets[asked], solved[asked] + HOUR
        self.script.add(EventType.SURVEY_OFFERED, offered, at, kind=_SYSTEM)
        rated = self._luck(offered, _RATED)
        raters = offered[rated]
        answered = self.delays.awake(self.team[raters], at[rated] + self.delays.rating(raters))
        rating = self.delays.verdict(self.first_wait[raters], self.reopens[raters])
        self.script.add(EventType.SURVEY_ANSWERED, raters, answered, kind=_REQUESTER, detail=rating)

    def _follow_up(self) -> None:
        """Who comes back after the close gets a ticket that follows the old one."""
        partner = self.cohort.partner
        returned = np.flatnonzero((partner != NOBODY) & (self.cohort.fate == Fate.ANSWERED))
        follows = returned[self.closed_at[partner[returned]] <= self.cohort.at[returned]]
        self.script.add(
            EventType.FOLLOW_UP_CREATED, follows, self.cohort.at[follows], kind=_SYSTEM, detail=partner[follows]
        )

    # Changes

    def _assign(self, tickets: Indices, at: Instants, agent: Indices, *, by: Indices) -> None:
        self.assignee[tickets] = agent
        self.script.add(
            EventType.ASSIGNEE_CHANGED, tickets, at, kind=_AGENT, actor=by, sets=Attribute.ASSIGNEE, value=agent
        )

    def _set_status(
        self, tickets: Indices, at: Instants, status: Status, *, kind: ActorKind, actor: Indices | int = NOBODY
    ) -> None:
        self.script.add(
            EventType.STATUS_CHANGED, tickets, at, kind=kind, actor=actor, sets=Attribute.STATUS, value=status
        )
