"""`manage.py evaluate_themes TRAIN.csv TEST.csv`: how good theme suggestions learned from one file are on another."""

import json
import time
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from insights.labelled_texts import BadLabels, read
from insights.suggestions import CannotLearn, Quality, learn


class Command(BaseCommand):
    help = "Learn themes from TRAIN and judge the suggestions on TEST; both are CSV with the columns text and label."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("train", type=Path)
        parser.add_argument("test", type=Path)
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            train, test = read(options["train"]), read(options["test"])
            started = time.monotonic()
            suggester = learn(train.texts, train.labels)
            learned = time.monotonic()
            quality = Quality.of(suggester.probabilities(test.texts), suggester.labels, test.labels)
        except (BadLabels, CannotLearn) as problem:
            raise CommandError(str(problem), returncode=2) from problem
        seconds = {
            "learning": round(learned - started, 3),
            "suggesting": round(time.monotonic() - learned, 3),
        }
        facts = asdict(quality) | {
            "trained_on": len(train.texts),
            "labels": len(suggester.labels),
            "confidence": {name: round(value, 4) for name, value in asdict(suggester.confidence).items()},
            "seconds": seconds,
        }
        words = (
            f"{quality.texts:,} texts of {len(set(test.labels))} labels: top-1 {quality.top_1:.1%}, "
            f"top-3 {quality.top_3:.1%}, calibration error {quality.calibration_error:.3f}; "
            f"learned from {len(train.texts):,} in {seconds['learning']:.1f} s"
        )
        self.stdout.write(json.dumps(facts) if options["json"] else words)
