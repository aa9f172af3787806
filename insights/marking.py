"""Marks the cells in which something counts differently after a write than before it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from insights.models import Ask, Delivery, Insight
from ops_dashboard.metrics.rollup import mark_changed, snapshot

_TABLES = {about: model._meta.db_table for about, model in (("ask", Ask), ("insight", Insight), ("delivery", Delivery))}


@contextmanager
def marked(about: str, *subjects: int) -> Iterator[None]:
    """Writes to these subjects within the block, in one transaction with their marks.

    They are held before their facts are kept: what another writer has changed since would be unknown to the marks.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT FROM {_TABLES[about]} WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [list(subjects)]
        )
        snapshot(cursor, subjects, about=about)
        yield
        mark_changed(cursor, subjects, had_facts=True, about=about)


def mark_new(about: str, subject: int) -> None:
    """Mark the cells of a subject that did not exist before, in the caller's transaction."""
    with connection.cursor() as cursor:
        mark_changed(cursor, [subject], had_facts=False, about=about)
