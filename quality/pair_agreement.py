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
_KEEP = f"""
UPDATE {_REVIEWS} review SET agreement_bp = told.share
  FROM (SELECT pair.first_id,
               round({BASIS_POINTS}.0 * count(*) FILTER (WHERE one.step = other.step) / count(*))::int AS share
          FROM {_PAIRS} pair
          JOIN {_SCORES} one ON one.review_id = pair.first_id AND one.step IS NOT NULL
          JOIN {_SCORES} other ON other.review_id = pair.second_id AND other.step IS NOT NULL
          JOIN {_CRITERIA} asked ON asked.id = one.criterion_id
          JOIN {_CRITERIA} too ON too.id = other.criterion_id AND too.key = asked.key
         WHERE pair.sampled_id = ANY(%s)
         GROUP BY pair.first_id) told
 WHERE review.id = told.first_id
"""


def keep(cursor: CursorWrapper, sampled: Sequence[int]) -> None:
    """For the pairs of these tickets; within `changed_facts` of their reviews."""
    with by_index(cursor):
        cursor.execute(_KEEP, [list(sampled)])
