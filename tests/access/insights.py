"""Who may open what of insights: rows for `tests/test_access.py`.

The story: feedback about payouts raised an alarm; its insight is published to Payments, pat's area,
with one ask and a digest. A draft about live, with a program of its own, is nobody's but the analysts'.
"""

from datetime import date

from django.db import connection

from insights import asks, drafting, issuing
from insights.models import (
    ActiveUsers,
    Alarm,
    Digest,
    Feedback,
    FeedbackRun,
    FeedbackSource,
    Insight,
    Milestone,
    Program,
    Subscription,
    TagRule,
    Theme,
)
from tests.access.rows import ABSENT, AdminModel, Row, act, admin, api, page
from tests.cast import Cast
from tests.insights.building import give, make_themes, noon

READ = ("bob", "carol", "erin", "pat", "quinn", "petra")
EVERY_AREA = ("bob", "carol", "erin", "quinn", "petra")
TAG, PARTNER = ("carol", "erin"), ("pat",)
MONDAY = date(2026, 3, 2)
WEEK = "2026-W10"
SEEN = {"on": "2026-03-02", "grain": "day", "observed": 9, "expected": 3.0, "ratio": 3.0, "is_new": False} | {
    "contacts": 40, "low": 0.0, "high": 6.0, "p": 0.001, "q": 0.01,
}  # fmt: skip


ROWS: dict[str, Row] = {
    "emerging/": page("/emerging/", EVERY_AREA),
    "emerging/<int:pk>/dismiss/": act("/emerging/1001/dismiss/", TAG, {"reason": "known"}),
    "emerging/<int:pk>/restore/": act("/emerging/1002/restore/", TAG),
    "emerging/<int:pk>/insight/": act("/emerging/1001/insight/", TAG),
    "feedback/": page("/feedback/", ("bob", "carol", "erin")),
    "feedback-figures/": page("/feedback-figures/", EVERY_AREA),
    "insights/": page("/insights/", READ),
    "insights/new/": page("/insights/new/", TAG),
    "insights/<int:pk>/": page("/insights/1001/", READ),
    "insights/<int:pk>/edit/": page("/insights/1001/edit/", TAG),
    "insights/<int:pk>/asks/": act("/insights/1001/asks/", TAG, {"question": "When?", "due_on": "2999-01-01"}),
    "insights/<int:pk>/quotes/<int:feedback>/": act("/insights/1001/quotes/1001/", TAG),
    "insights/<int:pk>/publish/": act("/insights/1001/publish/", TAG),
    "insights/<int:pk>/shelve/": act("/insights/1001/shelve/", TAG),
    "asks/": page("/asks/", READ),
    "asks/<int:pk>/<slug:step>/": act("/asks/1001/dance/", (), None, **dict.fromkeys(READ, ABSENT)),
    **{
        f"asks/<int:pk>/<slug:step>/ {step}": act(f"/asks/1001/{step}/", open_to, {"note": "So be it."})
        for step, open_to in (
            ("accept", PARTNER),
            ("decline", PARTNER),
            ("ship", PARTNER),
            ("tell", PARTNER),
            ("close", TAG),
            ("reopen", TAG),
        )
    },
    "programs/": page("/programs/", READ),
    "programs/new/": page("/programs/new/", TAG),
    "programs/<int:pk>/": page("/programs/1001/", EVERY_AREA, pat=ABSENT),
    "programs/<int:pk>/edit/": page("/programs/1001/edit/", TAG),
    "programs/<int:pk>/milestones/": act("/programs/1001/milestones/", TAG, {"title": "Next", "due_on": "2999-01-01"}),
    "programs/<int:pk>/ship/": act("/programs/1001/ship/", TAG, {"shipped_on": "2026-03-02"}),
    "milestones/<int:pk>/reach/": act("/milestones/1001/reach/", TAG),
    "digests/": page("/digests/", READ),
    "digests/subscriptions/<slug:area>/": act("/digests/subscriptions/payments/", READ, {"active": "1"}),
    "digests/unsubscribe/<str:token>/": Row("/digests/unsubscribe/broken/", (), otherwise=ABSENT, signed_out=ABSENT),
    "digests/<str:week>/<slug:area>/": page(f"/digests/{WEEK}/payments/", READ),
    "digests/<str:week>/<slug:area>/edit/": page(f"/digests/{WEEK}/live/edit/", TAG),
    "digests/<str:week>/<slug:area>/approve/": act(f"/digests/{WEEK}/live/approve/", TAG),
    "digests/<str:week>/<slug:area>/mail/": page(f"/digests/{WEEK}/live/mail/", EVERY_AREA, pat=ABSENT),
    "digests/<str:week>/<slug:area>/react/": act(f"/digests/{WEEK}/payments/react/", READ, {"reaction": "act"}),
    "tagging/": page("/tagging/", TAG),
    "tagging/undo/": act("/tagging/undo/", TAG),
    "tagging/bulk/": page("/tagging/bulk/?q=late", TAG),
    "tagging/<int:pk>/": act("/tagging/1001/", TAG, {"act": "skip"}),
    "themes/": page("/themes/", TAG),
    "themes/new/": page("/themes/new/", TAG),
    "themes/<int:pk>/": page("/themes/0/", (), **dict.fromkeys(TAG, ABSENT)),
    "themes/rules/": page("/themes/rules/", TAG),
    "themes/rules/new/": page("/themes/rules/new/", TAG),
    "themes/rules/<int:pk>/": page("/themes/rules/1001/", TAG),
    "themes/rules/<int:pk>/use/": act("/themes/rules/1001/use/", TAG),
    # Mail is not kept in tests, so that nobody has a mailbox.
    "mailbox/": page("/mailbox/", (), **dict.fromkeys(READ, ABSENT)),
    "mailbox/<int:pk>/": page("/mailbox/1/", (), **dict.fromkeys(READ, ABSENT)),
    "mailbox/<int:pk>/html/": page("/mailbox/1/html/", (), **dict.fromkeys(READ, ABSENT)),
    "api/v1/feedback/": api("/api/v1/feedback/", ("bob", "carol", "erin")),
    "api/v1/feedback/ send": Row("/api/v1/feedback/", TAG, signed_out=401, opens=400, told={}),
    "api/v1/insights/": api("/api/v1/insights/", READ),
    "api/v1/insights/<int:pk>/": api("/api/v1/insights/1002/", EVERY_AREA, pat=ABSENT),
    "api/v1/asks/": api("/api/v1/asks/", READ),
    "api/v1/programs/": api("/api/v1/programs/", READ),
    "api/v1/digests/": api("/api/v1/digests/", READ),
    "admin/insights/feedbackrun/<int:run>/rejected.jsonl": admin(
        "/admin/insights/feedbackrun/0/rejected.jsonl", (), adam=ABSENT
    ),
}
KEEP = ("carol",)
ADMIN_MODELS: dict[str, AdminModel] = {
    "insights/activeusers": (("carol", "petra"), KEEP, KEEP, KEEP),
    "insights/tagrule": (("carol", "petra"), KEEP, KEEP, KEEP),
    "insights/feedbackrun": (("adam",), (), (), ()),
    "insights/feedbackrejection": (("adam",), (), (), ()),
}


