"""Feedback, themes and contacts built in one call, for tests of the loop."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from insights import facts
from insights.models import Area, Feedback, FeedbackTheme, TaxonomyVersion, Theme
from insights.taxonomy import revise
from ops_dashboard.metrics import rollup
from ops_dashboard.metrics.definitions import registry
from tests.tickets.rows import ticket_row
from tickets.models import Source, Ticket


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)


def make_themes() -> dict[str, Theme]:
    """Payments holds payouts and refunds, live holds gifts; both areas exist."""
    for slug, name in (("payments", "Payments"), ("live", "Live")):
        Area.objects.get_or_create(slug=slug, defaults={"name": name})
    with revise(by=None, note="first") as revision:
        payments, live = revision.add("Payments", area="payments"), revision.add("Live", area="live")
        return {
            "payments": payments,
            "live": live,
            "payouts": revision.add("Payouts", parent=payments),
            "refunds": revision.add("Refunds", parent=payments),
            "gifts": revision.add("Gifts", parent=live),
        }


def give(theme: Theme, day: date, count: int, *, text: str = "It is late again", detections: int = 0) -> list[Feedback]:
    """`count` feedbacks of that day, accepted as being about the theme; not yet counted (see `settle`)."""
    before = Feedback.objects.count()
    rows = Feedback.objects.bulk_create(
        Feedback(
            source="reviews", ref=f"f{before + n}", occurred_at=noon(day), text=f"{text} ({before + n})",
            area=theme.area, detections=detections,
        )
        for n in range(count)
    )  # fmt: skip
    version = TaxonomyVersion.objects.latest("number")
    FeedbackTheme.objects.bulk_create(
        FeedbackTheme(
            feedback=row, theme=theme, version=version, by="rule", rule="test", confidence=1.0, state="accepted"
        )
        for row in rows
    )
    return rows


def contacts(day: date, count: int) -> None:
    """So many tickets created on a day."""
    desk, _ = Source.objects.get_or_create(slug="desk", defaults={"kind": "events"})
    before = Ticket.objects.count()
    Ticket.objects.bulk_create(ticket_row(desk, f"t{before + n}", at=noon(day)) for n in range(count))


def settle() -> None:
    """Count everything that was built."""
    facts.rebuild(Feedback.objects.values_list("id", flat=True))
    for source in registry.sources():
        rollup.refill_all(source)


def days(last: date, count: int) -> Iterable[date]:
    """The `count` days that end with `last`, oldest first."""
    return (last - timedelta(days=back) for back in range(count - 1, -1, -1))
