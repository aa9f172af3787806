"""The facts of tickets, as the metric engine sees them: when each counts, for whom, and how much.

Every column is declared non-null; SQL stands only here, next to the measures made from it.
"""

import numpy as np

from ops_dashboard.metrics.definitions import Amount, Column, Dimension, Facts, Measure, Source
from ops_dashboard.metrics.teams import TEAM
from tickets.dimensions import AGENT, CUTS, KIND
from tickets.models import Promise, Reply, Solve, Span, Ticket, Worklog
from tickets.vocabulary import ActorKind, PromiseKind, PromiseState, Step

_CUT_COLUMNS = (
    Column("priority", "<i2", "f.priority"),
    Column("channel", "<i2", "f.channel"),
    Column("language", "<i2", "f.language"),
    Column("reason", "<i4", "f.reason"),
    Column("source", "<i2", "f.source"),
)
REOPEN_DAYS = 7


def _table(model: type) -> str:
    return model._meta.db_table  # type: ignore[attr-defined]


def _one(facts: Facts) -> Facts:
    return facts["second"] >= 0


def _column(name: str) -> Amount:
    return lambda facts: facts[name]


def _is(name: str, value: int) -> Amount:
    return lambda facts: facts[name] == value


def _is_one_touch(facts: Facts) -> np.ndarray:
    """The ticket's only solve, which held, after one public reply."""
    only = (facts["is_first"] == 1) & (facts["is_last"] == 1) & (facts["is_reopened_ever"] == 0)
    return only & (facts["replies"] == 1)


def _missed_by(kind: PromiseKind) -> Amount:
    return lambda facts: (facts["kind"] == kind) & (facts["has_overshoot"] == 1)


def _between(start: str, end: str) -> str:
    """Whole seconds from one instant to another, each cut to its second as folding does."""
    return _seconds(f"extract(epoch FROM date_trunc('second', {end}) - date_trunc('second', {start}))")


def _seconds(sql: str) -> str:
    """Durations above 68 years do not fit and do not occur."""
    return f"least(coalesce({sql}, 0), 2147483647)"


CREATED = Source(
    slug="created",
    label="Tickets created",
    table=_table(Ticket),
    at="f.created_at",
    team="f.created_team",
    subject="f.id",
    columns=(
        *_CUT_COLUMNS,
        Column("last_team", "<i4", "f.team"),
        Column("is_gone", "u1", "(f.status >= 7)::int"),
        Column("reopens", "<i2", "f.reopens"),
        Column("reassignments", "<i2", "f.reassignments"),
        Column("transfers", "<i2", "f.transfers"),
        Column("has_waited", "u1", "f.has_waited::int"),
        Column("priority_changed", "u1", "f.priority_changed::int"),
        Column("public_replies", "<i4", "f.public_replies"),
        Column("requester_messages", "<i4", "f.requester_messages"),
        Column("is_assigned", "u1", "(f.first_assigned_at IS NOT NULL)::int"),
        Column(
            "assigned_s",
            "<i4",
            _seconds(
                "extract(epoch FROM date_trunc('second', f.first_assigned_at) - date_trunc('second', f.created_at))"
            ),
        ),
    ),
    measures=(
        Measure("created", _one, hourly=True),
        Measure("reopened_tickets", lambda f: f["reopens"] > 0),
        Measure("reassigned_tickets", lambda f: f["reassignments"] > 0),
        Measure("transferred_tickets", lambda f: f["transfers"] > 0),
        Measure("waited_tickets", _column("has_waited")),
        Measure("reprioritised_tickets", _column("priority_changed")),
        Measure("public_replies", _column("public_replies")),
        Measure("requester_messages", _column("requester_messages")),
        Measure("assignment", _column("assigned_s"), "histogram", where=_column("is_assigned")),
    ),
    dimensions=(
        *CUTS,
        Dimension(
            slug="last-team",
            label="Last team",
            column="last_team",
            labels=TEAM.labels,
            codes=TEAM.codes,
            every=TEAM.every,
        ),
    ),
)

_STEPS = f"""(
    SELECT ticket, source, team, priority, channel, language, reason, start_at AS at, entered AS step,
           is_reassigned, is_transferred
      FROM {_table(Span)} WHERE entered > 0 OR is_reassigned OR is_transferred
    UNION ALL
    SELECT ticket, source, team, priority, channel, language, reason, end_at, "left", false, false
      FROM {_table(Span)} WHERE "left" > 0
)"""

