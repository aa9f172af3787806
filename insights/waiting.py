"""What waits for a reader behind the entries of insights: the rail counts it."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import TruncDate

from insights.models import Alarm, Ask, Digest, Insight
from insights.weeks import due_weeks
from ops_dashboard.metrics.query import today
from ops_dashboard.people.roles import Scope


def untold_alarms(scope: Scope) -> QuerySet[Alarm] | None:
    """Open ones that nobody has told partners about."""
    if not scope.may_tag:
        return None
    on = TruncDate("published_at", tzinfo=ZoneInfo(settings.REPORTING_ZONE))
    published = Insight.objects.published().alias(on=on)
    told = published.filter(themes=OuterRef("theme"), on__gte=OuterRef("opened_on"))
    return Alarm.objects.open().exclude(Exists(told))


def asks(scope: Scope) -> QuerySet[Ask] | None:
    """To a partner: those without an answer. To who keeps them: those whose day has come without one."""
    if scope.may_answer:
        return Ask.objects.visible_to(scope).unanswered()
    return Ask.objects.visible_to(scope).unanswered().filter(due_on__lt=today()) if scope.may_tag else None


def drafts(scope: Scope) -> QuerySet[Digest] | None:
    """Letters of weeks that are over and that nobody has sent."""
    if not scope.may_tag:
        return None
    return Digest.objects.filter(state=Digest.State.DRAFT, week__lte=due_weeks(today()))
