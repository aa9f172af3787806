"""What two analysts have tagged by hand, week after week and then day by day, through the acts of the tagging desk.

They read what requesters wrote first and mostly call it what the ticket's reason says; a comment under a rating is
about no theme. Now and then each of them slips to a neighbouring theme, the second more often. What the rule looked
at they leave alone, and most of the rest waits for whoever comes to the desk.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import numpy as np
from django.contrib.postgres.search import SearchQuery
from django.db import transaction
from django.db.models import Q

from insights import tagging
from insights.demo.feedback import SHARE
from insights.demo.plot import CAPTIONS, CAPTIONS_WORDS
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
A_DAY, COMMENTS_A_DAY, DAYS_BACK = 10, 2, 14  # while somebody watches; days that are made up for after a pause
BOTH, SECOND_ALONE = 0.15, 0.35  # of what was tagged
SLIPS = {FIRST: 0.03, SECOND: 0.11}
REST = timedelta(days=3)  # what is newer waits
DAY, SITTING = timedelta(days=1), timedelta(weeks=2)
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
    old = Feedback.objects.filter(occurred_at__lt=world.now - REST)
    read = [*_openings(world, old, themes, most=MOST), *_comments(world, old, most=COMMENTS)]
    for (at, name), chosen in sorted(_sittings(world, read).items()):
        _sit(world, name, chosen, themes, by=people[name], at=at)
    tagging.add(_about_captions(old), themes[CAPTIONS], by=first, at=world.now - REST)


def go_on(world: World, *, now: datetime) -> None:
    """A sitting a day of each: what was said on the day that has had its rest by then."""
    people = {user.username: user for user in User.objects.filter(username__in=HOURS)}
    due = [
        (at, name)
        for back in range(DAYS_BACK, -1, -1)
        for name, hour in HOURS.items()
        if world.now < (at := datetime.combine(now.date() - timedelta(days=back), hour, tzinfo=UTC)) <= now
    ]
    held = Judgement.objects.filter(user__in=people.values(), at__in=[at for at, _ in due])
    done = set(held.values_list("at", "user__username"))
    themes = {theme.slug: theme for theme in Theme.objects.active().leaves()}
    for at, name in due:
        if name in people and (at, name) not in done:
            _sit_down(world, name, themes, by=people[name], at=at)


@transaction.atomic
def _sit_down(world: World, name: str, themes: dict[str, Theme], *, by: User, at: datetime) -> None:
    midnight = datetime.combine(at.date(), time(), tzinfo=UTC)
    rested = Feedback.objects.filter(occurred_at__gte=midnight - REST - DAY, occurred_at__lt=midnight - REST)
    read = [*_openings(world, rested, themes, most=A_DAY), *_comments(world, rested, most=COMMENTS_A_DAY)]
    mine = [each for each, names in zip(read, _readers(world, read), strict=True) if name in names]
    _sit(world, name, mine, themes, by=by, at=at)
    if name == FIRST and CAPTIONS in themes:
        tagging.add(_about_captions(rested), themes[CAPTIONS], by=by, at=at)


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


def _sit(world: World, name: str, chosen: list[Read], themes: dict[str, Theme], *, by: User, at: datetime) -> None:
    about = [each for each in chosen if each.theme]
    tagging.tag_each(_as_seen(world, name, about, themes), by=by, at=at)
    tagging.no_theme_each([each.id for each in chosen if not each.theme], by=by, at=at)


def _openings(world: World, told: FeedbackQuerySet, themes: dict[str, Theme], *, most: int) -> list[Read]:
    """A sample of what requesters wrote first and no rule has looked at, with the theme of its reason."""
    told = told.filter(source=OPENINGS).exclude(_captions())
    rows = [row for row in _rows(told) if abs(row[1]) % 100 >= SHARE]
    chosen = _sample(world, rows, min(most, len(rows) // ONE_IN), "openings")
    named = {pk: themes[slug] for pk, slug in Reason.objects.values_list("id", "slug") if slug in themes}
    reasons = dict(Ticket.objects.filter(pk__in=[ticket for _, ticket, _ in chosen]).values_list("pk", "reason"))
    return [
        Read(pk, ticket, at, named[reasons[ticket]])
        for pk, ticket, at in chosen
        if ticket in reasons and reasons[ticket] in named
    ]


def _comments(world: World, told: FeedbackQuerySet, *, most: int) -> list[Read]:
    rows = _rows(told.filter(source=RATINGS).exclude(text=""))
    chosen = _sample(world, rows, min(most, len(rows) // ONE_IN), "comments")
    return [Read(pk, ticket, at, None) for pk, ticket, at in chosen]


def _rows(told: FeedbackQuerySet) -> list[Row]:
    return [(pk, ticket, at) for pk, ticket, at in told.values_list("id", "ticket", "occurred_at") if ticket]


def _about_captions(told: FeedbackQuerySet) -> list[int]:
    return list(told.filter(_captions(), source=OPENINGS).values_list("id", flat=True))


def _captions() -> Q:
    """As the page that tags many finds them."""
    return Q(search=SearchQuery(" or ".join(CAPTIONS_WORDS), config="simple", search_type="websearch"))


def _sample(world: World, rows: list[Row], size: int, what: str) -> list[Row]:
    """`size` rows, the same for the same seed."""
    lots = ranks(np.array([ticket for _, ticket, _ in rows], dtype=np.int64), f"{world.seed}/{what}")
    return [rows[place] for place in np.argsort(lots, kind="stable")[:size].tolist()]


def _sittings(world: World, read: list[Read]) -> dict[tuple[datetime, str], list[Read]]:
    """By when and whose."""
    found: dict[tuple[datetime, str], list[Read]] = defaultdict(list)
    for each, names in zip(read, _readers(world, read), strict=True):
        fortnight = (each.at - world.stories.start) // SITTING
        day = (world.stories.start + (fortnight + 1) * SITTING).date()
        for name in names:
            at = datetime.combine(day, HOURS[name], tzinfo=UTC)
            found[min(at, world.now - DAY), name].append(each)
    return found


def _readers(world: World, read: list[Read]) -> list[tuple[str, ...]]:
    """Who reads each: the first has seen most of it, and both a part."""
    return [
        (FIRST, SECOND) if luck < BOTH else (SECOND,) if luck < BOTH + SECOND_ALONE else (FIRST,)
        for luck in _luck(world, read, "who")
    ]


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
