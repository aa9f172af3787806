"""A mail backend that keeps letters instead of sending them: `EMAIL_URL=mailbox://`.

For a demo, where there is no mail server and people want to see what would have gone out. A letter with
a Message-ID that is there already is taken for the same one, as mail stores do.
"""

from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from insights.models import Mail

BACKEND = "insights.mailbox.EmailBackend"


def is_used() -> bool:
    return settings.EMAIL_BACKEND == BACKEND


class EmailBackend(BaseEmailBackend):
    """Stores each message once for each address that it goes to."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            html = [str(part.content) for part in getattr(message, "alternatives", ()) if part.mimetype == "text/html"]
            mark = message.message()["Message-ID"]
            for address in message.recipients():
                Mail.objects.get_or_create(
                    message_id=f"{mark} {address}"[:200],
                    defaults={
                        "to": address,
                        "subject": message.subject[:240],
                        "text": str(message.body),
                        "html": "".join(html),
                    },
                )
        return len(email_messages)
