"""The only writer of rosters: drafts, edits that can be undone, publishing.

A team's week has at most one draft. The first edit of a published week copies it into a draft;
publishing puts the draft in its place and keeps what it replaced. Every act holds the team's lock,
so that two planners take turns; a shift that somebody else has changed since the reader saw it is
not overwritten (`Stale`).
"""

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from dataclasses import replace as replaced
from datetime import date

from django.db import connection, transaction
from django.utils import timezone

from ops_dashboard.metrics.rollup import mark_changed, snapshot
from ops_dashboard.people import audit
from ops_dashboard.people.models import Team
from ops_dashboard.people.roles import Scope
from workforce import roster_rows
from workforce.models import RosterEdit, RosterVersion, Shift
from workforce.shift_changes import BadShift, Difference, Told, difference, monday, moved, overlap

State = RosterVersion.State
Change = Callable[[Told], Told | None]
Swap = tuple[list[str], list[Told]]  # the keys that go, the shifts that come


class NotYours(PermissionError):
    """The reader may not edit this team's roster."""


class Stale(Exception):
    """Somebody else has changed it since the reader saw it."""


class NothingToDo(Exception):
    """There is no such shift, nothing to undo, or nothing to publish."""


@dataclass(frozen=True)
class Week:
    """A team's week, and who wants to change it."""

    team: Team
    monday: date
    scope: Scope

    def __post_init__(self) -> None:
        if not self.scope.may_roster or not self.scope.sees_team(self.team.pk):
            raise NotYours(f"{self.scope.username} may not edit the roster of {self.team}")
        if self.monday != monday(self.monday):
            raise BadShift(f"{self.monday} is no Monday")


def add(week: Week, shifts: Sequence[Told]) -> RosterEdit:
    """Add shifts. BadShift where one would overlap, or belongs to another week."""
    return _edit(week, "add", lambda standing: ([], list(shifts)))


def change(week: Week, key: str, *, seen: int, act: str, by: Change) -> RosterEdit:
    """Change one shift, or remove it where `by` gives None; `seen` is its revision as the reader saw it.

    Stale, NothingToDo, BadShift.
    """

    def told(standing: dict[str, Told]) -> Swap:
        if key not in standing:
            raise Stale("This shift is not there any more: somebody has removed it.")
        after = by(standing[key])
        return [key], [after] if after else []

    return _edit(week, act, told, seen={key: seen})


def remove(week: Week, seen: dict[str, int]) -> RosterEdit:
    """Remove shifts by key; `seen` has their revisions as the reader saw them. Stale."""

    def told(standing: dict[str, Told]) -> Swap:
        if missing := seen.keys() - standing.keys():
            raise Stale(f"{len(missing)} of these shifts is not there any more: somebody has removed it.")
        return list(seen), []

    return _edit(week, "remove", told, seen=seen)


def copy_week(week: Week, source: date) -> RosterEdit:
    """Fill the days on which somebody has no shift yet with those of the week `source`."""

    def told(standing: dict[str, Told]) -> Swap:
        taken = {(shift.agent, shift.on) for shift in standing.values()}
        shifts = _in_force(week.team, source)
        days = week.monday - source
        copies = [
            replaced(moved(shift, to=shift.on + days, agent=shift.agent, zone=shift.zone), key=str(uuid.uuid4()))
            for shift in shifts.values()
            if (shift.agent, shift.on + days) not in taken
        ]
        if not copies:
            raise NothingToDo("Everybody of that week has a shift on those days already.")
        return [], copies

    return _edit(week, "copy", told)


def revert(week: Week) -> RosterEdit:
    """Make the draft equal to what is published; can be undone like any edit."""
    published = _version(week.team, week.monday, State.PUBLISHED)
    if published is None:
        raise NothingToDo("Nothing of this week is published yet.")
    before = roster_rows.tell(Shift.objects.filter(version=published))

    def told(standing: dict[str, Told]) -> Swap:
        found = difference(standing.values(), before.values())
        if not found.count:
            raise NothingToDo("The draft is as it was published.")
        gone = [shift.key for shift in found.removed] + [old.key for old, _ in found.changed]
        return gone, [*found.added, *(new for _, new in found.changed)]

    return _edit(week, "revert", told)


def undo(week: Week) -> RosterEdit:
    """Take back the reader's own latest edit of this week. NothingToDo; Stale where others built on it."""
    with transaction.atomic():
        _lock(week.team)
        draft = _version(week.team, week.monday, State.DRAFT)
        edits = RosterEdit.objects.filter(version=draft, by=week.scope.username, undone_at=None).order_by("-pk")
        edit = edits.first() if draft else None
        if draft is None or edit is None:
            raise NothingToDo("You have nothing to undo in this week.")
        after = {row["key"]: Told.from_document(row) for row in edit.after}
        before = [Told.from_document(row) for row in edit.before]
        standing = roster_rows.tell(Shift.objects.filter(version=draft))
        touched = after.keys() | {told.key for told in before}
        if any(standing.get(key) != after.get(key) for key in touched):
            raise Stale("Somebody has changed these shifts since; nothing was undone.")
        _put(draft, standing, list(after), before)
        edit.undone_at = timezone.now()
        edit.save(update_fields=["undone_at"])
        return edit


