"""`manage.py digest`: the digest of a week and area as it stands."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from insights import digests
from insights.digests import BadWeek, monday_of
from insights.letter import letter
from insights.mailing import absolute, html_of, letter_of
from insights.models import Area, Digest
from insights.models.digests import week_word
from insights.plain_letter import plain
from insights.weeks import due_weeks
from ops_dashboard.metrics.query import today


class Command(BaseCommand):
    help = "Print the digest of a week and product area as it stands; one that was approved prints as it went out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--week", help="an ISO week such as 2026-W47; the last complete one if not given")
        parser.add_argument("--area", help="slug of a product area; the first one if not given")
        parser.add_argument("--format", choices=("text", "html", "json"), default="text")
        parser.add_argument("--json", action="store_const", const="json", dest="format")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            week = monday_of(options["week"]) if options["week"] else due_weeks(today())
        except BadWeek as problem:
            raise CommandError(str(problem), returncode=2) from problem
        area = self._area(options["area"])
        kept = Digest.objects.filter(week=week, area=area).exclude(state=Digest.State.DRAFT).first()
        draft = Digest.objects.filter(week=week, area=area).first()
        snapshot = kept.snapshot if kept else digests.build(area, week)
        if options["format"] == "json":
            state = draft.state if draft else Digest.State.DRAFT
            self.stdout.write(json.dumps({"week": week_word(week), "state": state, **snapshot}, ensure_ascii=False))
            return
        words = {"headline": draft.headline, "narrative": draft.narrative} if draft else {}
        told = letter_of(kept) if kept else letter(snapshot, **words)
        address = absolute(reverse("digest", args=[week_word(week), area]))
        leave = absolute(reverse("digests"))
        draw = html_of if options["format"] == "html" else plain
        self.stdout.write(draw(told, address=address, unsubscribe=leave))

    def _area(self, slug: str | None) -> str:
        known = list(Area.objects.values_list("slug", flat=True))
        if slug is None and known:
            return known[0]
        if slug not in known or slug is None:
            there = f"there are {', '.join(known)}" if known else "there are none yet"
            raise CommandError(f"There is no product area '{slug or ''}'; {there}.", returncode=2)
        return slug