def stage(cast: Cast) -> None:
    """Save the objects that the rows name."""
    themes = make_themes()
    give(themes["payouts"], MONDAY, 2)
    Feedback.objects.create(
        pk=1001, source="reviews", ref="quoted", occurred_at=noon(MONDAY), text="It is late", area="payments"
    )
    Alarm.objects.create(pk=1001, theme=themes["payouts"], opened_on=MONDAY, last_on=MONDAY, context=[SEEN])
    Alarm.objects.create(
        pk=1002, theme=themes["gifts"], opened_on=MONDAY, last_on=MONDAY, state="dismissed", reason="known"
    )
    ours = Insight.objects.create(pk=1001, claim="Payouts are late", area="payments", since=MONDAY)
    ours.themes.set([themes["payouts"]])
    drafting.publish(ours, by=cast.users["erin"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('insights_ask', 'id'), 1000)")
    asks.put(ours, question="Roll back?", due_on=date(2030, 1, 1), owner=cast.users["pat"], by=cast.users["erin"])
    draft = Insight.objects.create(pk=1002, claim="Gifts vanish", area="live", since=MONDAY)
    draft.themes.set([themes["gifts"]])
    program = Program.objects.create(pk=1001, title="Gifts that arrive", area="live")
    Milestone.objects.create(pk=1001, program=program, title="Ledger", due_on=MONDAY)
    for area in ("payments", "live"):
        digest = _digest(area)
        if area == "payments":
            Digest.objects.filter(pk=digest.pk).update(state="approved", approved_at="2026-03-09T08:00Z")
    Subscription.objects.create(user=cast.users["pat"], area="payments")
    TagRule.objects.create(pk=1001, theme=themes["payouts"], words="late, missing")


def _digest(area: str) -> Digest:
    return issuing.draft(area, MONDAY)


def keys(cast: Cast) -> dict[str, object]:
    """A row of every model that the admin shows."""
    theme = Theme.objects.get(slug="payouts")
    source = FeedbackSource.objects.create(slug="shop", name="Shop", kind="file")
    run = FeedbackRun.objects.create(source=source, origin="a file")
    return {
        "insights/activeusers": ActiveUsers.objects.create(week=MONDAY, count=90_000).pk,
        "insights/tagrule": TagRule.objects.create(theme=theme, words="late, payout").pk,
        "insights/feedbackrun": run.pk,
        "insights/feedbackrejection": run.rejections.create(line=1, field="at", reason="is missing").pk,
    }