STEPS = Source(
    slug="steps",
    label="Steps into, out of and within the backlog",
    table=_STEPS,
    at="f.at",
    team="f.team",
    subject="f.ticket",
    columns=(
        *_CUT_COLUMNS,
        Column("step", "u1", "f.step"),
        Column("is_reassigned", "u1", "f.is_reassigned::int"),
        Column("is_transferred", "u1", "f.is_transferred::int"),
    ),
    measures=(
        *(
            Measure(step.label, _is("step", step), hourly=step in (Step.SOLVED, Step.CREATED, Step.REOPENED))
            for step in Step
            if step
        ),
        Measure("entered", lambda f: (f["step"] > 0) & (f["step"] < Step.SOLVED)),
        Measure("left", lambda f: f["step"] >= Step.SOLVED),
        Measure("reassigned", _column("is_reassigned")),
        Measure("transferred", _column("is_transferred")),
    ),
    dimensions=CUTS,
    version=2,
)

REPLIES = Source(
    slug="replies",
    label="Answered waits",
    table=_table(Reply),
    at="f.replied_at",
    team="f.team",
    subject="f.ticket",
    columns=(
        *_CUT_COLUMNS,
        Column("agent", "<i4", "f.agent"),
        Column("is_first", "u1", "f.is_first::int"),
        Column("wait_s", "<i4", _seconds("f.wait_s")),
        Column("wait_business_s", "<i4", _seconds("f.wait_business_s")),
    ),
    measures=(
        Measure("first_replies", _column("is_first"), hourly=True),
        Measure("next_replies", lambda f: f["is_first"] == 0),
        Measure("first_reply", _column("wait_s"), "histogram", where=_column("is_first")),
        Measure("first_reply_business", _column("wait_business_s"), "histogram", where=_column("is_first")),
        Measure("next_reply", _column("wait_s"), "histogram", where=lambda f: f["is_first"] == 0),
        Measure("next_reply_business", _column("wait_business_s"), "histogram", where=lambda f: f["is_first"] == 0),
    ),
    dimensions=(*CUTS, AGENT),
)

SOLVES = Source(
    slug="solves",
    label="Solves",
    table=_table(Solve),
    at="f.solved_at",
    team="f.team",
    subject="f.ticket",
    columns=(
        *_CUT_COLUMNS,
        Column("agent", "<i4", "f.solver"),
        Column("is_first", "u1", "f.is_first::int"),
        Column("is_last", "u1", "f.is_last::int"),
        Column(
            "is_reopened",
            "u1",
            f"(f.reopened_at IS NOT NULL AND f.reopened_at <= f.solved_at + interval '{REOPEN_DAYS} days')::int",
        ),
        Column("is_reopened_ever", "u1", "(f.reopened_at IS NOT NULL)::int"),
        Column("reopened_by", "u1", "f.reopened_by"),
        Column("replies", "<i4", "f.replies"),
        Column("reassignments", "<i4", "f.reassignments"),
        Column("resolution_s", "<i4", _seconds("f.resolution_s")),
        Column("resolution_business_s", "<i4", _seconds("f.resolution_business_s")),
        Column("wait_s", "<i4", _seconds("f.wait_s")),
        Column("wait_business_s", "<i4", _seconds("f.wait_business_s")),
    ),
    measures=(
        Measure("solves", _one, hourly=True),
        Measure("first_solves", _column("is_first")),
        Measure("last_solves", _column("is_last")),
        Measure("agent_solves", lambda f: f["agent"] > 0),
        Measure("reopened", lambda f: (f["is_reopened"] == 1) & (f["reopened_by"] == ActorKind.REQUESTER)),
        Measure("reopened_by_anyone", _column("is_reopened")),
        Measure("one_touch", _is_one_touch),
        Measure("replies", _column("replies"), where=_column("is_last")),
        Measure("reassignments", _column("reassignments"), where=_column("is_last")),
        Measure("first_resolution", _column("resolution_s"), "histogram", where=_column("is_first")),
        Measure("first_resolution_business", _column("resolution_business_s"), "histogram", where=_column("is_first")),
        Measure("resolution", _column("resolution_s"), "histogram", where=_column("is_last")),
        Measure("resolution_business", _column("resolution_business_s"), "histogram", where=_column("is_last")),
        Measure("wait", _column("wait_s"), "histogram", where=_column("is_last")),
        Measure("wait_business", _column("wait_business_s"), "histogram", where=_column("is_last")),
    ),
    dimensions=(*CUTS, AGENT),
    version=2,
)

