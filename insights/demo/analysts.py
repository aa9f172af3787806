"""What two analysts have tagged by hand, week after week, through the acts of the tagging desk.

They read what requesters wrote first and mostly call it what the ticket's reason says; a comment under a rating is
about no theme. Now and then each of them slips to a neighbouring theme, the second more often. What the rule looked
at they leave alone, and most of the rest waits for whoever comes to the desk.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import numpy as np
from django.contrib.postgres.search import SearchQuery
from django.db.models import Q

from insights import tagging
from insights.demo.feedback import SHARE
from insights.demo.plot import CAPTIONS, CAPTIONS_WORDS, PHRASES
from insights.models import Feedback, FeedbackTheme, Judgement, SuggestionRun, Theme
from insights.models.feedback import FeedbackQuerySet
from insights.ticket_feedback import OPENINGS, RATINGS
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Role
from quality.sampling import ranks
from tickets.demo.world import World
from tickets.models import Reason, Ticket

FIRST, SECOND, SECOND_NAME = "demo-analyst", "demo-analyst-2", "Tindra A."
MOST, ONE_IN = 1_300, 7  # openings that were tagged: one in so many, and no more than these
COMMENTS = 90
BOTH, SECOND_ALONE = 0.15, 0.35  # of what was tagged
SLIPS = {FIRST: 0.03, SECOND: 0.11}
REST = timedelta(days=3)  # what is newer waits
SITTING = timedelta(weeks=2)
HOURS = {FIRST: time(10), SECOND: time(15)}

Row = tuple[int, int, datetime]  # id, ticket, when


@dataclass(frozen=True)
class Read:
    """A feedback that somebody looked at; `theme` None: it is about none."""

    id: int
    ticket: int
    at: datetime
    theme: Theme | None


def tell(world: World) -> None:
    """Every sitting, the earliest first; then what was found by its words."""
    first = User.objects.filter(username=FIRST).first()
    if first is None:
        return
    people = {FIRST: first, SECOND: _second()}
    themes = {theme.slug: theme for theme in Theme.objects.active().leaves()}
    read = [*_openings(world, themes), *_comments(world)]
    for (at, name), chosen in sorted(_sittings(world, read).items()):
        about = [each for each in chosen if each.theme]
        tagging.tag_each(_as_seen(world, name, about, themes), by=people[name], at=at)
        tagging.no_theme_each([each.id for each in chosen if not each.theme], by=people[name], at=at)
    tagging.add(_about_captions(world), themes[CAPTIONS], by=first, at=world.now - REST)


def remove() -> None:
    """The words of both, the second's account, and what was learned where nobody else has tagged anything."""
    second = User.objects.filter(username=SECOND)
    Judgement.objects.filter(user__username__in=(FIRST, SECOND)).delete()
    FeedbackTheme.objects.filter(user__in=second).delete()
    second.delete()
    if not FeedbackTheme.objects.filter(by=FeedbackTheme.By.PERSON).exclude(user__username=FIRST).exists():
        SuggestionRun.objects.all().delete()


def _second() -> User:
    """An account without a password: nobody can sign in."""
    user, is_new = User.objects.get_or_create(
        username=SECOND, defaults={"role": Role.ANALYST, "first_name": SECOND_NAME}
    )
    if is_new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


def _openings(world: World, themes: dict[str, Theme]) -> list[Read]:
    """A sample of what requesters wrote first and no rule has looked at, with the theme of its reason."""
    told = Feedback.objects.filter(source=OPENINGS, occurred_at__lt=world.now - REST).exclude(_captions())
    rows = [row for row in _rows(told) if abs(row[1]) % 100 >= SHARE]
    chosen = _sample(world, rows, min(MOST, len(rows) // ONE_IN), "openings")
    slugs = dict(Reason.objects.filter(slug__in=PHRASES).values_list("id", "slug"))
    reasons = dict(Ticket.objects.filter(pk__in=[ticket for _, ticket, _ in chosen]).values_list("pk", "reason"))
    return [
        Read(pk, ticket, at, themes[slugs[reasons[ticket]]])
        for pk, ticket, at in chosen
        if reasons.get(ticket) in slugs
    ]


def _comments(world: World) -> list[Read]:
    told = Feedback.objects.filter(source=RATINGS, occurred_at__lt=world.now - REST).exclude(text="")
    rows = _rows(told)
    chosen = _sample(world, rows, min(COMMENTS, len(rows) // ONE_IN), "comments")
    return [Read(pk, ticket, at, None) for pk, ticket, at in chosen]


def _rows(told: FeedbackQuerySet) -> list[Row]:
    return [(pk, ticket, at) for pk, ticket, at in told.values_list("id", "ticket", "occurred_at") if ticket]


def _about_captions(world: World) -> list[int]:
    found = Feedback.objects.filter(_captions(), source=OPENINGS, occurred_at__lt=world.now - REST)
    return list(found.values_list("id", flat=True))


def _captions() -> Q:
    """As the page that tags many finds them."""
    return Q(search=SearchQuery(" or ".join(CAPTIONS_WORDS), config="simple", search_type="websearch"))


def _sample(world: World, rows: list[Row], size: int, what: str) -> list[Row]:
    """`size` rows, the same for the same seed."""
    lots = ranks(np.array([ticket for _, ticket, _ in rows], dtype=np.int64), f"{world.seed}/{what}")
    return [rows[place] for place in np.argsort(lots, kind="stable")[:size].tolist()]


def _sittings(world: World, read: list[Read]) -> dict[tuple[datetime, str], list[Read]]:
    """By when and whose: the first has seen most of it, and both a part."""
    found: dict[tuple[datetime, str], list[Read]] = defaultdict(list)
    for each, luck in zip(read, _luck(world, read, "who"), strict=True):
        fortnight = (each.at - world.stories.start) // SITTING
        day = (world.stories.start + (fortnight + 1) * SITTING).date()
        names = (FIRST, SECOND) if luck < BOTH else (SECOND,) if luck < BOTH + SECOND_ALONE else (FIRST,)
        for name in names:
            at = datetime.combine(day, HOURS[name], tzinfo=UTC)
            found[min(at, world.now - timedelta(days=1)), name].append(each)
    return found


def _as_seen(world: World, name: str, read: list[Read], themes: dict[str, Theme]) -> dict[int, Theme]:
    """What this analyst takes each for: at times another theme under the same one."""
    beside: dict[int, list[Theme]] = defaultdict(list)
    for other in themes.values():
        beside[other.parent_id or 0].append(other)
    seen = {}
    for each, luck in zip(read, _luck(world, read, name), strict=True):
        theme = each.theme
        assert theme, "what is about none is not asked"
        others = [other for other in beside[theme.parent_id or 0] if other.pk != theme.pk]
        slip = int(luck / SLIPS[name] * len(others))
        seen[each.id] = others[slip] if slip < len(others) else theme
    return seen


def _luck(world: World, read: list[Read], what: str) -> list[float]:
    """A number from 0 to 1 for each, of its ticket alone."""
    lots = ranks(np.array([each.ticket for each in read], dtype=np.int64), f"{world.seed}/{what}")
    return [float(lot) for lot in lots / np.float64(2**64)]
