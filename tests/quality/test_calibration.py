"""Agreement and strictness of a scorecard, worked out by hand from a few pairs."""

import csv
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO

import pytest

from ops_dashboard.metrics.periods import Period
from ops_dashboard.metrics.query import Query, run
from ops_dashboard.metrics.result import Figure
from ops_dashboard.metrics.rollup import refill
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import SYSTEM, Role
from quality.calibration import Agreement, calibration
from quality.disputes import decide, raise_dispute
from quality.models import Review, ScorecardVersion
from quality.review_batches import Submission, submit_many
from quality.scorecards import Card
from quality.strictness import marks
from tests.cast import Cast, make_cast
from tests.quality.building import NOON, answers, open_seats, reviewer, save_scorecard

pytestmark = pytest.mark.django_db
Steps = dict[str, int | None]
Raters = tuple[User, User]
WHOLE = Period(date(2026, 3, 1), date(2026, 5, 31))
LATER = NOON + timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def version(cast: Cast) -> ScorecardVersion:
    return save_scorecard()


@pytest.fixture
def raters(cast: Cast) -> Raters:
    return cast.users["quinn"], reviewer("rita")


@pytest.fixture
def paired(cast: Cast, version: ScorecardVersion, raters: Raters) -> Callable[..., None]:
    """Tickets that quinn and rita scored blind: `paired(count, hers, his)`, by criterion where not the best."""
    numbers = iter(range(1, 10_000))

    def save(count: int, *steps: Steps, by: Raters = raters) -> None:
        submissions = []
        for _ in range(count):
            seats = open_seats(version, cast.agents["alice"], cast.teams["team-a"], ticket=next(numbers), seats=2)
            for seat, user, given in zip(seats, by, steps, strict=True):
                submissions.append(Submission(seat, user.pk, answers(version, **given), NOON))
        submit_many(submissions, {version.pk: Card.of(version)})

    return save


def named(version: ScorecardVersion) -> dict[str, Agreement]:
    return {row.name: row for row in calibration(version.scorecard).criteria}


def test_percent_agreement_flatters_where_nearly_all_pass(
    version: ScorecardVersion, paired: Callable[..., None]
) -> None:
    paired(45, {}, {})
    paired(5, {}, {"privacy": 1})
    privacy = named(version)["Privacy kept"]
    assert privacy.alpha is not None and privacy.alpha.value is not None and privacy.alpha.low is not None
    assert (privacy.units, privacy.percent) == (50, 0.9)
    # Of 100 values 5 are a 1: D_o = 10 / 100, D_e = 2 * 95 * 5 / (100 * 99), alpha = 1 - D_o / D_e.
    assert privacy.alpha.value == pytest.approx(1 - 0.1 / (950 / 9900), abs=1e-12)
    assert privacy.alpha.low <= privacy.alpha.value
    assert privacy.verdict == ("do not rely on it", "worse")


def test_alpha_is_withheld_below_fifty_pairs_and_percent_agreement_is_not(
    version: ScorecardVersion, paired: Callable[..., None]
) -> None:
    paired(39, {}, {})
    paired(10, {"tone": 3}, {"tone": 4})
    tone = named(version)["Tone"]
    assert (tone.is_told, tone.alpha, tone.units) == (False, None, 49)
    assert tone.percent == pytest.approx(39 / 49)
    paired(1, {"tone": 1}, {"tone": 1})  # what was kept is worked out anew
    assert named(version)["Tone"].is_told


def test_where_nothing_varies_no_agreement_is_claimed(version: ScorecardVersion, paired: Callable[..., None]) -> None:
    paired(50, {}, {})
    row = named(version)["Right solution"]
    assert (row.is_told, row.percent, row.verdict) == (False, 1.0, ("nothing varies", ""))


def test_what_does_not_apply_to_one_makes_no_pair(version: ScorecardVersion, paired: Callable[..., None]) -> None:
    paired(3, {}, {"process": None})
    paired(2, {}, {})
    assert named(version)["Process"].units == 2


def agreement(**where: str) -> Figure:
    refill()
    return run(
        Query("agreement", WHOLE, where=tuple((cut, (slug,)) for cut, slug in where.items())), scope=SYSTEM
    ).total


