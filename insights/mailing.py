"""One digest as a mail: text and HTML of the same letter, nothing fetched from outside, a way out of the list."""

from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from insights.letter import Letter, letter
from insights.models import Delivery, Digest
from insights.plain_letter import plain

SALT = "insights.unsubscribe"


@dataclass(frozen=True)
class Colours:
    """A mail brings its own colours: it is read where our sheets do not reach. The light ones of tokens.css."""

    background: str = "#f6f7f9"
    panel: str = "#ffffff"
    ink: str = "#16202e"
    muted: str = "#4d5a6b"
    rule: str = "#e3e7ed"
    accent: str = "#2456c9"
    worse: str = "#c23a1c"
    warning: str = "#8f5900"


def letter_of(digest: Digest) -> Letter:
    return letter(digest.snapshot, headline=digest.headline, narrative=digest.narrative)


def message_for(delivery: Delivery) -> EmailMultiAlternatives:
    """The same bytes for every try of one delivery."""
    token = unsubscribe_token(delivery.user_id, delivery.area)
    leave = absolute(reverse("digest-unsubscribe", args=[token]))
    address = absolute(reverse("digest", args=[delivery.digest.week_word, delivery.area]))
    told = letter_of(delivery.digest)
    message = EmailMultiAlternatives(
        subject=told.subject,
        body=plain(told, address=address, unsubscribe=leave),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[delivery.user.email],
        headers={
            "Message-ID": delivery.message_id,
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(html_of(told, address=address, unsubscribe=leave), "text/html")
    return message


def html_of(told: Letter, *, address: str, unsubscribe: str) -> str:
    context = {"letter": told, "address": address, "unsubscribe": unsubscribe, "colours": Colours()}
    return render_to_string("insights/mail/digest.html", context)


def absolute(path: str) -> str:
    return settings.PUBLIC_URL.rstrip("/") + path


def unsubscribe_token(user: int, area: str) -> str:
    """Opens one subscription and nothing else; it does not expire, because mails do not."""
    return signing.dumps([user, area], salt=SALT)


def read_token(token: str) -> tuple[int, str] | None:
    """The user and area that a token was made for; None for any other text."""
    try:
        user, area = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError):
        return None
    return int(user), str(area)
