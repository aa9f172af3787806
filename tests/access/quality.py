"""Who may open what of quality: rows for `tests/test_access.py`.

alice's ticket was drawn and reviewed by quinn; alice objects. A second ticket is quinn's draft. bob
leads her team; dave works in another. Who may review, may manage scorecards, samples and calibration.
"""

from datetime import timedelta

from ops_dashboard.people.models import Team
from quality.disputes import raise_dispute
from quality.models import Dispute, Review, Sample, SamplePlan
from quality.reviews import claim
from tests.access.rows import ABSENT, AdminModel, Row, act, api, page
from tests.cast import Cast
from tests.quality.building import MONDAY, NOON, open_seats, reviewed, save_scorecard

READ = ("alice", "bob", "carol", "dave", "quinn")
REVIEW, SETTLE, EXPORT = ("quinn",), ("bob",), ("bob", "carol")
REVIEWED, DRAFT, DISPUTED, DRAWN = 9001, 9002, 9001, 9001


ROWS: dict[str, Row] = {
    "reviews/": page("/reviews/", READ),
    "reviews/export.csv": page("/reviews/export.csv", EXPORT),
    "reviews/export.xlsx": page("/reviews/export.xlsx", EXPORT),
    "api/v1/reviews/": api("/api/v1/reviews/", READ),
    "api/v1/reviews/<int:pk>/": api(f"/api/v1/reviews/{REVIEWED}/", READ, dave=ABSENT),
    "api/v1/calibration/": api("/api/v1/calibration/?scorecard=accounts", ("carol", "quinn")),
    "reviews/claim/": act("/reviews/claim/", REVIEW),
    "reviews/<int:pk>/": page(f"/reviews/{REVIEWED}/", READ, dave=ABSENT),
    "reviews/<int:pk>/save/": act(f"/reviews/{DRAFT}/save/", REVIEW),
    "reviews/<int:pk>/submit/": act(f"/reviews/{DRAFT}/submit/", REVIEW),
    "reviews/<int:pk>/release/": act(f"/reviews/{DRAFT}/release/", REVIEW),
    "reviews/<int:pk>/acknowledge/": act(f"/reviews/{REVIEWED}/acknowledge/", READ, dave=ABSENT),
    "reviews/<int:pk>/dispute/": page(
        f"/reviews/{REVIEWED}/dispute/", ("alice",), bob=ABSENT, carol=ABSENT, dave=ABSENT, quinn=ABSENT
    ),
    "disputes/<int:pk>/": page(f"/disputes/{DISPUTED}/", SETTLE),
    "quality/": page("/quality/"),
    "calibration/": page("/calibration/", REVIEW),
    **{
        f"calibration/{file}": page(f"/calibration/{file}?scorecard=accounts", REVIEW)
        for file in ("agreement.csv", "agreement.xlsx", "reviewers.csv", "reviewers.xlsx")
    },
    "scorecards/": page("/scorecards/", READ),
    "scorecards/new/": act("/scorecards/new/", REVIEW),
    "scorecards/<slug:slug>/": page("/scorecards/accounts/", READ),
    "scorecards/<slug:slug>/edit/": page("/scorecards/accounts/edit/", REVIEW),
    "samples/": page("/samples/", REVIEW),
    "samples/export.csv": page("/samples/export.csv", REVIEW),
    "samples/export.xlsx": page("/samples/export.xlsx", REVIEW),
    "samples/draw/": act("/samples/draw/", REVIEW, {"plan": str(DRAWN)}),
    "samples/<int:pk>/": page(f"/samples/{DRAWN}/", REVIEW),
    "samples/plans/new/": page("/samples/plans/new/", REVIEW),
    "samples/plans/<int:pk>/": page(f"/samples/plans/{DRAWN}/", REVIEW),
}
ADMIN_MODELS: dict[str, AdminModel] = {}


def stage(cast: Cast) -> None:
    """Save the objects that the rows name."""
    Team.objects.update(support_function="Accounts")
    version = save_scorecard()
    plan = SamplePlan.objects.create(pk=DRAWN, name="weekly", scorecard=version.scorecard, size=2, seed="s")
    Sample.objects.create(
        pk=DRAWN, plan=plan, start_on=MONDAY, end_on=MONDAY + timedelta(days=6), seed="s/1", population=9,
        strata=[{"name": "Everything", "held": 9, "drawn": 2}],
    )  # fmt: skip
    done, draft = (
        open_seats(version, cast.agents["alice"], cast.teams["team-a"], ticket=ticket)[0] for ticket in (1, 2)
    )
    for review, number in ((done, REVIEWED), (draft, DRAFT)):
        Review.objects.filter(pk=review.pk).update(id=number)
    quinn = cast.users["quinn"]
    finished = reviewed(Review.objects.get(pk=REVIEWED), quinn, tone=1)
    tone = version.criteria.get(key="tone").pk
    dispute = raise_dispute(finished, cast.users["alice"], {tone: 5}, reason="I was kind", now=NOON)
    dispute.criteria.all().delete()
    Dispute.objects.filter(pk=dispute.pk).update(id=DISPUTED)
    assert claim(quinn, now=NOON) is not None


def keys(cast: Cast) -> dict[str, object]:
    """A row of every model that the admin shows."""
    return {}
