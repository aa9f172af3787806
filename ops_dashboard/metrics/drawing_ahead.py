"""Drawing the pages that were looked at lately, as soon as their cells have changed."""

import logging
import time

from django.http import QueryDict

from ops_dashboard.metrics import lately
from ops_dashboard.metrics.page_parts import asked_on, draw_ahead, reader_of
from ops_dashboard.metrics.pages import Page, site
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import scope_for

WITHIN_S = 15  # one round may take

logger = logging.getLogger("ops.metrics")


def draw_lately(*, within_s: float = WITHIN_S) -> int:
    """Draw for each account what it looked at, the last first, for as long as a round may take; returns how many."""
    until, drawn = time.monotonic() + within_s, 0
    looked = list(lately.looked_at())
    users = User.objects.filter(is_active=True).in_bulk({each.user for each in looked})
    pages = {page.slug: page for page in site.pages()}
    for each in looked:
        if time.monotonic() > until:
            logger.info("%s of %s pages drawn ahead", drawn, len(looked))
            break
        if each.user in users and each.page in pages:
            drawn += _draw(users[each.user], pages[each.page], each.querystring)
    return drawn


def _draw(user: User, page: Page, querystring: str) -> bool:
    """Whether the account may still open it. One page that fails takes no other along."""
    scope = scope_for(user)
    if not (scope.sees_metrics and page.may_open(scope)):
        return False
    try:
        asked = asked_on(page, QueryDict(querystring), scope)
        draw_ahead(page.part_for(scope), asked, reader_of(asked, scope))
    except Exception:  # whoever opens the page is told
        logger.exception("page not drawn ahead: page=%s", page.slug)
    return True
