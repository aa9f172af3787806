"""Every metric by its slug: the amounts it adds up, picked from facts one by one.

A total adds amounts, a ratio divides sums of parts by sums of wholes, a quantile orders amounts; a
stock counts what began before an instant and has not ended by then.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from tests.oracle.facts import Created, Cuts, Fact, Promise, Reply, Solve, Told

DAY = 86_400


@dataclass(frozen=True)
class Amount:
    """What one fact adds on the day of `at`; of a stock, from `at` until `until`."""

    at: int
    team: str
    cuts: Cuts
    agent: str
    part: int = 1
    whole: int = 1
    until: int | None = None

    @property
    def priority(self) -> str:
        return self.cuts[0]

    @property
    def channel(self) -> str:
        return self.cuts[1]

    @property
    def language(self) -> str:
        return self.cuts[2]


Amounts = Iterator[Amount]
Oracle = Callable[[Told], Amounts]
ORACLES: dict[str, Oracle] = {}


def oracle(slug: str) -> Callable[[Oracle], Oracle]:
    """Say which metric a function counts."""

    def declared(function: Oracle) -> Oracle:
        assert slug not in ORACLES
        ORACLES[slug] = function
        return function

    return declared


def _of(fact: Fact, part: int = 1, *, at: int | None = None, until: int | None = None) -> Amount:
    """Of a fact, counted when it came or `at` another instant."""
    return Amount(fact.at if at is None else at, fact.team, fact.cuts, fact.by, part, until=until)


# -- volume


@oracle("created")
def created(told: Told) -> Amounts:
    return (_of(ticket) for ticket in told.created)


@oracle("solved")
def solved(told: Told) -> Amounts:
    return (_of(solve) for solve in told.solves)


@oracle("first_solved")
def first_solved(told: Told) -> Amounts:
    return (_of(solve) for solve in told.solves if solve.is_first)


@oracle("last_solved")
def last_solved(told: Told) -> Amounts:
    return (_of(solve) for solve in _last_solves(told))


@oracle("closed")
def closed(told: Told) -> Amounts:
    return (_of(ticket) for ticket in told.closed)


@oracle("solved_by_agents")
def solved_by_agents(told: Told) -> Amounts:
    return (_of(solve) for solve in told.solves if solve.solver)


def _last_solves(told: Told) -> list[Solve]:
    return [solve for solve in told.solves if solve.is_last]


@oracle("logged_hours")
def logged_hours(told: Told) -> Amounts:
    return (_of(log, log.seconds) for log in told.worklogs)


# -- backlog


@oracle("backlog")
def backlog(told: Told) -> Amounts:
    return (_of(held, until=held.until) for held in told.held)


def _steps(told: Told, *, name: str) -> Amounts:
    return (_of(step) for step in told.steps if step.step == name)


STEPS = {
    "backlog_created": "created",
    "reopened": "reopened",
    "restored": "restored",
    "moved_in": "moved_in",
    "backlog_solved": "solved",
    "merged": "merged",
    "deleted": "deleted",
    "spam": "spam",
    "moved_out": "moved_out",
    "reclassified_in": "reclassified_in",
    "reclassified_out": "reclassified_out",
    "reassignments": "reassigned",
    "transfers": "transferred",
}
for _slug, _name in STEPS.items():
    oracle(_slug)(partial(_steps, name=_name))


# -- effort


@oracle("reopen_rate")
def reopen_rate(told: Told) -> Amounts:
    for solve in told.solves:
        in_time = solve.reopened_at is not None and solve.reopened_at - solve.at <= 7 * DAY
        yield _of(solve, part=in_time and solve.reopened_by == "requester")


@oracle("one_touch_rate")
def one_touch_rate(told: Told) -> Amounts:
    for solve in _last_solves(told):
        was_reopened = not solve.is_first or solve.reopened_at is not None
        yield _of(solve, part=solve.replies == 1 and not was_reopened)


@oracle("replies_per_resolution")
def replies_per_resolution(told: Told) -> Amounts:
    return (_of(solve, part=solve.replies) for solve in _last_solves(told))


@oracle("reassignments_per_resolution")
def reassignments_per_resolution(told: Told) -> Amounts:
    return (_of(solve, part=solve.reassignments) for solve in _last_solves(told))


def _so_far(told: Told, *, count: Callable[[Created], int]) -> Amounts:
    return (_of(ticket, count(ticket)) for ticket in told.created)


SO_FAR: dict[str, Callable[[Created], int]] = {
    "reopened_tickets": lambda ticket: ticket.reopens > 0,
    "reassigned_tickets": lambda ticket: ticket.reassignments > 0,
    "transferred_tickets": lambda ticket: ticket.transfers > 0,
    "waited_tickets": lambda ticket: ticket.has_waited,
    "reprioritised_tickets": lambda ticket: ticket.priority_changed,
    "public_replies": lambda ticket: ticket.public_replies,
    "requester_messages": lambda ticket: ticket.requester_messages,
}
for _slug, _count in SO_FAR.items():
    oracle(_slug)(partial(_so_far, count=_count))


@oracle("first_replies")
def first_replies(told: Told) -> Amounts:
    return (_of(reply) for reply in told.replies if reply.is_first)


@oracle("next_replies")
def next_replies(told: Told) -> Amounts:
    return (_of(reply) for reply in told.replies if not reply.is_first)


# -- durations


def _replies(told: Told, *, is_first: bool, seconds: Callable[[Reply], int]) -> Amounts:
    return (_of(reply, seconds(reply)) for reply in told.replies if reply.is_first == is_first)


def _solves(told: Told, *, chosen: Callable[[Solve], bool], seconds: Callable[[Solve], int]) -> Amounts:
    return (_of(solve, seconds(solve)) for solve in told.solves if chosen(solve))


def _assignment(told: Told) -> Amounts:
    return (_of(ticket, ticket.assigned_s) for ticket in told.created if ticket.assigned_s is not None)


def _close(told: Told) -> Amounts:
    return (_of(ticket, ticket.age_s) for ticket in told.closed)


def _is_first(solve: Solve) -> bool:
    return solve.is_first


def _is_last(solve: Solve) -> bool:
    return solve.is_last


for _word in ("median", "p90"):
    for _name, _first in (("first_reply", True), ("next_reply", False)):
        oracle(f"{_name}_{_word}")(partial(_replies, is_first=_first, seconds=lambda reply: reply.wait_s))
        oracle(f"{_name}_{_word}_business")(
            partial(_replies, is_first=_first, seconds=lambda reply: reply.wait_business_s)
        )
    for _name, _chosen in (("first_resolution", _is_first), ("resolution", _is_last)):
        oracle(f"{_name}_{_word}")(partial(_solves, chosen=_chosen, seconds=lambda solve: solve.resolution_s))
        oracle(f"{_name}_{_word}_business")(
            partial(_solves, chosen=_chosen, seconds=lambda solve: solve.resolution_business_s)
        )
    oracle(f"wait_{_word}")(partial(_solves, chosen=_is_last, seconds=lambda solve: solve.wait_s))
    oracle(f"wait_{_word}_business")(partial(_solves, chosen=_is_last, seconds=lambda solve: solve.wait_business_s))
    oracle(f"assignment_{_word}")(_assignment)
    oracle(f"close_{_word}")(_close)


# -- promises


def _kept(told: Told, *, kind: str | None) -> Amounts:
    """Of the promises decided, those met."""
    for promise in _promises(told, kind):
        if promise.decided_at is not None:
            yield _of(promise, promise.is_met, at=promise.decided_at)


def _running(told: Told, *, kind: str | None) -> Amounts:
    """Promises from their beginning until they are decided or called off."""
    for promise in _promises(told, kind):
        until = promise.decided_at if promise.decided_at is not None else promise.cancelled_at
        yield _of(promise, until=until)


def _overshoot(told: Told, *, kind: str) -> Amounts:
    for promise in _promises(told, kind):
        if promise.overshoot_s is not None and promise.decided_at is not None:
            yield _of(promise, promise.overshoot_s, at=promise.decided_at)


def _promises(told: Told, kind: str | None) -> Iterator[Promise]:
    return (promise for promise in told.promises if kind in (None, promise.kind))


KINDS = (
    "first_reply",
    "next_reply",
    "first_resolution",
    "resolution",
    "requester_wait",
    "agent_work",
    "pausable_update",
    "periodic_update",
    "ownership",
)
oracle("attainment")(partial(_kept, kind=None))
oracle("promises_running")(partial(_running, kind=None))
for _kind in KINDS:
    oracle(f"{_kind}_attainment")(partial(_kept, kind=_kind))
    oracle(f"{_kind}_running")(partial(_running, kind=_kind))
for _kind in ("first_reply", "next_reply", "resolution"):
    for _word in ("median", "p90"):
        oracle(f"{_kind}_missed_by_{_word}")(partial(_overshoot, kind=_kind))
