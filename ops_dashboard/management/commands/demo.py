"""`manage.py demo`: an invented support organisation, its tickets, and how they go on."""

import json
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ops_dashboard import demo_alerts, demo_parts
from ops_dashboard.metrics import rollup
from ops_dashboard.people.demo_users import DEMO_USERS, TICKETS_STAND, demo_password, unfinished_demo
from tickets.demo import records
from tickets.demo.live import LiveView, WorldEnded, recent_from, remember_recent, tell_earlier, tell_recent
from tickets.demo.world import World
from tickets.forgetting import forget
from tickets.intake import Summary
from tickets.models import Source

TICKETS, WEEKS, SEED = 80_000, 26, 1
MOST_TICKETS, MOST_WEEKS = 20_000_000, 260
TICK_S = 4.0

Advance = Callable[[int], None]


def number(low: int, high: int) -> Callable[[str], int]:
    """An argparse type: a whole number from `low` to `high`."""

    def parse(text: str) -> int:
        if not text.strip().isascii() or not text.strip().isdigit() or not low <= int(text) <= high:
            raise ArgumentTypeError(f"'{text}' is not a whole number from {low:,} to {high:,}")
        return int(text)

    return parse


def moment(text: str) -> datetime:
    """An argparse type: an instant that has come, in ISO form with its zone."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"'{text}' is not a moment; try 2026-11-22T15:40:00+00:00") from error
    if at.tzinfo is None:
        raise ArgumentTypeError(f"'{text}' names no zone; add Z or +00:00")
    if at > timezone.now():
        raise ArgumentTypeError(f"'{text}' has not come yet")
    return at.astimezone(UTC)


class Command(BaseCommand):
    help = "Generate the demo organisation through the real intake; --live keeps its events coming until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tickets", type=number(1, MOST_TICKETS), default=TICKETS)
        parser.add_argument("--weeks", type=number(1, MOST_WEEKS), default=WEEKS)
        parser.add_argument("--seed", type=number(0, 2**31), default=SEED, help="the same seed tells the same story")
        parser.add_argument("--now", type=moment, help="where the history ends; the present moment if not given")
        parser.add_argument("--live", action="store_true", help="go on telling what happens, every few seconds")
        parser.add_argument("--ticks", type=number(1, 10**9), help="with --live: stop after so many looks")
        parser.add_argument(
            "--recent-first", action="store_true", help="stop once the last weeks stand; the next `demo` adds the rest"
        )
        parser.add_argument(
            "--tickets-first", action="store_true", help="stop once the tickets stand; the next `demo` adds the rest"
        )
        parser.add_argument("--clear", action="store_true", help="remove the demo: its tickets, people and sign-ins")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if sum(options[name] for name in ("clear", "live", "recent_first", "tickets_first")) > 1:
            words = "--clear, --live, --recent-first and --tickets-first contradict each other: give one"
            raise CommandError(words, returncode=2)
        if options["clear"]:
            self._clear(as_json=options["json"])
            return
        source = records.find() or self._settle(options)
        summary = self._tell(source, is_recent_enough=options["recent_first"])
        if summary or (_is_to_be_whole(options) and demo_parts.missing(source)):
            self._complete(source, summary, options)
        elif not options["live"]:
            self._already(source, as_json=options["json"])
        if options["live"]:
            self._live(source, ticks=options["ticks"], as_json=options["json"])

    def _settle(self, options: dict[str, Any]) -> Source:
        """Everything but the tickets."""
        now = (options["now"] or timezone.now()).replace(microsecond=0)
        try:
            return records.settle(World(options["seed"], options["tickets"], options["weeks"], now))
        except records.NameTaken as error:
            raise CommandError(f"{error}; nothing was changed", returncode=1) from error

    def _tell(self, source: Source, *, is_recent_enough: bool) -> Summary | None:
        """Make the tickets that are missing, or finish some that were broken off; None where none are."""
        world, is_recent_there = records.world_of(source), recent_from(source) is not None
        if source.cursor["told_to"] is not None or (is_recent_there and is_recent_enough):
            return None
        cohorts = [*(() if is_recent_there else world.recent), *(() if is_recent_enough else world.earlier)]
        summary = Summary(0, 0, 0, 0, 0.0)
        with _bar("tickets", world.created_in(cohorts)) as advance:
            if not is_recent_there:
                summary += tell_recent(source, world, created=advance)
            if not is_recent_enough:
                summary += tell_earlier(source, world, created=advance)
        return summary

    def _complete(self, source: Source, summary: Summary | None, options: dict[str, Any]) -> None:
        """Add the people at work, their reviews and what was learned from them; then every figure."""
        started = time.monotonic()
        facts: dict[str, Any] = {"source": source.slug}
        words = []
        if summary:
            facts |= asdict(summary)
            words.append(
                f"{summary.tickets:,} tickets, {summary.accepted:,} events in {summary.seconds:.0f} s. "
                f"Sign in as {', '.join(user.username for user in DEMO_USERS)}; "
                f"password {demo_password(settings.ENVIRONMENT.var)}"
            )
        if not options["recent_first"]:
            _show_all_tickets()
        if _is_to_be_whole(options):
            with _bar("people at work", len(demo_parts.missing(source))) as advance:
                for _ in demo_parts.tell_missing(source, records.world_of(source)):
                    advance(1)
        with _bar("figures", None) as advance:
            facts["cells"] = rollup.refill_everything(progress=advance).cells
        if _is_to_be_whole(options):
            facts["alerts"] = demo_alerts.look_back()
        if options["recent_first"]:
            _show_recent(source)
        facts |= {"parts": source.cursor["parts"], "completed_in": round(time.monotonic() - started, 3)}
        words.append(f"{facts['cells']:,} cells of figures. Parts: {', '.join(source.cursor['parts']) or 'none yet'}.")
        self._report(facts, " ".join(words), as_json=options["json"])

    def _already(self, source: Source, *, as_json: bool) -> None:
        told = source.cursor
        reach = f"up to {told['told_to']}" if told["told_to"] else f"of which those since {told['told_from']} stand"
        self._report(
            {"source": source.slug, "exists": True} | told,
            f"The demo is there already: {told['tickets']:,} tickets of {told['weeks']} weeks, {reach}. "
            "Nothing was changed; `demo --clear` removes it, `demo --live` lets it go on.",
            as_json=as_json,
        )

    def _clear(self, *, as_json: bool) -> None:
        source = records.find()
        if source is None:
            self._report({"removed": 0}, "There is no demo to remove.", as_json=as_json)
            return
        demo_parts.remove()
        with _bar("tickets", None) as advance:
            removed = forget(source, progress=advance)
        records.remove(source)
        rollup.refill()
        self._report({"removed": removed}, f"The demo is gone: {removed:,} tickets.", as_json=as_json)

    def _live(self, source: Source, *, ticks: int | None, as_json: bool) -> None:
        """Look at the clock every few seconds and take in what has happened."""
        view = LiveView(source, records.world_of(source))
        told, looks = 0, 0
        try:
            told += view.begin(_whole_second()).accepted
            demo_parts.go_on(view.world, now=view.told_to)
            rollup.refill()
            if not as_json:
                self.stdout.write(f"Caught up with {told:,} events. Events go on until Ctrl-C.")
            while ticks is None or looks < ticks:
                time.sleep(TICK_S)
                summary = view.tick(_whole_second())
                looks, told = looks + 1, told + summary.accepted
                demo_parts.go_on(view.world, now=view.told_to)
                if summary.accepted:
                    rollup.refill()
                if summary.accepted and not as_json:
                    self.stdout.write(f"{view.told_to:%H:%M:%S} {summary.accepted} events, {summary.tickets} tickets")
        except WorldEnded as error:
            raise CommandError(f"{error}: `demo --clear`, then `demo`", returncode=1) from error
        except KeyboardInterrupt:
            pass
        self._report({"told": told, "looks": looks}, f"{told:,} events told.", as_json=as_json)

    def _report(self, facts: dict[str, Any], words: str, *, as_json: bool) -> None:
        self.stdout.write(json.dumps(facts) if as_json else words)


def _is_to_be_whole(options: dict[str, Any]) -> bool:
    return not (options["recent_first"] or options["tickets_first"])


def _show_recent(source: Source) -> None:
    """The last weeks stand, figures and all: a server may open, and says on every page since when."""
    world = records.world_of(source)
    remember_recent(source, world)
    note, begin = unfinished_demo(settings.ENVIRONMENT.var), recent_from(source)
    if note.exists() and begin and world.first_recent:
        note.write_text(begin.astimezone(ZoneInfo(settings.REPORTING_ZONE)).date().isoformat(), encoding="ascii")


def _show_all_tickets() -> None:
    """Where a server says since when tickets stand: their figures, before what takes longer, and no such words."""
    note = unfinished_demo(settings.ENVIRONMENT.var)
    if note.exists() and note.read_text(encoding="ascii") != TICKETS_STAND:
        rollup.refill_everything()
        note.write_text(TICKETS_STAND, encoding="ascii")


def _whole_second() -> datetime:
    return timezone.now().replace(microsecond=0)


@contextmanager
def _bar(what: str, total: int | None) -> Iterator[Advance]:
    """A progress bar on standard error, on a terminal only."""
    shown = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*shown, console=Console(file=sys.stderr), disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda amount: bar.advance(task, amount)
