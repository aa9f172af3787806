"""`manage.py staffing`: how many agents some work needs, or what a number of agents gives."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import asdict
from math import isfinite
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError

from workforce.erlang import Impossible
from workforce.staffing import Assumptions, Given, Kind, constant, given, needed

LONGEST_LIST = 10_000


def number(text: str) -> float:
    """An argparse type: a finite number of nought or more."""
    try:
        value = float(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a number") from error
    if not isfinite(value) or value < 0:
        raise ArgumentTypeError(f"{text!r} is not a number of 0 or more")
    return value


def numbers(text: str) -> tuple[float, ...]:
    """An argparse type: numbers separated by commas."""
    found = tuple(number(part) for part in text.split(","))
    if len(found) > LONGEST_LIST:
        raise ArgumentTypeError(f"more than {LONGEST_LIST:,} numbers")
    return found


def pattern(text: str) -> str:
    if not text or set(text) - {"0", "1"} or len(text) > LONGEST_LIST:
        raise ArgumentTypeError(f"{text[:40]!r} is not a row of 0 (closed) and 1 (open)")
    return text


class Command(BaseCommand):
    help = "Agents required for live work (Erlang C, or A with patience), chat or deferred work; what they give."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--kind", choices=[kind.value for kind in Kind], default=Kind.LIVE.value)
        parser.add_argument("--arrivals", type=numbers, required=True, help="contacts an hour; deferred: one per bin")
        parser.add_argument("--aht", type=number, metavar="SECONDS", help="handle time")
        parser.add_argument("--concurrency", type=numbers, metavar="S1,S2..", help="chat: handle time at 1, 2 .. chats")
        parser.add_argument("--target", type=number, default=20.0, metavar="SECONDS", help="answered, or done, within")
        parser.add_argument("--share", "--service-level", type=number, default=0.8, help="of contacts (0.8)")
        parser.add_argument("--patience", type=number, metavar="SECONDS", help="mean, before a contact gives up")
        parser.add_argument("--max-occupancy", type=number, default=1.0)
        parser.add_argument("--shrinkage", type=number, default=0.0, help="share of paid time not on the work")
        parser.add_argument("--external", type=number, help="instead: leave and sickness, of paid time")
        parser.add_argument("--internal", type=number, help="and breaks, meetings, training, of attended time")
        parser.add_argument("--agents", type=number, help="tell what these give, instead of what is required")
        parser.add_argument("--open", type=pattern, help="deferred: 0 or 1 for each bin")
        parser.add_argument("--bin", type=number, default=3600.0, metavar="SECONDS", help="deferred: length of a bin")
        parser.add_argument("--business-time", action="store_true", help="deferred: the deadline runs in open bins")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            assumptions = _assumptions(options)
            got = _answer(assumptions, options)
        except Impossible as error:
            raise CommandError(str(error), returncode=2) from error
        self._print(assumptions, got, as_json=options["json"])

    def _print(self, assumptions: Assumptions, got: Given, *, as_json: bool) -> None:
        facts = {"kind": assumptions.kind.value, "model": assumptions.model} | asdict(got)
        facts["service_level_is"] = "answered within target / offered" if got.p_wait is not None else "done in time"
        if as_json:
            self.stdout.write(json.dumps(facts | {"inputs": assumptions.to_json()}))
            return
        for name, value in facts.items():
            shown = "–" if value is None else f"{value:.6g}" if isinstance(value, float) else value
            self.stdout.write(f"{name:18}{shown}")


def _assumptions(options: dict[str, Any]) -> Assumptions:
    kind = Kind(options["kind"])
    if kind is not Kind.CHAT and not options["aht"]:
        raise Impossible("--aht: the handle time in seconds is missing or nought")
    if kind is Kind.CHAT and not options["concurrency"] and not options["aht"]:
        raise Impossible("--concurrency: chat needs handle times at 1, 2 .. chats at once, such as 300,360,450")
    layered = options["external"] is not None or options["internal"] is not None
    if layered and options["shrinkage"]:
        raise Impossible("--shrinkage: give either the whole or its layers, --external and --internal")
    return Assumptions(
        kind=kind,
        aht_s=options["aht"] or 0.0,
        target_s=options["target"],
        share=options["share"],
        max_occupancy=options["max_occupancy"],
        patience_s=options["patience"],
        concurrent_aht_s=options["concurrency"] or ((options["aht"],) if options["aht"] else ()),
        external=(options["external"] or 0.0) if layered else options["shrinkage"],
        internal=(options["internal"] or 0.0) if layered else 0.0,
        is_business_time=options["business_time"],
    )


def _answer(assumptions: Assumptions, options: dict[str, Any]) -> Given:
    arrivals, agents = options["arrivals"], options["agents"]
    if assumptions.kind is Kind.DEFERRED:
        if options["bin"] <= 0:
            raise Impossible("--bin: a bin has a length above nought")
        spare = int(assumptions.target_s / options["bin"])
        is_open = options["open"] or "1" * (len(arrivals) + spare)
        contacts = np.zeros(max(len(is_open), len(arrivals)))
        contacts[: len(arrivals)] = arrivals
        hours = np.array([float(each) for each in is_open.ljust(len(contacts), "0")]) * options["bin"] / 3600
        return constant(contacts, bin_hours=options["bin"] / 3600, open_hours=hours, assumptions=assumptions)
    if len(arrivals) != 1:
        raise Impossible("--arrivals: live work and chat take one number, the contacts an hour")
    if agents is None:
        return needed(arrivals[0], assumptions)
    if agents != int(agents) or agents > 1_000_000:
        raise Impossible(f"--agents: {agents:g} is not a whole number of up to a million")
    return given(arrivals[0], int(agents), assumptions)
