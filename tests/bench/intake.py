"""From drafts to facts: events a second and memory, as the history grows in one database.

`BENCH_TICKETS=100000,900000,1000000` names other steps; they add up.
"""

import os
import resource
import time

from tests.bench.synthetic import EVENTS, POLICIES, drafts
from tickets import facts
from tickets.intake import take_in
from tickets.models import Ticket
from tickets.policies import load
from tickets.policy_file import parse
from tickets.words import register_source

STEPS = tuple(int(step) for step in os.environ.get("BENCH_TICKETS", "20000,20000,40000").split(","))


def run() -> None:
    """Print a line for each step: its drafts made, taken in and folded, then all facts so far rebuilt."""
    load(parse(POLICIES), by="bench")
    print("| tickets so far | work | seconds | events/s | peak memory, MB |")
    print("|---|---|---|---|---|")
    total = 0
    for step, tickets in enumerate(STEPS):
        source = register_source(f"bench-{step}", kind="events")
        made = _seconds_to_make(min(tickets, 20_000)) * tickets / min(tickets, 20_000)
        began = time.perf_counter()
        take_in(source, drafts(tickets), origin="bench")
        total += tickets
        _line(total, "take in and fold (drafts ready)", tickets, time.perf_counter() - began - made)
        began = time.perf_counter()
        rebuilt = facts.rebuild_all(Ticket.objects.filter(source=source.pk))
        _line(total, "fold again and replace", rebuilt, time.perf_counter() - began)


def _seconds_to_make(tickets: int) -> float:
    """How long the drafts themselves take."""
    began = time.perf_counter()
    for _ in drafts(tickets):
        pass
    return time.perf_counter() - began


def _line(total: int, work: str, tickets: int, seconds: float) -> None:
    events, peak = tickets * EVENTS, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"| {total:,} | {work} | {seconds:.1f} | {events / seconds:,.0f} | {peak} |", flush=True)
