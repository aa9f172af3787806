"""How far the two blind reviews of a ticket agree, kept on the review that counts. Belongs to `reviews.py`.

Of the criteria that both rated, the share that both rated alike. The steps are those that were given: what a
dispute changes later says nothing about how two people read the same conversation.
"""

from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper

from ops_dashboard.metrics.rollup import by_index
from quality.models import CalibrationPair, Criterion, CriterionScore, Review
from quality.scorecards import BASIS_POINTS

_REVIEWS, _SCORES, _PAIRS, _CRITERIA = (
    model._meta.db_table for model in (Review, CriterionScore, CalibrationPair, Criterion)
)
# A criterion's two ratings meet by grouping, not by a join of the ratings with themselves: for that the planner may
# read, in a transaction that has just written them, all ratings for each one.
_KEEP = f"""
UPDATE {_REVIEWS} review SET agreement_bp = told.share
  FROM (SELECT first_id, round({BASIS_POINTS}.0 * count(*) FILTER (WHERE low = high) / count(*))::int AS share
          FROM (SELECT pair.first_id, criterion.key, min(score.step) AS low, max(score.step) AS high
                  FROM {_PAIRS} pair
                 CROSS JOIN LATERAL (VALUES (pair.first_id), (pair.second_id)) seat (review_id)
                 CROSS JOIN LATERAL (SELECT criterion_id, step FROM {_SCORES} score
                                      WHERE score.review_id = seat.review_id AND step IS NOT NULL OFFSET 0) score
                  JOIN {_CRITERIA} criterion ON criterion.id = score.criterion_id
                 WHERE pair.sampled_id = ANY(%s)
                 GROUP BY pair.first_id, criterion.key
                HAVING count(*) = 2) rated_by_both
         GROUP BY first_id) told
 WHERE review.id = told.first_id
"""


def keep(cursor: CursorWrapper, sampled: Sequence[int]) -> None:
    """For the pairs of these tickets; within `changed_facts` of their reviews."""
    with by_index(cursor):
        cursor.execute(_KEEP, [list(sampled)])