def pending(team: Team, week: date) -> tuple[RosterVersion | None, Difference]:
    """The draft of a week, and what publishing it would change."""
    draft = _version(team, week, State.DRAFT)
    if draft is None:
        return None, Difference((), (), ())
    published = _version(team, week, State.PUBLISHED)
    before = roster_rows.tell(Shift.objects.filter(version=published)) if published else {}
    return draft, difference(before.values(), roster_rows.tell(Shift.objects.filter(version=draft)).values())


@transaction.atomic
def publish(week: Week, *, seen: str) -> RosterVersion:
    """Put the draft in force; `seen` is its mark when the reader saw what would change. Stale, NothingToDo."""
    _lock(week.team)
    draft, found = pending(week.team, week.monday)
    if draft is None or not found.count:
        raise NothingToDo("There is nothing to publish: the draft is as it was published.")
    if draft.mark != seen:
        raise Stale("The draft has changed since you looked at it; look again before you publish.")
    published = _version(week.team, week.monday, State.PUBLISHED)
    shifts = list(
        Shift.objects.filter(version__in=[draft, *([published] if published else [])]).values_list("pk", flat=True)
    )
    with connection.cursor() as cursor:
        snapshot(cursor, shifts, about="shift")
        now = timezone.now()
        if published:
            published.state, published.superseded_at = State.SUPERSEDED, now
            published.save(update_fields=["state", "superseded_at"])
        draft.state, draft.published_at, draft.published_by = State.PUBLISHED, now, week.scope.username
        draft.diff = found.document()
        draft.save(update_fields=["state", "published_at", "published_by", "diff"])
        mark_changed(cursor, shifts, had_facts=True, about="shift")
    audit.record(
        week.scope.username,
        "roster_published",
        f"{week.team.slug}, week of {week.monday}",
        added=len(found.added), removed=len(found.removed), changed=len(found.changed),
    )  # fmt: skip
    return draft


def _edit(
    week: Week, act: str, told: Callable[[dict[str, Told]], Swap], *, seen: dict[str, int] | None = None
) -> RosterEdit:
    """Do one act on the draft, in one transaction; `told` gives the keys that go and the shifts that come."""
    with transaction.atomic():
        _lock(week.team)
        draft = _version(week.team, week.monday, State.DRAFT) or _begin(week)
        _refuse_unseen(draft, seen or {})
        standing = roster_rows.tell(Shift.objects.filter(version=draft))
        gone, come = told(standing)
        _refuse_strays(week, come)
        _put(draft, standing, gone, come)
        return RosterEdit.objects.create(
            version=draft,
            by=week.scope.username,
            act=act,
            before=[standing[key].document() for key in gone],
            after=[shift.document() for shift in come],
        )


def _put(draft: RosterVersion, standing: dict[str, Told], gone: list[str], come: list[Told]) -> None:
    """Write an edit, refusing overlaps of what it brings."""
    agents = {shift.agent for shift in come}
    kept = [shift for key, shift in standing.items() if key not in gone and shift.agent in agents]
    if clash := overlap([*kept, *come]):
        raise BadShift(f"It would overlap another shift of the same agent, on {clash[0].on:%-d %b}.")
    draft.revision += 1
    draft.save(update_fields=["revision"])
    roster_rows.replace(draft, gone, come)


def _begin(week: Week) -> RosterVersion:
    """A draft that starts from what is published."""
    draft = RosterVersion.objects.create(team=week.team, week=week.monday, created_by=week.scope.username)
    published = Shift.objects.filter(version__team=week.team, version__week=week.monday).published()
    revisions = {str(key): revision for key, revision in published.values_list("key", "revision")}
    if revisions:
        roster_rows.save(draft, roster_rows.tell(published).values(), revisions=revisions)
        draft.revision = max(revisions.values()) + 1
        draft.save(update_fields=["revision"])
    return draft


def _refuse_unseen(draft: RosterVersion, seen: dict[str, int]) -> None:
    current = {
        str(key): rev for key, rev in Shift.objects.filter(version=draft, key__in=seen).values_list("key", "revision")
    }
    for key, revision in seen.items():
        if key in current and current[key] != revision:
            raise Stale("Somebody has changed this shift since you saw it; here it is as it stands now.")


def _refuse_strays(week: Week, shifts: Iterable[Told]) -> None:
    for shift in shifts:
        if monday(shift.on) != week.monday:
            raise BadShift(f"{shift.on:%-d %b} is not in the week of {week.monday:%-d %b}.")


def _in_force(team: Team, week: date) -> dict[str, Told]:
    """The draft's shifts, or the published ones where there is no draft."""
    version = _version(team, week, State.DRAFT) or _version(team, week, State.PUBLISHED)
    return roster_rows.tell(Shift.objects.filter(version=version)) if version else {}


def _version(team: Team, week: date, state: RosterVersion.State) -> RosterVersion | None:
    return RosterVersion.objects.filter(team=team, week=week, state=state).first()


def _lock(team: Team) -> None:
    """Wait for whoever edits this team's roster now."""
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)
