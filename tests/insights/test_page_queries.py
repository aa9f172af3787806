"""How many questions the pages of the loop ask of the database, however much there is to show."""

from datetime import timedelta

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from insights import alarms, asks, drafting, issuing
from insights.counting import Daily
from insights.models import Digest, Insight, Milestone, Program, TagRule, Theme
from insights.weeks import due_weeks
from ops_dashboard.metrics.query import today
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Role
from tests.insights.building import contacts, give, make_themes, settle

pytestmark = pytest.mark.django_db

# Cold: nothing of the figures is kept from a question before.
MOST = {
    "/emerging/": 14,
    "/insights/": 8,
    "/insights/{insight}/": 40,
    "/insights/new/": 9,
    "/asks/": 8,
    "/programs/": 8,
    "/programs/{program}/": 12,
    "/themes/rules/": 7,
    "/themes/rules/{rule}/": 12,
    "/digests/": 9,
    "/digests/{week}/payments/": 24,
    "/digests/{draft}/payments/edit/": 70,
}


def tell(themes: dict[str, Theme], users: dict[str, User], times: int) -> None:
    """So many insights, each with an ask, a program, a digest and feedback to quote."""
    last = today() - timedelta(days=1)
    for number in range(times):
        give(themes["payouts"], last, 2, text=f"Late {number}")
        TagRule.objects.create(theme=themes["payouts"], words=f"late {number}")
        insight = drafting.create(
            claim=f"Payouts {number}", area="payments", themes=[themes["payouts"]], since=last, by=users["erin"]
        )
        drafting.publish(insight, by=users["erin"])
        for said in drafting.quotable(insight)[:1]:
            drafting.quote(insight, said, by=users["erin"])
        program = Program.objects.create(title=f"Payouts {number}", area="payments", theme=themes["payouts"])
        Milestone.objects.create(program=program, title="Ledger", due_on=last)
        ask = asks.put(
            insight, question="Roll back?", due_on=today(), owner=users["pat"], by=users["erin"], program=program
        )
        asks.accept(ask, by=users["pat"])
        week = due_weeks(today()) - timedelta(days=7 * (Digest.objects.count() + 1))
        issuing.approve(issuing.draft("payments", week), by=users["erin"])


def queries(client: Client, pattern: str) -> int:
    digest = Digest.objects.exclude(state="draft").latest("week")
    draft = Digest.objects.filter(state="draft").latest("week")
    path = pattern.format(
        insight=Insight.objects.published().latest("pk").pk,
        program=Program.objects.latest("pk").pk,
        rule=TagRule.objects.latest("pk").pk,
        week=digest.week_word,
        draft=draft.week_word,
    )
    with CaptureQueriesContext(connection) as asked:
        response = client.get(path)
    assert response.status_code == 200, path
    return len(asked)


def test_pages_ask_as_often_for_many_rows_as_for_one(client: Client) -> None:
    users = {
        "erin": User.objects.create(username="erin", role=Role.ANALYST),
        "pat": User.objects.create(username="pat", role=Role.PARTNER, product_areas=["payments"]),
    }
    themes, last = make_themes(), today() - timedelta(days=1)
    contacts(last, 20)
    counts = np.full((1, 200), 5)
    counts[0, -1] = 40
    alarms.record(Daily(last - timedelta(days=199), (themes["payouts"].id,), counts, np.full(200, 500)))
    tell(themes, users, 1)
    issuing.draft("payments", due_weeks(today()))
    settle()
    client.force_login(users["erin"])
    for pattern in MOST:
        queries(client, pattern)  # a first look leaves a receipt, and fills what is kept
    once = {pattern: queries(client, pattern) for pattern in MOST}
    tell(themes, users, 4)
    settle()
    for pattern in MOST:
        queries(client, pattern)
    many = {pattern: queries(client, pattern) for pattern in MOST}
    assert many == once
    assert {pattern: asked for pattern, asked in many.items() if asked > MOST[pattern]} == {}