def test_agreement_as_a_figure_is_the_mean_over_tickets_of_criteria_rated_alike(paired: Callable[..., None]) -> None:
    paired(5, {}, {})
    paired(3, {}, {"tone": 3})  # 3 of 4 criteria
    paired(2, {"tone": 1, "solution": 1}, {"tone": 2, "solution": 2})  # 2 of 4
    few = agreement()
    assert few.n == 10
    assert few.value == pytest.approx(0.825)  # (5 + 3 * 0.75 + 2 * 0.5) / 10
    assert (few.low, few.high) == (None, None)  # nine degrees of freedom tell no spread
    paired(20, {}, {})
    paired(12, {}, {"tone": 3})
    paired(8, {"tone": 1, "solution": 1}, {"tone": 2, "solution": 2})
    figure = agreement()
    # sd^2 = ((25 + 15 * 0.5625 + 10 * 0.25) / 50 - 0.825^2) * 50 / 49, 1.96 sd / sqrt 50
    assert figure.n == 50
    assert figure.value == pytest.approx(0.825)
    assert figure.low == pytest.approx(0.7703, abs=1e-4)
    assert figure.high == pytest.approx(0.8797, abs=1e-4)
    assert agreement(scorecard="accounts") == figure


def test_what_one_found_not_applicable_is_not_compared(paired: Callable[..., None]) -> None:
    paired(5, {"tone": None, "process": None}, {"solution": 1})  # solution and privacy are left: one of two
    assert agreement().value == pytest.approx(0.5)


def test_agreement_of_few_tickets_is_not_told(paired: Callable[..., None]) -> None:
    paired(4, {}, {})
    assert (agreement().value, agreement().n, agreement().is_few) == (None, 4, True)


def test_a_dispute_does_not_change_how_far_two_agreed(cast: Cast, paired: Callable[..., None]) -> None:
    paired(5, {}, {"tone": 3})
    before, review = agreement(), Review.objects.filter(seat=1).first()
    assert review is not None
    tone = review.version.criteria.get(key="tone").pk
    dispute = raise_dispute(review, cast.users["alice"], {tone: 1}, reason="See it again", now=LATER)
    decide(dispute, User.objects.create(username="lead", role=Role.TEAM_LEAD), {tone: True}, answer="Read", now=LATER)
    assert agreement() == before and before.value == pytest.approx(0.75)


def test_alpha_is_told_to_machines_from_fifty_tickets_on(cast: Cast, paired: Callable[..., None]) -> None:
    """45 agree on the top, 5 differ. As the reliability data of a binary item with 100 values, 95 and 5 of each:
    D_o = 10 / 100, D_e = 2 * 95 * 5 / (100 * 99), alpha = 1 - 0.1 / 0.09596 = -0.0421.
    """
    paired(45, {}, {})
    paired(4, {}, {"privacy": 1})
    quinn = cast.client("quinn")

    def privacy() -> dict[str, object]:
        told = quinn.get("/api/v1/calibration/?scorecard=accounts").json()
        return next(row for row in told["criteria"] if row["criterion"] == "Privacy kept")

    few = privacy()
    assert (few["alpha"], few["low"], few["verdict"], few["tickets"]) == (None, None, None, 49)
    assert few["percent_agreement"] == pytest.approx(45 / 49)
    paired(1, {}, {"privacy": 1})
    enough = privacy()
    assert (enough["alpha"], enough["tickets"]) == (pytest.approx(-0.0421, abs=1e-4), 50)
    assert enough["level"] == "nominal" and enough["verdict"] == "do not rely on it"
    answer = quinn.get("/api/v1/calibration/?scorecard=other")
    assert (answer.status_code, answer.json()) == (
        400, {"scorecard": "There is no scorecard 'other'; there are accounts."},
    )  # fmt: skip


