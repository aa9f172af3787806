"""The writer of subscriptions, read receipts and reactions."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from insights.marking import marked
from insights.models import Delivery, Digest, Receipt, Subscription
from ops_dashboard.people.models import User


def subscribe(user: int, area: str, *, active: bool = True) -> None:
    Subscription.objects.update_or_create(
        user_id=user, area=area, defaults={"is_active": active, "changed_at": timezone.now()}
    )


@transaction.atomic
def note_view(digest: Digest, user: User) -> Receipt:
    """The reader opened the page. Drafts leave no receipt."""
    now = timezone.now()
    receipt, is_new = Receipt.objects.get_or_create(digest=digest, user=user)
    if not is_new:
        Receipt.objects.filter(pk=receipt.pk).update(views=F("views") + 1, last_at=now)
    handed = Delivery.objects.filter(digest=digest, user=user, handed_at__isnull=False, read_at__isnull=True).first()
    if handed:
        with marked("delivery", handed.pk):
            Delivery.objects.filter(pk=handed.pk).update(read_at=now)
    return receipt


@transaction.atomic
def react(digest: Digest, user: User, reaction: str) -> None:
    """The latest reaction stands; "" takes it back."""
    receipt = note_view(digest, user)
    receipt.reaction, receipt.reacted_at = reaction, timezone.now() if reaction else None
    receipt.save(update_fields=["reaction", "reacted_at"])
