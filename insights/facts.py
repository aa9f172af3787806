"""The writer of theme facts: what tags say, as figures count it.

A tag counts when it was accepted, or suggested with high confidence and rejected by nobody. What was
tagged with a merged theme counts under the theme that took it in.
"""

from collections.abc import Iterable, Sequence

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from insights.models import Feedback, FeedbackTheme, Theme, ThemeFact
from ops_dashboard.metrics.rollup import by_index, mark_changed, snapshot

ABOUT = "feedback"
SURE = 0.9  # a suggestion counts from this confidence on
BATCH = 20_000

_TAGS, _THEMES, _FEEDBACK, _FACTS = (model._meta.db_table for model in (FeedbackTheme, Theme, Feedback, ThemeFact))
_COUNTED = f"""
INSERT INTO {_FACTS} (feedback, theme, parent, area, at, team, channel, language, source, rating, is_first)
SELECT f.id, t.id, coalesce(t.parent_id, t.id), t.area, f.occurred_at, f.team, f.channel, f.language,
       f.source, f.rating,
       row_number() OVER (PARTITION BY f.id ORDER BY t.id) = 1
  FROM (SELECT DISTINCT g.feedback_id, coalesce(told.merged_into_id, told.id) AS theme
          FROM {_TAGS} g JOIN {_THEMES} told ON told.id = g.theme_id
         WHERE g.feedback_id = ANY(%(ids)s)
           AND (g.state = 'accepted'
                OR g.state = 'suggested' AND g.confidence >= %(sure)s
               AND NOT EXISTS (SELECT 1 FROM {_TAGS} r WHERE r.feedback_id = g.feedback_id
                                  AND r.theme_id = g.theme_id AND r.state = 'rejected'))) counted
  JOIN {_THEMES} t ON t.id = counted.theme
  JOIN {_FEEDBACK} f ON f.id = counted.feedback_id
"""
_MARK = f"""
UPDATE {_FEEDBACK} f SET is_themed = NOT f.is_themed
 WHERE f.id = ANY(%(ids)s) AND f.is_themed <> EXISTS (SELECT 1 FROM {_FACTS} t WHERE t.feedback = f.id)
"""


def rebuild(feedback: Iterable[int]) -> int:
    """Count these feedbacks anew and mark the cells that change; returns how many facts stand.

    To be called in the transaction that wrote their tags.
    """
    ids, facts = sorted(set(feedback)), 0
    for first in range(0, len(ids), BATCH):
        facts += _rebuild(ids[first : first + BATCH])
    return facts


def hold(ids: Sequence[int]) -> None:
    """Take turns with whoever else tags or counts these feedbacks, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT FROM {_FEEDBACK} WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [list(ids)])


def rebuild_theme(*themes: Theme) -> int:
    """Count anew whatever was tagged with these themes: they were merged, moved or given to another area."""
    return rebuild(FeedbackTheme.objects.filter(theme__in=themes).values_list("feedback_id", flat=True).distinct())


@transaction.atomic
def _rebuild(ids: list[int]) -> int:
    hold(ids)
    with connection.cursor() as cursor:
        snapshot(cursor, ids, about=ABOUT)
        with by_index(cursor):  # the planner does not know yet of the tags and facts that this transaction writes
            cursor.execute(f"DELETE FROM {_FACTS} WHERE feedback = ANY(%s)", [ids])
            cursor.execute(_COUNTED, {"ids": ids, "sure": SURE})
            facts: int = cursor.rowcount
            cursor.execute(_MARK, {"ids": ids})
        mark_changed(cursor, ids, had_facts=True, about=ABOUT)
    return facts


def drop(cursor: CursorWrapper, feedback: Sequence[int]) -> None:
    """Take away the facts of feedback that goes; in the transaction of whoever takes it, who marks the cells."""
    cursor.execute(f"DELETE FROM {_FACTS} WHERE feedback = ANY(%s)", [list(feedback)])
