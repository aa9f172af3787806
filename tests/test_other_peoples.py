"""What belongs to another team, agent or area, asked for by its number: absent, whoever asks and however."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection

from insights import asks, drafting
from insights.mailing import unsubscribe_token
from insights.models import Insight
from ops_dashboard.metrics.models import SavedView
from ops_dashboard.people.models import Team
from quality.models import Review
from quality.reviews import submit
from tests.access.insights import WEEK
from tests.access.quality import DRAFT, REVIEWED
from tests.cast import Cast
from tests.quality.building import NOON, answers, open_seats, reviewed
from tests.test_access import cast, stage  # noqa: F401  # the stage of the table of addresses
from tests.tickets.rows import save_ticket
from tickets.models import Source

pytestmark = pytest.mark.django_db
ABSENT = 404


@pytest.fixture
def others(cast: Cast) -> Cast:  # noqa: F811
    """Beside the stage: dave's ticket of team B and its review, and an ask of an area that is not pat's."""
    monday = datetime(2026, 11, 2, tzinfo=UTC)
    team = cast.teams["team-b"]
    save_ticket(Source.objects.get(slug="desk"), "2002", team=team, assignee=cast.agents["dave"], at=monday)
    Team.objects.update(support_function="Accounts")
    version = Review.objects.get(pk=REVIEWED).version
    submit(DRAFT, cast.users["quinn"], answers(version, tone=1), notes="", now=NOON)
    seat = open_seats(version, cast.agents["dave"], team, ticket=3)[0]
    Review.objects.filter(pk=seat.pk).update(id=9003)
    reviewed(Review.objects.get(pk=9003), cast.users["quinn"], tone=1)
    live = Insight.objects.get(pk=1002)
    drafting.publish(live, by=cast.users["erin"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('insights_ask', 'id'), 2001)")
    asks.put(live, question="Gifts?", due_on=date(2030, 1, 1), owner=None, by=cast.users["erin"])
    SavedView.objects.update(id=3001)
    return cast


# who, what, and by which verb
ASKED = [
    ("alice bob dave erin quinn petra adam", "/alerts/1001/"),
    ("alice bob", "/tickets/desk/2002/"),
    ("alice bob", "/tickets/desk/2002/promises/first_reply/1/"),
    ("alice bob", "/api/v1/tickets/desk/2002/"),
    ("alice bob", "/reviews/9003/"),
    ("dave", f"/reviews/{REVIEWED}/"),
    ("bob carol quinn dave", f"/reviews/{REVIEWED}/dispute/"),
    ("bob", "/roster/day/?team=team-b&agent=dave&on=2026-03-24"),
    ("bob", "/roster/publish/?team=team-b&week=2026-03-23"),
    ("pat", "/insights/1002/"),
    ("pat", "/api/v1/insights/1002/"),
    ("pat", "/programs/1001/"),
    ("pat", f"/digests/{WEEK}/live/"),
    ("pat", f"/digests/{WEEK}/live/mail/"),
]
SENT = [
    ("alice bob dave erin quinn petra adam", "/alerts/1001/pause/", {}),
    ("alice bob dave erin quinn petra adam", "/alerts/1001/delete/", {}),
    ("alice bob dave erin quinn petra adam", "/alerts/1001/", {"name": "Mine"}),
    ("alice bob dave erin quinn petra adam", "/alerts/firings/1001/acknowledge/", {"note": "mine"}),
    ("dave", f"/reviews/{REVIEWED}/acknowledge/", {}),
    ("bob dave", f"/reviews/{REVIEWED}/dispute/", {"reason": "mine"}),
    ("bob", "/roster/copy/", {"team": "team-b", "week": "2026-03-23"}),
    ("bob", "/roster/undo/", {"team": "team-b", "week": "2026-03-23"}),
    ("bob", "/roster/revert/", {"team": "team-b", "week": "2026-03-23"}),
    ("bob", "/roster/publish/", {"team": "team-b", "week": "2026-03-23"}),
    (
        "bob",
        "/roster/edit/",
        {"act": "add", "team": "team-b", "agent": "dave", "on": "2026-03-24", "start": "9:00", "end": "17:00"},
    ),
    ("pat", "/asks/2002/accept/", {}),
    ("pat", "/asks/2002/ship/", {"shipped_on": "2026-03-02"}),
    ("pat", f"/digests/{WEEK}/live/react/", {"reaction": "act"}),
    ("pat", "/digests/subscriptions/live/", {"active": "1"}),
    ("bob pat adam", "/views/3001/change/", {"name": "Mine", "querystring": "period=today"}),
    ("bob pat adam", "/views/3001/replace/", {"querystring": "period=today"}),
    ("bob pat adam", "/views/3001/delete/", {}),
]


def test_what_is_somebody_else_s_cannot_be_read_by_its_number(others: Cast) -> None:
    told = {(who, url): others.client(who).get(url).status_code for names, url in ASKED for who in names.split()}
    assert told == dict.fromkeys(told, ABSENT)


def test_nor_changed(others: Cast) -> None:
    told = {
        (who, url): others.client(who).post(url, form).status_code for names, url, form in SENT for who in names.split()
    }
    assert told == dict.fromkeys(told, ABSENT)


def test_its_owner_does_read_it(others: Cast) -> None:
    assert others.client("dave").get("/tickets/desk/2002/").status_code == 200
    assert others.client("dave").get("/reviews/9003/").status_code == 200
    assert others.client("erin").get("/insights/1002/").status_code == 200


def test_lists_leave_out_what_is_not_the_reader_s(others: Cast) -> None:
    assert [row["ref"] for row in others.client("bob").get("/api/v1/tickets/").json()["results"]] == ["1001"]
    assert [row["ref"] for row in others.client("dave").get("/api/v1/tickets/?team=team-a").json()["results"]] == []
    assert 2002 not in [row["id"] for row in others.client("pat").get("/api/v1/asks/").json()["results"]]
    assert 1002 not in [row["id"] for row in others.client("pat").get("/api/v1/insights/").json()["results"]]
    assert {row["area"] for row in others.client("pat").get("/api/v1/digests/").json()["results"]} == {"payments"}


def test_a_calendar_s_secret_opens_one_agent_s_shifts(others: Cast) -> None:
    page = others.client("alice").post("/roster/calendar/")
    address = page.context["address"].removeprefix("http://testserver")
    told = others.client("dave").get(address).content.decode()
    assert ("Shifts of Alice" in told, "Dave" in told) == (True, False)
    assert others.client("dave").get(address.replace(".ics", "x.ics")).status_code == ABSENT


def test_a_way_out_of_one_list_opens_no_other(others: Cast) -> None:
    pat, erin = others.users["pat"].pk, others.users["erin"].pk
    token = unsubscribe_token(pat, "payments")
    assert others.client("nobody").get(f"/digests/unsubscribe/{token}/").status_code == 200
    forged = unsubscribe_token(erin, "payments").split(":")[0] + ":" + ":".join(token.split(":")[1:])
    assert others.client("nobody").get(f"/digests/unsubscribe/{forged}/").status_code == ABSENT
