"""Who may open what of insights: rows for `tests/test_access.py`.

The story: feedback about payouts raised an alarm; its insight is published to Payments, pat's area,
with one ask and a digest. A draft about live, with a program of its own, is nobody's but the analysts'.
"""

from datetime import date

from insights import asks, drafting, issuing
from insights.models import (
    ActiveUsers,
    Alarm,
    Digest,
    FeedbackRun,
    FeedbackSource,
    Insight,
    Milestone,
    Program,
    Subscription,
    TagRule,
    Theme,
)
from tests.access.rows import ABSENT, AdminModel, Row, admin, api, page
from tests.cast import EVERYBODY, Cast
from tests.insights.building import give, make_themes

READ = ("bob", "carol", "erin", "pat", "quinn", "petra")
EVERY_AREA = ("bob", "carol", "erin", "quinn", "petra")
TAG = ("carol", "erin")
MONDAY = date(2026, 3, 2)
WEEK = "2026-W10"


def acts(url: str) -> Row:
    """Takes a POST alone and refuses the verb before it asks who is there; tests/insights/test_acts.py posts."""
    return Row(url, EVERYBODY, opens=405)


ROWS: dict[str, Row] = {
    "emerging/": page("/emerging/", EVERY_AREA),
    "emerging/<int:pk>/dismiss/": acts("/emerging/1/dismiss/"),
    "emerging/<int:pk>/restore/": acts("/emerging/1/restore/"),
    "emerging/<int:pk>/insight/": acts("/emerging/1/insight/"),
    "feedback/": page("/feedback/", ("bob", "carol", "erin")),
    "feedback-figures/": page("/feedback-figures/", EVERY_AREA),
    "insights/": page("/insights/", READ),
    "insights/new/": page("/insights/new/", TAG),
    "insights/<int:pk>/": page("/insights/1001/", READ),
    "insights/<int:pk>/edit/": page("/insights/1001/edit/", TAG),
    "insights/<int:pk>/asks/": acts("/insights/1001/asks/"),
    "insights/<int:pk>/quotes/<int:feedback>/": acts("/insights/1001/quotes/1/"),
    "insights/<int:pk>/publish/": acts("/insights/1001/publish/"),
    "insights/<int:pk>/shelve/": acts("/insights/1001/shelve/"),
    "asks/": page("/asks/", READ),
    "asks/<int:pk>/<slug:step>/": acts("/asks/1/accept/"),
    "programs/": page("/programs/", READ),
    "programs/new/": page("/programs/new/", TAG),
    "programs/<int:pk>/": page("/programs/1001/", EVERY_AREA, pat=ABSENT),
    "programs/<int:pk>/edit/": page("/programs/1001/edit/", TAG),
    "programs/<int:pk>/milestones/": acts("/programs/1001/milestones/"),
    "programs/<int:pk>/ship/": acts("/programs/1001/ship/"),
    "milestones/<int:pk>/reach/": acts("/milestones/1/reach/"),
    "digests/": page("/digests/", READ),
    "digests/subscriptions/<slug:area>/": acts("/digests/subscriptions/payments/"),
    "digests/unsubscribe/<str:token>/": Row("/digests/unsubscribe/broken/", (), otherwise=ABSENT, signed_out=ABSENT),
    "digests/<str:week>/<slug:area>/": page(f"/digests/{WEEK}/payments/", READ),
    "digests/<str:week>/<slug:area>/edit/": page(f"/digests/{WEEK}/live/edit/", TAG),
    "digests/<str:week>/<slug:area>/approve/": acts(f"/digests/{WEEK}/payments/approve/"),
    "digests/<str:week>/<slug:area>/mail/": page(f"/digests/{WEEK}/live/mail/", EVERY_AREA, pat=ABSENT),
    "digests/<str:week>/<slug:area>/react/": acts(f"/digests/{WEEK}/payments/react/"),
    "tagging/": page("/tagging/", TAG),
    "tagging/undo/": acts("/tagging/undo/"),
    "tagging/bulk/": page("/tagging/bulk/?q=late", TAG),
    "tagging/<int:pk>/": acts("/tagging/1/"),
    "themes/": page("/themes/", TAG),
    "themes/new/": page("/themes/new/", TAG),
    "themes/<int:pk>/": page("/themes/0/", (), **dict.fromkeys(TAG, ABSENT)),
    # Mail is not kept in tests, so that nobody has a mailbox.
    "mailbox/": page("/mailbox/", (), **dict.fromkeys(READ, ABSENT)),
    "mailbox/<int:pk>/": page("/mailbox/1/", (), **dict.fromkeys(READ, ABSENT)),
    "mailbox/<int:pk>/html/": page("/mailbox/1/html/", (), **dict.fromkeys(READ, ABSENT)),
    "api/v1/feedback/": api("/api/v1/feedback/", ("bob", "carol", "erin")),
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
    Alarm.objects.create(pk=1001, theme=themes["payouts"], opened_on=MONDAY, last_on=MONDAY)
    ours = Insight.objects.create(pk=1001, claim="Payouts are late", area="payments", since=MONDAY)
    ours.themes.set([themes["payouts"]])
    drafting.publish(ours, by=cast.users["erin"])
    asks.put(ours, question="Roll back?", due_on=date(2030, 1, 1), owner=cast.users["pat"], by=cast.users["erin"])
    draft = Insight.objects.create(pk=1002, claim="Gifts vanish", area="live", since=MONDAY)
    draft.themes.set([themes["gifts"]])
    program = Program.objects.create(pk=1001, title="Gifts that arrive", area="live")
    Milestone.objects.create(program=program, title="Ledger", due_on=MONDAY)
    for area in ("payments", "live"):
        digest = _digest(area)
        if area == "payments":
            Digest.objects.filter(pk=digest.pk).update(state="approved", approved_at="2026-03-09T08:00Z")
    Subscription.objects.create(user=cast.users["pat"], area="payments")


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
