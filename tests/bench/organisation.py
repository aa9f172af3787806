"""Facts of a large organisation, put straight into their tables: what the engine benches run on.

Two years, 40 teams, 800 agents, 6 channels, 12 languages, 4 priorities. A ticket has one reply, one
solve and three promises; one in fifteen is still open.
"""

from datetime import UTC, datetime

import numpy as np
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from ops_dashboard.metrics import copying
from ops_dashboard.metrics.definitions import registry
from ops_dashboard.metrics.models import Cell, Fill, StaleCell, Stock
from ops_dashboard.people.models import Agent, Team
from tickets.models import Channel, Language, Priority, Promise, Reason, Reply, Solve, Source, Span, Ticket
from tickets.states import OPEN_END
from tickets.vocabulary import PromiseKind, PromiseState, Status, Step

DAYS, TEAMS, AGENTS = 730, 40, 800
CHUNK = 100_000
TABLES = (Ticket, Span, Reply, Solve, Promise, Cell, Stock, StaleCell, Fill)


def holds(tickets: int) -> bool:
    """Whether the database already has that many tickets and cells of every source."""
    filled = Fill.objects.filter(source__in=[source.slug for source in registry.sources()]).count()
    return Ticket.objects.count() == tickets and filled == len(list(registry.sources()))


def build(tickets: int, *, seed: int = 1, now: datetime | None = None) -> None:
    """Replace all facts by those of `tickets` tickets."""
    _dimensions()
    now_s = int((now or datetime.now(UTC)).timestamp())
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE " + ", ".join(model._meta.db_table for model in TABLES))
    rng = np.random.default_rng(seed)
    created = np.sort(now_s - rng.integers(0, DAYS * 86_400, tickets))
    for start in range(0, tickets, CHUNK):
        with transaction.atomic(), connection.cursor() as cursor:
            _chunk(
                cursor, rng, np.arange(start, min(start + CHUNK, tickets)) + 1, created[start : start + CHUNK], now_s
            )
    settle()


def _dimensions() -> None:
    for model, name, count in ((Channel, "channel", 6), (Language, "language", 12), (Reason, "reason", 30)):
        for i in range(1, count + 1):
            model.objects.get_or_create(id=i, defaults={"slug": f"{name}-{i}", "label": f"{name.title()} {i}"})
    for i, slug in enumerate(("low", "normal", "high", "urgent"), start=1):
        Priority.objects.get_or_create(id=i, defaults={"slug": slug, "label": slug.title(), "rank": i})
    for i in range(1, TEAMS + 1):
        Team.objects.get_or_create(id=i, defaults={"slug": f"team-{i}", "name": f"Team {i}"})
    Source.objects.get_or_create(id=1, defaults={"slug": "bench", "kind": "events"})
    Agent.objects.bulk_create(
        [Agent(id=i, slug=f"agent-{i}", name=f"Agent {i}") for i in range(1, AGENTS + 1)], ignore_conflicts=True
    )


