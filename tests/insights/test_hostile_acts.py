"""What one reader sends does no harm to the others: letters still go out, effects are still measured."""

from datetime import date

import pytest

from insights import asks, issuing, programs
from insights.asks import BadStep
from insights.letter import letter
from insights.mailing import message_for
from insights.models import Ask, Delivery, Program, Subscription
from ops_dashboard.metrics.query import today
from ops_dashboard.people.models import User
from tests.cast import Cast
from tests.insights.test_acts import MONDAY, ask, cast, stage  # noqa: F401  # the same story

pytestmark = pytest.mark.django_db
TOO_LONG_AGO = date(1, 1, 1)


def test_an_ask_cannot_have_shipped_before_anything_can_be_measured(cast: Cast, ask: Ask) -> None:  # noqa: F811
    asks.accept(ask, by=cast.users["pat"])
    with pytest.raises(BadStep, match="too long ago"):
        asks.ship(ask, by=cast.users["pat"], on=TOO_LONG_AGO)
    answer = cast.client("pat").post(f"/asks/{ask.pk}/ship/", {"shipped_on": "0001-01-01"}, follow=True)
    assert "Nothing of ours shipped before" in answer.content.decode()
    assert programs.measure_all(today()) == 0


def test_nor_can_a_program(cast: Cast, ask: Ask) -> None:  # noqa: F811
    Program.objects.update(theme=ask.insight.themes.get())
    cast.client("erin").post("/programs/1001/ship/", {"shipped_on": "0001-01-01"})
    assert Program.objects.get().shipped_on is None
    assert programs.measure_all(today()) == 0


@pytest.mark.parametrize(
    "there", ["nowhere", "https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"]
)
def test_a_form_leads_back_to_our_pages_only(cast: Cast, ask: Ask, there: str) -> None:  # noqa: F811
    answer = cast.client("pat").post(f"/asks/{ask.pk}/accept/", {"next": there})
    assert (answer.status_code, answer["Location"]) == (302, "/asks/")


def test_a_line_break_in_a_headline_starts_no_header(cast: Cast, ask: Ask) -> None:  # noqa: F811
    User.objects.filter(username="pat").update(email="pat@example.test")
    Subscription.objects.create(user=cast.users["pat"], area="payments")
    digest = issuing.draft("payments", MONDAY)
    issuing.edit(digest, headline="Up\r\nBcc: all@example.test", narrative="", by=cast.users["erin"])
    issuing.approve(digest, by=cast.users["erin"])
    assert letter(digest.snapshot, headline="a\nb").subject.endswith(": a b")
    message = message_for(Delivery.objects.get()).message()
    assert (message["Bcc"], "Up Bcc: all@example.test" in message["Subject"]) == (None, True)
    assert issuing.deliver() == 1


@pytest.mark.parametrize("week", ["0001-W01", "9999-W52", "1969-W50", "2026-W99", "²-W1"])
def test_a_week_that_nobody_counted_is_absent(cast: Cast, ask: Ask, week: str) -> None:  # noqa: F811
    assert cast.client("erin").get(f"/digests/{week}/payments/edit/").status_code == 404
