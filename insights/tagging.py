"""The one writer of tags that people give. Each person's own tags stand beside everybody else's.

Whatever is done in one call is one batch, which `undo` takes back; of a sitting each feedback is one of its own.
Saying the same again changes nothing.
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from insights import facts
from insights.models import FeedbackTheme, Judgement, Theme
from insights.taxonomy import current
from ops_dashboard.people import audit
from ops_dashboard.people.models import User

State = FeedbackTheme.State
Outcome = Judgement.Outcome
Own = dict[int, str]  # a person's tags of one feedback: theme id -> state
Then = Callable[[int, Own, set[int]], Own]  # of a feedback: its own tags, and the themes suggested for it


class BadTag(ValueError):
    """A theme that nothing can be tagged with; the message names it."""


def tag(feedback: int, theme: Theme, *, by: User) -> bool:
    """The feedback is about this theme: a suggestion of it is accepted, and what else was suggested is not right."""
    _check(theme)
    return tag_each({feedback: theme}, by=by) > 0


def tag_each(themes: Mapping[int, Theme], *, by: User, at: datetime | None = None) -> int:
    """A sitting: each feedback is about its theme, as if `tag` had been said of one after the other.

    `at` is when that was, now if not given. Returns how many changed.
    """
    _check(*themes.values())

    def then(feedback: int, _: Own, open_: set[int]) -> Own:
        return _rejected(open_) | {themes[feedback].id: State.ACCEPTED}

    return _judge(sorted(themes), by, Outcome.TAGGED, then, at=at, is_sitting=True)


def add(feedback: Iterable[int], theme: Theme, *, by: User, at: datetime | None = None) -> int:
    """These are about this theme too, whatever else they are about; returns how many were not yet."""
    _check(theme)
    ids = sorted(set(feedback))
    with transaction.atomic():
        changed = _judge(ids, by, Outcome.TAGGED, lambda _, own, open_: own | {theme.id: State.ACCEPTED}, at=at)
        if changed > 1:
            audit.record(by.username, "tagged_in_bulk", f"theme {theme.id}", feedback=changed)
    return changed


def reject(feedback: int, theme: Theme, *, by: User) -> bool:
    """The feedback is not about this theme; what else was said of it stands."""

    def then(_: int, own: Own, open_: set[int]) -> Own:
        return own | {theme.id: State.REJECTED}

    return _judge([feedback], by, None, then) > 0


def no_theme(feedback: int, *, by: User) -> bool:
    """No theme fits: whatever was suggested is not right."""
    return no_theme_each([feedback], by=by) > 0


def no_theme_each(feedback: Iterable[int], *, by: User, at: datetime | None = None) -> int:
    """A sitting in which no theme fits any of these; returns how many changed."""
    ids = sorted(set(feedback))
    return _judge(ids, by, Outcome.NONE, lambda _, own, open_: _rejected(open_), at=at, is_sitting=True)


def skip(feedback: int, *, by: User) -> None:
    """Not now; the person's tags stay as they are."""
    Judgement.objects.create(feedback_id=feedback, user=by, outcome=Outcome.SKIPPED, batch=uuid.uuid4())


@transaction.atomic
def undo(*, by: User) -> list[int]:
    """Take back the person's latest batch; returns its feedbacks, none where there is nothing to undo."""
    User.objects.select_for_update().get(pk=by.pk)
    latest = Judgement.objects.filter(user=by).order_by("-id").first()
    if latest is None:
        return []
    rows = list(Judgement.objects.filter(user=by, batch=latest.batch).order_by("feedback"))
    ids = [row.feedback_id for row in rows]
    facts.hold(ids)
    if latest.outcome != Outcome.SKIPPED:
        FeedbackTheme.objects.filter(user=by, feedback__in=ids).delete()
        FeedbackTheme.objects.bulk_create(
            _row(row.feedback_id, int(theme), by, state, version, datetime.fromisoformat(at))
            for row in rows
            for theme, (state, version, at) in row.before.items()
        )
        facts.rebuild(ids)
    Judgement.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return ids


@transaction.atomic
def _judge(
    ids: list[int],
    by: User,
    outcome: Outcome | None,
    then: Then,
    *,
    at: datetime | None = None,
    is_sitting: bool = False,
) -> int:
    """Bring the person's tags of each feedback to what `then` says of its own tags and the open suggestions.

    Without an `outcome` it follows from the tags: one accepted makes it tagged, else one was
    rejected. Returns how many changed.
    """
    facts.hold(ids)
    before, said, open_ = _own(ids, by), _said(ids, by), _suggested(ids)
    batch, rows, tags, changed = uuid.uuid4(), [], [], []
    version, said_at = _version(), at or timezone.now()
    for each in ids:
        own = {theme: tag.state for theme, tag in before[each].items()}
        wanted = then(each, own, open_[each])
        result = outcome or (Outcome.TAGGED if State.ACCEPTED in wanted.values() else Outcome.REJECTED)
        if wanted == own and said.get(each) == result:
            continue
        kept = {str(t): [tag.state, tag.version_id, tag.tagged_at.isoformat()] for t, tag in before[each].items()}
        own_batch = uuid.uuid4() if is_sitting else batch
        rows.append(Judgement(feedback_id=each, user=by, outcome=result, batch=own_batch, before=kept, at=said_at))
        tags += [_row(each, theme, by, state, version, said_at) for theme, state in wanted.items()]
        changed.append(each)
    FeedbackTheme.objects.filter(user=by, feedback__in=changed).delete()
    FeedbackTheme.objects.bulk_create(tags)
    Judgement.objects.bulk_create(rows)
    facts.rebuild(changed)
    return len(changed)


def _row(feedback: int, theme: int, by: User, state: str, version: int, at: datetime) -> FeedbackTheme:
    return FeedbackTheme(
        feedback_id=feedback, theme_id=theme, user=by, by="person", state=state, version_id=version, tagged_at=at
    )


def _rejected(themes: set[int]) -> Own:
    return dict.fromkeys(sorted(themes), State.REJECTED)


def _check(*themes: Theme) -> None:
    known = set(
        Theme.objects.active().leaves().filter(pk__in={theme.pk for theme in themes}).values_list("pk", flat=True)
    )
    for theme in themes:
        if theme.pk not in known:
            raise BadTag(f"{theme.name} takes no feedback: it is no longer in use, or has themes below it")


def _version() -> int:
    newest = current()
    assert newest, "a theme has a version"
    return newest.number


def _own(ids: list[int], by: User) -> dict[int, dict[int, FeedbackTheme]]:
    found: dict[int, dict[int, FeedbackTheme]] = defaultdict(dict)
    for row in FeedbackTheme.objects.filter(user=by, feedback__in=ids):
        found[row.feedback_id][row.theme_id] = row
    return found


def _said(ids: list[int], by: User) -> dict[int, str]:
    """The person's latest outcome of each feedback, skips apart."""
    rows = Judgement.objects.filter(user=by, feedback__in=ids).exclude(outcome=Outcome.SKIPPED).order_by("id")
    return dict(rows.values_list("feedback", "outcome"))


def _suggested(ids: list[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    rows = FeedbackTheme.objects.filter(feedback__in=ids, state=State.SUGGESTED, theme__is_active=True)
    for feedback, theme in rows.values_list("feedback", "theme"):
        found[feedback].add(theme)
    return found