WORKLOGS = Source(
    slug="worklogs",
    label="Time logged on tickets",
    table=_table(Worklog),
    at="f.logged_at",
    team="f.team",
    subject="f.ticket",
    columns=(*_CUT_COLUMNS, Column("agent", "<i4", "f.agent"), Column("seconds", "<i4", "f.seconds")),
    measures=(
        Measure("worklogs", _one, hourly=True),
        Measure("logged_s", _column("seconds"), hourly=True),
    ),
    dimensions=(*CUTS, AGENT),
)

CLOSES = Source(
    slug="closes",
    label="Tickets closed",
    table=_table(Ticket),
    at="f.first_closed_at",
    team="f.team",
    subject="f.id",
    columns=(
        *_CUT_COLUMNS,
        Column(
            "age_s",
            "<i4",
            _seconds(
                "extract(epoch FROM date_trunc('second', f.first_closed_at) - date_trunc('second', f.created_at))"
            ),
        ),
    ),
    measures=(
        Measure("closed", _one),
        Measure("close_age", _column("age_s"), "histogram"),
    ),
    dimensions=CUTS,
)

# A promise counts on the day it was decided. One that runs is missed from `due_at` on, so a fact that
# has come to pass (`at` is not ahead of now) and is not met is missed.
PROMISES = Source(
    slug="promises",
    label="Promises decided",
    table=_table(Promise),
    at="f.decided_at",
    team="f.team",
    subject="f.ticket",
    ticks=True,
    columns=(
        *_CUT_COLUMNS,
        Column("kind", "u1", "f.kind"),
        Column("agent", "<i4", "f.owner"),
        Column("is_met", "u1", f"(f.state = {PromiseState.MET.value})::int"),
        Column("has_overshoot", "u1", "(f.overshoot_s IS NOT NULL)::int"),
        Column("overshoot_s", "<i4", _seconds("f.overshoot_s")),
        Column("target_s", "<i4", _seconds("f.target_s")),
        Column("used_s", "<i4", _seconds("CASE WHEN f.fulfilled_at IS NOT NULL THEN f.business_elapsed_s END")),
    ),
    measures=(
        Measure("decided", _one, hourly=True),
        Measure("met", _column("is_met"), hourly=True),
        *(Measure(f"{kind.label}_decided", _is("kind", kind), hourly=True) for kind in PromiseKind),
        *(
            Measure(f"{kind.label}_met", _column("is_met"), where=_is("kind", kind), hourly=True)
            for kind in PromiseKind
        ),
        *(
            Measure(
                f"{kind.label}_overshoot",
                _column("overshoot_s"),
                "histogram",
                where=_missed_by(kind),
            )
            for kind in (PromiseKind.FIRST_REPLY, PromiseKind.NEXT_REPLY, PromiseKind.RESOLUTION)
        ),
    ),
    dimensions=(*CUTS, KIND, AGENT),
)


def _promise_flow(slug: str, label: str, at: str, measure: str) -> Source:
    """Promises as they begin or are called off, so that what still runs is a stock."""
    return Source(
        slug=slug,
        label=label,
        table=_table(Promise),
        at=at,
        team="f.team",
        subject="f.ticket",
        columns=(*_CUT_COLUMNS, Column("kind", "u1", "f.kind")),
        measures=(
            Measure(measure, _one),
            *(Measure(f"{kind.label}_{measure}", _is("kind", kind)) for kind in PromiseKind),
        ),
        dimensions=(*CUTS, KIND),
    )


PROMISES_STARTED = _promise_flow("promises_started", "Promises started", "f.started_at", "started")
PROMISES_CANCELLED = _promise_flow("promises_cancelled", "Promises called off", "f.cancelled_at", "cancelled")

SOURCES = (CREATED, STEPS, REPLIES, SOLVES, WORKLOGS, CLOSES, PROMISES, PROMISES_STARTED, PROMISES_CANCELLED)
