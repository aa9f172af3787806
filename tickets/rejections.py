"""What imports refused: every line of it is kept, redacted, to be mended and sent again."""

from collections.abc import Sequence

from django.db import models

from tickets.connectors.drafts import Rejected
from tickets.draft_checks import kept_line
from tickets.held_runs import HeldRuns, Run, kept_words

AT_ONCE = 1_000  # rows that are made in memory together


def keep(runs: HeldRuns[Run], run: models.Model, rejected: Sequence[Rejected]) -> None:
    """Keep lines that `run`, one of `runs`, did not take in."""
    model = runs.rejections
    for start in range(0, len(rejected), AT_ONCE):
        model._default_manager.bulk_create(
            model(run=run, line=row.line, field=row.field[:60], reason=kept_words(row.reason), raw=kept_line(row.raw))
            for row in rejected[start : start + AT_ONCE]
        )