def _chunk(cursor: CursorWrapper, rng: np.random.Generator, ids: np.ndarray, created: np.ndarray, now_s: int) -> None:
    n = len(ids)
    team = rng.integers(1, TEAMS + 1, n)
    agent = (team - 1) * (AGENTS // TEAMS) + rng.integers(1, AGENTS // TEAMS + 1, n)
    cuts = {
        "source": copying.smallint(np.ones(n, np.int16)),
        "team": copying.integer(team),
        "priority": copying.integer(rng.choice(4, n, p=(0.2, 0.55, 0.2, 0.05)) + 1),
        "channel": copying.integer(rng.integers(1, 7, n)),
        "language": copying.integer(rng.integers(1, 13, n)),
        "reason": copying.integer(rng.integers(1, 31, n)),
    }
    wait = np.exp(rng.normal(7.5, 1.5, n)).astype(np.int64) + 1
    took = wait + np.exp(rng.normal(10.5, 1.3, n)).astype(np.int64) + 60
    replied, solved = created + wait, created + took
    is_open = (solved > now_s) | (rng.random(n) < 0.002)
    is_answered = replied <= now_s
    solved = np.where(is_open, OPEN_END, solved)
    zero = np.zeros(n, np.int64)
    touched = np.where(is_answered, replied, created)
    copying.copy_in(
        cursor,
        Ticket._meta.db_table,
        {
            "id": copying.bigint(ids),
            "ref": copying.texts([f"T{i}" for i in ids.tolist()]),
            **cuts,
            "created_at": copying.instants(created),
            "created_team": cuts["team"],
            "status": copying.smallint(np.where(is_open, Status.OPEN, Status.SOLVED)),
            "status_since": copying.instants(np.where(is_open, created, solved)),
            "assignee": copying.integer(agent),
            "updated_at": copying.instants(np.where(is_open, touched, solved)),
            "waiting_since": copying.instants(np.where(is_answered, OPEN_END, created)),
            "last_agent_touch_at": copying.instants(np.where(is_answered, replied, OPEN_END)),
            "first_assigned_at": copying.instants(created),
            "first_solved_at": copying.instants(solved),
            "last_solved_at": copying.instants(solved),
            "first_reply_at": copying.instants(np.where(is_answered, replied, OPEN_END)),
            **{
                name: copying.integer(zero)
                for name in (
                    "public_replies",
                    "requester_messages",
                    "internal_notes",
                    "touches",
                    "reopens",
                    "reassignments",
                    "transfers",
                    "events",
                )
            },
            "has_waited": copying.boolean(zero),
            "priority_changed": copying.boolean(zero),
        },
    )
    key = {"ticket": copying.bigint(ids), **cuts}
    copying.copy_in(
        cursor,
        Span._meta.db_table,
        {
            **key,
            "seq": copying.integer(zero),
            "start_at": copying.instants(created),
            "end_at": copying.instants(solved),
            "status": copying.smallint(np.full(n, Status.OPEN)),
            "assignee": copying.integer(agent),
            "entered": copying.smallint(np.full(n, Step.CREATED)),
            "left": copying.smallint(np.where(is_open, Step.NONE, Step.SOLVED)),
            "is_reassigned": copying.boolean(zero),
            "is_transferred": copying.boolean(zero),
        },
    )
    _subset(
        cursor,
        Reply,
        is_answered,
        {
            **key,
            "nth": copying.integer(zero + 1),
            "waiting_since": copying.instants(created),
            "replied_at": copying.instants(replied),
            "agent": copying.integer(agent),
            "is_first": copying.boolean(zero + 1),
            "wait_s": copying.bigint(wait),
            "wait_business_s": copying.bigint(wait // 3),
        },
    )
    _subset(
        cursor,
        Solve,
        ~is_open,
        {
            **key,
            "nth": copying.integer(zero + 1),
            "created_at": copying.instants(created),
            "solved_at": copying.instants(solved),
            "solver": copying.integer(agent),
            "is_automatic": copying.boolean(zero),
            "is_first": copying.boolean(zero + 1),
            "is_last": copying.boolean(zero + 1),
            "reopened_by": copying.smallint(zero),
            "replies": copying.integer(zero + 1),
            "reassignments": copying.integer(zero),
            "resolution_s": copying.bigint(took),
            "resolution_business_s": copying.bigint(took // 3),
            "wait_s": copying.bigint(took),
            "wait_business_s": copying.bigint(took // 3),
        },
    )
    for kind, target, done in (
        (PromiseKind.FIRST_REPLY, 7200, np.where(is_answered, replied, OPEN_END)),
        (PromiseKind.FIRST_RESOLUTION, 172_800, solved),
        (PromiseKind.REQUESTER_WAIT, 259_200, solved),
    ):
        _promises(cursor, key, kind, target, created, done, agent)


def _promises(
    cursor: CursorWrapper,
    key: dict[str, copying.Fixed],
    kind: PromiseKind,
    target: int,
    created: np.ndarray,
    done: np.ndarray,
    agent: np.ndarray,
) -> None:
    n = len(created)
    due, zero = created + target, np.zeros(n, np.int64)
    still = done == OPEN_END
    state = np.where(still, PromiseState.RUNNING, np.where(done <= due, PromiseState.MET, PromiseState.MISSED))
    late = (~still) & (done > due)
    copying.copy_in(
        cursor,
        Promise._meta.db_table,
        {
            **key,
            "kind": copying.smallint(zero + kind),
            "run": copying.integer(zero + 1),
            "policy": copying.integer(zero + 1),
            "calendar": copying.integer(zero),
            "target_s": copying.bigint(zero + target),
            "started_at": copying.instants(created),
            "due_at": copying.instants(due),
            "fulfilled_at": copying.instants(done),
            "decided_at": copying.instants(np.minimum(due, done)),
            "state": copying.smallint(state),
            "elapsed_s": copying.bigint(np.where(still, 0, done - created)),
            "business_elapsed_s": copying.bigint(np.where(still, 0, done - created)),
            "paused_s": copying.bigint(zero),
            "overshoot_s": copying.bigint(np.where(late, done - due, 0), null=~late),
            "owner": copying.integer(agent),
        },
    )


def _subset(cursor: CursorWrapper, model: type[Model], chosen: np.ndarray, columns: dict[str, copying.Fixed]) -> None:
    rows = np.flatnonzero(chosen)
    kept = {
        name: copying.Fixed(column.wire[rows], None if column.null is None else column.null[rows])
        for name, column in columns.items()
    }
    copying.copy_in(cursor, model._meta.db_table, kept)


def anywhere(seed: int, *, count: int = 1_000) -> list[int]:
    """Ids of tickets from all of the two years."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM tickets_ticket")
        newest = cursor.fetchone()[0]
    return sorted(int(i) + 1 for i in np.random.default_rng(seed).choice(newest, count, replace=False))


def lately(seed: int, *, count: int = 1_000) -> list[int]:
    """Ids of tickets created in the last week; they were numbered in order of creation."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM tickets_ticket WHERE created_at > now() - interval '7 days'")
        oldest, newest = cursor.fetchone()
    chosen = np.random.default_rng(seed).choice(newest - oldest, min(count, newest - oldest), replace=False)
    return sorted(int(i) + oldest for i in chosen)


def correct(cursor: CursorWrapper, ids: list[int]) -> None:
    """A late correction: every reply a second later, every solve and promise another agent's."""
    cursor.execute("UPDATE tickets_reply SET wait_s = wait_s + 1 WHERE ticket = ANY(%s)", [ids])
    cursor.execute("UPDATE tickets_solve SET solver = solver %% 800 + 1 WHERE ticket = ANY(%s)", [ids])
    cursor.execute("UPDATE tickets_promise SET owner = owner %% 800 + 1 WHERE ticket = ANY(%s)", [ids])


def settle() -> None:
    """Let no autovacuum or checkpoint of the building fall into a measurement."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
