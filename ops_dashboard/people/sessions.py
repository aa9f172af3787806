"""How long a sign-in lasts: until nobody has used it for a while, and never longer than a working day.

The page that refreshes itself counts as use. What is remembered is written at most every WRITTEN_EVERY_S
seconds, so that reading pages writes little.
"""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse

WRITTEN_EVERY_S = 300
BEGUN, SEEN = "begun_s", "seen_s"


def begin(session: SessionBase) -> None:
    """Start the clocks of a session that somebody has just signed in to."""
    session[BEGUN] = session[SEEN] = int(time.time())


def is_over(session: SessionBase, now: float) -> bool:
    """Whether it has been left alone too long, or has lasted too long."""
    seen, begun = session.get(SEEN), session.get(BEGUN)
    if seen is None or begun is None:  # made by a command, not by signing in
        return False
    is_idle = bool(settings.SESSION_IDLE_S) and now - seen > settings.SESSION_IDLE_S
    return is_idle or now - begun > settings.SESSION_COOKIE_AGE


class EndSessions:
    """Ends a session that is over before anything is asked of it. Stands between sessions and users."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            self._look(request.session)
        return self.get_response(request)

    def _look(self, session: SessionBase) -> None:
        now = time.time()
        if is_over(session, now):
            session.flush()
        elif now - session.get(SEEN, now) > WRITTEN_EVERY_S:
            session[SEEN] = int(now)
