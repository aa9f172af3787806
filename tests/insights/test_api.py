"""Insights, asks and digests over the API: page by page, each row once and in order."""

from datetime import UTC, date, datetime, timedelta

import pytest

from insights import api
from insights.models import Ask, Digest, Insight
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    """Five insights, asks and digests in pages of two. Some share an instant or a day; one is of another area."""
    monkeypatch.setattr(api, "PAGE", 2)
    for n, (hours, area) in enumerate(
        ((0, "payments"), (1, "payments"), (1, "payments"), (1, "payments"), (2, "live"))
    ):
        insight = Insight.objects.create(
            pk=n + 1, claim=f"Claim {n}", area=area, since=MONDAY, state="published",
            made_at=NOON + timedelta(hours=hours), published_at=NOON,
        )  # fmt: skip
        Ask.objects.create(
            pk=n + 1, insight=insight, area=area, question="?", due_on=MONDAY + timedelta(days=hours), status="accepted"
        )
        Digest.objects.create(week=MONDAY - timedelta(days=7 * n), area=area, state="approved", approved_at=NOON)
    return make_cast()


def pages(cast: Cast, name: str, address: str) -> list[list[dict[str, object]]]:
    found = []
    while address:
        answer = cast.client(name).get(address).json()
        found.append(answer["results"])
        address = (answer["next"] or "").removeprefix("http://testserver")
    return found


@pytest.mark.parametrize(
    ("name", "address", "ids"),
    [
        ("erin", "/api/v1/insights/", [[5, 4], [3, 2], [1]]),
        ("erin", "/api/v1/insights/?state=published", [[5, 4], [3, 2], [1]]),
        ("pat", "/api/v1/insights/", [[4, 3], [2, 1]]),
        ("erin", "/api/v1/asks/?status=accepted", [[1, 2], [3, 4], [5]]),
        ("pat", "/api/v1/asks/", [[1, 2], [3, 4]]),
    ],
)
def test_pages_hold_every_row_once_and_in_order(cast: Cast, name: str, address: str, ids: list[list[int]]) -> None:
    assert [[row["id"] for row in page] for page in pages(cast, name, address)] == ids


def test_digests_come_by_week_the_newest_first(cast: Cast) -> None:
    weeks = [[row["week"] for row in page] for page in pages(cast, "erin", "/api/v1/digests/")]
    assert weeks == [["2026-W10", "2026-W09"], ["2026-W08", "2026-W07"], ["2026-W06"]]


def test_a_page_says_how_many_there_are(cast: Cast) -> None:
    for name, count in (("erin", 5), ("pat", 4)):
        for address in ("/api/v1/insights/", "/api/v1/asks/", "/api/v1/digests/"):
            told = cast.client(name).get(address).json()
            assert (told["count"], told["count_is_capped"]) == (count, False)


@pytest.mark.parametrize("address", ["/api/v1/insights/", "/api/v1/asks/", "/api/v1/digests/"])
@pytest.mark.parametrize("after", ["x", "MjAyNg"])
def test_a_cursor_of_no_page_is_refused(cast: Cast, address: str, after: str) -> None:
    answer = cast.client("erin").get(address, {"after": after})
    assert (answer.status_code, answer.json()) == (
        400,
        {"after": "This page does not exist any more; start from the first one."},
    )
