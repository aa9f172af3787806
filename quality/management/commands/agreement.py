"""`manage.py agreement`: how far the raters of a file agree beyond chance."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from quality.agreement import (
    FEWEST_UNITS,
    RELY_ON,
    REPLICATES,
    SEED,
    TENTATIVE,
    Level,
    alpha,
    fleiss_kappa,
    gwet_ac1,
    percent_agreement,
)
from quality.ratings_file import BadFile, read_ratings

MOST_REPLICATES = 100_000


class Command(BaseCommand):
    help = "Krippendorff's alpha of a file of ratings (columns unit, rater, value), with its bootstrap interval."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ratings", metavar="RATINGS.csv", type=Path)
        parser.add_argument("--level", required=True, choices=[level.value for level in Level])
        parser.add_argument("--min-units", type=int, default=FEWEST_UNITS, metavar="N", help="fewer are not reliable")
        parser.add_argument("--replicates", type=int, default=REPLICATES, metavar="N", help="of the bootstrap")
        parser.add_argument("--seed", type=int, default=SEED, help="of the bootstrap")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 0 <= options["replicates"] <= MOST_REPLICATES:
            raise CommandError(f"--replicates: from 0 to {MOST_REPLICATES:,}", returncode=2)
        if options["seed"] < 0 or options["min_units"] < 0:
            raise CommandError("--seed and --min-units cannot be negative", returncode=2)
        try:
            found = told(options["ratings"], Level(options["level"]), options)
        except BadFile as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(json.dumps(found) if options["json"] else _words(found))


def told(path: Path, level: Level, options: dict[str, Any]) -> dict[str, Any]:
    """What the command prints. Alpha is None where nothing varies, which is not agreement."""
    file = read_ratings(path, level)
    found = alpha(file.ratings, level, replicates=options["replicates"], seed=options["seed"])
    is_reliable = found.value is not None and found.units >= options["min_units"]
    return {
        "level": level.value,
        "alpha": found.value,
        "low": found.low,
        "high": found.high,
        "reliable": is_reliable,
        "reason": "" if is_reliable else _why_not(found.value, found.units, options["min_units"]),
        "verdict": _verdict(found.value) if is_reliable else "",
        "units": file.units,
        "double_scored_units": found.units,
        "raters": file.raters,
        "ratings": len(file.ratings.unit),
        "missing": file.missing,
        "percent_agreement": percent_agreement(file.ratings),
        "fleiss_kappa": fleiss_kappa(file.ratings),
        "gwet_ac1": gwet_ac1(file.ratings),
        "replicates": options["replicates"],
        "seed": options["seed"],
    }


def _why_not(value: float | None, units: int, fewest: int) -> str:
    if not units:
        return "no unit was rated by two raters"
    if value is None:
        return "the values do not vary, so agreement beyond chance is undefined"
    return f"{units} units were rated twice or more; below {fewest} alpha says little"


def _verdict(value: float | None) -> str:
    """Krippendorff's own conventions."""
    if value is None:
        return ""
    if value >= RELY_ON:
        return "rely on"
    return "tentative" if value >= TENTATIVE else "do not rely on"


def _words(found: dict[str, Any]) -> str:
    def number(name: str) -> str:
        return "–" if found[name] is None else f"{found[name]:.3f}"

    lines = [
        f"Krippendorff's alpha ({found['level']})  {number('alpha')}  [{number('low')}, {number('high')}]",
        f"Percent agreement {number('percent_agreement')}, Fleiss' kappa {number('fleiss_kappa')}, "
        f"Gwet's AC1 {number('gwet_ac1')}",
        f"{found['double_scored_units']:,} of {found['units']:,} units rated twice or more, {found['raters']:,} raters",
    ]
    return "\n".join(
        [*lines, f"Not reliable: {found['reason']}." if found["reason"] else f"Verdict: {found['verdict']}."]
    )
