"""The metrics of quality. Scores are weighted by the sampling design; nothing half of a pair says is counted."""

from ops_dashboard.metrics.definitions import Better, Metric, Ratio, Total, Unit, registry
from quality.sources import SOURCES

_TEAM = "the team that held the ticket when it was solved"
_PUBLISHED = "day on which the review was published: with the second review, where two score the ticket"
_BASIS_POINTS = 1e-4
FEWEST = 5  # reviews that a mean needs to be told

METRICS: tuple[Metric, ...] = (
    Ratio(
        slug="quality_score",
        label="Quality score",
        unit=Unit.SHARE,
        better=Better.HIGHER,
        definition="Mean score of published reviews, each weighted by how many solved tickets it stands for, so that "
        "drawing more from what went wrong does not lower it. A failed critical criterion makes a score 0. Its "
        "interval takes the spread of scores within agents, over everybody on the scorecard in 13 weeks or more.",
        attribution=_PUBLISHED,
        owner=_TEAM,
        maturity_days=7,
        minimum_n=FEWEST,
        peers="Zendesk QA's IQS is the plain mean of reviews, without an interval; risk-based samples lower it.",
        source="reviews",
        part="scores",
        whole="weights",
        squares="score_squares",
        weight_squares="weight_squares",
        spread_by="scorecard",
        spread_within="agent",
        n="scored",
        scale=_BASIS_POINTS,
        of_shares=False,
    ),
    Ratio(
        slug="quality_score_before_critical",
        label="Score before critical",
        unit=Unit.SHARE,
        better=Better.HIGHER,
        definition="As the quality score, with critical failures left out of it: the craft, apart from the errors "
        "that void a review.",
        attribution=_PUBLISHED,
        owner=_TEAM,
        maturity_days=7,
        minimum_n=FEWEST,
        peers="COPC reports critical and non-critical accuracy apart; most suites only show the score after.",
        source="reviews",
        part="scores_before",
        whole="weights",
        squares="score_before_squares",
        weight_squares="weight_squares",
        spread_by="scorecard",
        spread_within="agent",
        n="scored",
        scale=_BASIS_POINTS,
        of_shares=False,
    ),
    Ratio(
        slug="critical_error_rate",
        label="Critical error rate",
        unit=Unit.SHARE,
        better=Better.LOWER,
        definition="Published reviews in which a critical criterion or group failed, of all published reviews. "
        "Counted, not weighted: where a plan draws more of what is at risk it lies above the rate of all tickets.",
        attribution=_PUBLISHED,
        owner=_TEAM,
        maturity_days=7,
        minimum_n=FEWEST,
        source="reviews",
        part="critical",
        whole="reviews",
    ),
    Total(
        slug="reviews_published",
        label="Reviews",
        unit=Unit.COUNT,
        better=Better.NEITHER,
        definition="Reviews that everyone concerned may see. Of a ticket that two score, one counts.",
        attribution=_PUBLISHED,
        owner=_TEAM,
        source="reviews",
        measure="reviews",
    ),
    Ratio(
        slug="review_coverage",
        label="Review coverage",
        unit=Unit.SHARE,
        better=Better.NEITHER,
        definition="Solved tickets with a published review, of all tickets by their latest solve.",
        attribution="day of the solve",
        owner=_TEAM,
        maturity_days=14,
        peers="2 to 5 % is usual where people review by hand.",
        source="reviewed",
        part="reviewed",
        whole="last_solves",
        whole_source="solves",
        of_shares=False,
    ),
    Ratio(
        slug="review_acknowledgement_rate",
        label="Seen by the agent",
        unit=Unit.SHARE,
        better=Better.HIGHER,
        definition="Published reviews that the agent has confirmed, of all published reviews.",
        attribution=_PUBLISHED,
        owner=_TEAM,
        maturity_days=3,
        minimum_n=FEWEST,
        source="reviews",
        part="seen",
        whole="reviews",
    ),
    Ratio(
        slug="agreement",
        label="Agreement of double reviews",
        unit=Unit.SHARE,
        better=Better.HIGHER,
        definition="Tickets that two scored blind: of the criteria that both rated, the share rated alike, as "
        "the mean over tickets. It is observed agreement, chance included: 1 less the disagreement that "
        "Krippendorff's alpha (alpha = 1 - observed / expected by chance) starts from where criteria are names. Where "
        "nearly all pass it is high by chance alone, so read it beside alpha by criterion, on the page Calibration "
        "and at /api/v1/calibration/.",
        attribution=_PUBLISHED,
        owner=_TEAM,
        minimum_n=FEWEST,
        peers="Zendesk QA shows differences of scores in calibration sessions, MaestroQA an alignment score; neither "
        "has an interval or leaves chance out.",
        source="reviews",
        part="agreements",
        whole="paired",
        squares="agreement_squares",
        spread_by="scorecard",
        scale=_BASIS_POINTS,
        of_shares=False,
    ),
    Ratio(
        slug="dispute_rate",
        label="Dispute rate",
        unit=Unit.SHARE,
        better=Better.NEITHER,
        definition="Published reviews that the agent disputed, of all published reviews. Low is not good in itself: "
        "where nobody objects, nobody may be reading.",
        attribution=_PUBLISHED,
        owner=_TEAM,
        maturity_days=7,
        minimum_n=FEWEST,
        source="reviews",
        part="disputed",
        whole="reviews",
    ),
    Ratio(
        slug="dispute_overturn_rate",
        label="Disputes granted",
        unit=Unit.SHARE,
        better=Better.LOWER,
        definition="Disputes granted in whole or in part, of all that were decided: how often a review was wrong "
        "where somebody objected.",
        attribution="day of the decision",
        owner=_TEAM,
        minimum_n=FEWEST,
        source="disputes",
        part="overturned",
        whole="decided",
    ),
)

registry.add(*SOURCES, *METRICS)