def test_each_reviewer_is_told_against_their_partner(version: ScorecardVersion, paired: Callable[..., None]) -> None:
    """Rita gives 3 of 5 for tone, which weighs 30 of 100: she is 15 points below quinn, each half of it off."""
    paired(9, {}, {"tone": 3})
    assert [row.is_told for row in calibration(version.scorecard).reviewers] == [False, False]
    paired(1, {}, {"tone": 3})
    rita, quinn = calibration(version.scorecard).reviewers
    assert (rita.name, quinn.name) == ("rita", "quinn")
    assert [rita.severity.shift, quinn.severity.shift, rita.given] == pytest.approx([-0.075, 0.075, 0.85])
    assert (rita.severity.pairs, quinn.given) == (10, 1.0)
    assert rita.is_told and rita.severity.is_told_apart


def test_a_critical_failure_says_nothing_about_strictness(
    version: ScorecardVersion, paired: Callable[..., None]
) -> None:
    paired(10, {}, {"privacy": 1})
    assert [row.severity.shift for row in calibration(version.scorecard).reviewers] == pytest.approx([0, 0])


def test_marks_stand_on_one_scale_around_the_middle(
    version: ScorecardVersion, paired: Callable[..., None], raters: Raters
) -> None:
    paired(10, {}, {"tone": 3})
    paired(2, {}, {}, by=(raters[0], reviewer("sam")))
    told = {row.name: mark for row, mark in marks(calibration(version.scorecard).reviewers)}
    rita, quinn = told["rita"], told["quinn"]
    assert rita is not None and quinn is not None
    assert told["sam"] is None  # of two pairs nothing is told
    assert rita.shift < 50 < quinn.shift
    ends = [end for mark in (rita, quinn) for end in (mark.low, mark.low + mark.width)]
    assert min(ends) == pytest.approx(0) or max(ends) == pytest.approx(100)


def test_pairs_furthest_apart_come_first_and_equal_ones_not_at_all(
    version: ScorecardVersion, paired: Callable[..., None]
) -> None:
    paired(1, {}, {})
    paired(1, {}, {"tone": 4})
    paired(1, {"privacy": 1}, {})
    far, near = calibration(version.scorecard).apart
    assert [far.difference, near.difference] == pytest.approx([1.0, 0.075])
    assert [(one.by, one.score_bp) for one in far.given] == [("quinn", 0), ("rita", 10_000)]


def test_a_ticket_that_one_has_scored_waits(
    cast: Cast, version: ScorecardVersion, raters: Raters, paired: Callable[..., None]
) -> None:
    paired(1, {}, {})
    seat = open_seats(version, cast.agents["alice"], cast.teams["team-a"], ticket=99_999, seats=2)[0]
    submit_many(
        [Submission(seat, raters[0].pk, answers(version), NOON + timedelta(hours=1))], {version.pk: Card.of(version)}
    )
    found = calibration(version.scorecard)
    assert (found.pairs, found.waiting) == (1, 1)


def test_a_scorecard_without_pairs_has_nothing_to_tell(version: ScorecardVersion) -> None:
    found = calibration(version.scorecard)
    assert (found.pairs, found.criteria, found.reviewers, found.apart) == (0, (), (), ())


def test_the_tables_of_the_page_are_files(cast: Cast, version: ScorecardVersion, paired: Callable[..., None]) -> None:
    """Told only what the page tells: 12 pairs tell a deviation, not an alpha."""
    paired(9, {}, {"tone": 4})
    paired(3, {}, {})
    slug = version.scorecard.slug
    answer = cast.client("quinn").get(f"/calibration/agreement.csv?scorecard={slug}")
    assert answer["Content-Disposition"] == f'attachment; filename="calibration-agreement-{slug}.csv"'
    told = {row["criterion"]: row for row in csv.DictReader(StringIO(answer.content.decode("utf-8-sig")))}
    assert (told["Tone"]["alpha"], told["Tone"]["percent_agreement"], told["Tone"]["tickets"]) == ("", "0.25", "12")
    answer = cast.client("quinn").get(f"/calibration/reviewers.csv?scorecard={slug}")
    strict, lenient = csv.DictReader(StringIO(answer.content.decode("utf-8-sig")))
    assert (strict["reviewer"], strict["double_reviews"], lenient["reviewer"]) == ("rita", "12", "quinn")
    assert float(strict["deviation"]) == pytest.approx(-float(lenient["deviation"])) and float(strict["high"]) < 0
    assert cast.client("quinn").get("/calibration/agreement.csv").status_code == 404
