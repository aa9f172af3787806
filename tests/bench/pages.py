"""Server time of the dashboard pages at a million tickets: cold and warm, with their queries.

Unseen: nothing is kept, and no process has drawn the page. Refilled: a refill has just redone every cell
of the last three days and forty of any age, so no answer about them is kept. Shared: a process that keeps
nothing, after another has drawn the page, as the worker does after a refill for what was looked at lately.
Warm: the same page again. The times are those of whole requests through middleware and templates, without
a network. The page is answered once `FIRST_ANSWER_S` have gone into panels that nobody had drawn, and the
browser fetches the rest: "page" is the first answer, "all" has that second one added. Beside the times of the
clock stands the processor time of all, of the web process and of its database server, which other work on the
machine disturbs less.

What is read is told of an unseen page, as the server counts it: rows of raw events (queries and COPY alike), then
rows of facts and cells by the index that gave them, and how long the queries of facts took on the clock.
"""

import re
import time
from collections.abc import Callable, Sequence
from html import unescape
from importlib import import_module
from uuid import uuid4

import numpy as np
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from ops_dashboard.metrics import rollup, shared_parts
from ops_dashboard.metrics.models import Goal
from ops_dashboard.metrics.shelf import KEPT
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Role
from tests.bench import ground, organisation
from tests.bench.rows_read import Reads, rows_read
from tickets import facts, partitions

SIZES = (1_000_000,)  # tickets
ROUNDS = 20
PATHS = {
    "Overview": "/",
    "Service levels": "/service-levels/",
    "Service levels, 13 weeks": "/service-levels/?period=last-91-days",
    "Service levels, one team": "/service-levels/?team=team-7",
    "Service levels, one channel and language": "/service-levels/?channel=channel-2&language=language-3",
    "Backlog": "/backlog/",
    "Tickets": "/tickets/",
    "Tickets, unsolved of a team by due time": "/tickets/?status=unsolved&team=team-7&sort=due",
}
STATES = ("unseen", "refilled", "shared", "warm")
CELLS = ("metrics_cell", "metrics_stock")
FACTS = re.compile(rf"\b({'|'.join(facts.TABLES)})\b")
REST = re.compile(r'hx-get="([^"]*&amp;rest=[^"]*)"')


def run(sizes: Sequence[int] = SIZES) -> None:
    """Print p50 and p95 of each page, the queries it takes and what they read."""
    ground.prepare()
    for tickets in sizes:
        if not organisation.holds(tickets):
            organisation.build(tickets)
            rollup.refill_everything()
            organisation.settle()
        _table(tickets)


def _table(tickets: int) -> None:
    Goal.objects.get_or_create(metric="first_reply_attainment", value=0.9, valid_from="2020-01-01")
    user, _ = User.objects.get_or_create(username="bench-manager", defaults={"role": Role.MANAGER})
    import_module("ops_dashboard.wsgi")  # as in the web processes: everything imported, the collector settled
    states = " ".join(f"{state}: page p50 | p95 ms | all p50 | p95 | processor p50 |" for state in STATES)
    print(
        f"| page at {tickets:,} tickets | {states} queries unseen | shared | warm "
        "| rows of raw events | ms of facts | rows of facts and cells |"
    )
    print("|---" * (7 + 5 * len(STATES)) + "|")
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        client = Client()
        client.force_login(user)
        client.cookies["scripts"] = "1"
        for name, path in PATHS.items():
            _line(client, name, path)


def _line(client: Client, name: str, path: str) -> None:
    (first, facts_ms), (shared, _), (warm, _) = (
        _queries(client, path, before=before) for before in (_forget, _as_another_process, _nothing)
    )
    _forget()
    read = rows_read(lambda: _whole(client, path))
    told: list[str] = []
    for before in (_forget, _refill, _as_another_process, _nothing):
        rounds = np.array([_round(client, path, before=before) for _ in range(ROUNDS)])
        (page, page_p95), (whole, whole_p95), (processor, _) = np.quantile(rounds, (0.5, 0.95), axis=0).T
        told += [f"{figure:.0f}" for figure in (page, page_p95, whole, whole_p95, processor)]
    raw = sum(rows for (table, _), rows in read.items() if table.startswith(partitions.TABLE))
    told += [str(first), str(shared), str(warm), f"{raw:,}", f"{facts_ms:.0f}", _rows(read)]
    print(f"| {name} | {' | '.join(told)} |", flush=True)


def _rows(read: Reads) -> str:
    """Rows of facts and cells that were gone through, most of them first."""
    found = [(rows, *where) for where, rows in read.items() if where[0] in (*facts.TABLES, *CELLS)]
    return ", ".join(
        f"{table.partition('_')[2]} {rows:,} by {index or 'no index'}"
        for rows, table, index in sorted(found, reverse=True)
    )


def _round(client: Client, path: str, *, before: Callable[[], None]) -> tuple[float, float, float]:
    """Milliseconds on the clock until the page is answered and until all of it is, and of processors for all."""
    before()
    spent, began = ground.cpu_seconds(), time.perf_counter()
    first = client.get(path)
    answered = time.perf_counter() - began
    rest_s = 0.0
    if rest := REST.search(first.content.decode()):
        _as_another_process()  # as one may be asked for it
        began = time.perf_counter()
        client.get(unescape(rest[1]), headers={"HX-Request": "true"})
        rest_s = time.perf_counter() - began
    return 1000 * answered, 1000 * (answered + rest_s), 1000 * (ground.cpu_seconds() - spent)


def _queries(client: Client, path: str, *, before: Callable[[], None]) -> tuple[int, float]:
    """(queries, milliseconds of those of facts), those of the rest included"""
    before()
    with CaptureQueriesContext(connection) as asked:
        _whole(client, path)
    return len(asked), 1000 * sum(
        float(query["time"]) for query in asked.captured_queries if FACTS.search(query["sql"])
    )


def _whole(client: Client, path: str) -> None:
    """The page and what its browser fetches after it."""
    response = client.get(path)
    assert response.status_code == 200, (path, response.status_code)
    if rest := REST.search(response.content.decode()):
        client.get(unescape(rest[1]), headers={"HX-Request": "true"})


def _nothing() -> None:
    pass


def _forget() -> None:
    """As on the first request of all: no answer, no array of cells and no part of a page is kept by anybody."""
    stand = uuid4().hex
    shared_parts.stand = lambda: stand  # type: ignore[assignment]
    _as_another_process()


def _as_another_process() -> None:
    caches["answers"].clear()
    caches["panels"].clear()
    KEPT.forget()


def _refill() -> None:
    """As a minute after events came: new cells of the last days and some before them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO metrics_stalecell (source, day, team) SELECT source, day, team FROM metrics_cell "
            "WHERE day > (SELECT max(day) FROM metrics_cell WHERE source = 'created') - 3"
        )
        cursor.execute(
            "INSERT INTO metrics_stalecell (source, day, team) "
            "SELECT source, day, team FROM metrics_cell ORDER BY random() LIMIT 40"
        )
    rollup.refill()
    caches["panels"].clear()  # of those some are kept by the clock
