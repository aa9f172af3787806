"""The writer of rosters: drafts, edits, undo, publishing, and planners who do not overwrite each other."""

import threading
from datetime import date, timedelta
from typing import NamedTuple

import pytest
from django.db import connection

from ops_dashboard.people import audit
from ops_dashboard.people.models import Agent, AuditEntry, Team
from ops_dashboard.people.roles import Scope
from tests.workforce.rostering import MONDAY, OTHER, PLANNER, instant, make_team, published, revision, shift, week
from workforce import roster_rows, rosters
from workforce.activities import ensured
from workforce.models import RosterEdit, RosterVersion, Shift
from workforce.rosters import NothingToDo, NotYours, Stale
from workforce.shift_changes import BadShift, Told, resized, with_activity

pytestmark = pytest.mark.django_db
NEXT = MONDAY + timedelta(days=7)
TUESDAY = MONDAY + timedelta(days=1)


class Place(NamedTuple):
    team: Team
    ada: Agent
    ben: Agent


@pytest.fixture
def place() -> Place:
    team, agents = make_team()
    return Place(team, agents["ada"], agents["ben"])


def draft(team: Team, monday: date = MONDAY) -> dict[str, Told]:
    return roster_rows.tell(Shift.objects.filter(version__team=team, version__week=monday, version__state="draft"))


def in_force(team: Team, monday: date = MONDAY) -> dict[str, Told]:
    return roster_rows.tell(Shift.objects.filter(team=team, version__week=monday).published())


def later(told: Told) -> Told:
    return resized(told, told.start_s + 3600, told.end_s + 3600, plain=told.segments[0].activity)


def test_the_first_edit_of_a_published_week_leaves_what_is_published_alone(place: Place) -> None:
    told = shift(place.ada, MONDAY)
    published(place.team, told)
    rosters.change(week(place.team), told.key, seen=revision(told), act="resize", by=later)
    assert in_force(place.team) == {told.key: told}
    assert draft(place.team) == {told.key: later(told)}


def test_publishing_supersedes_and_tells_what_changed(place: Place) -> None:
    kept, gone = shift(place.ada, MONDAY), shift(place.ada, TUESDAY)
    first = published(place.team, kept, gone)
    rosters.change(week(place.team), kept.key, seen=revision(kept), act="resize", by=later)
    rosters.change(week(place.team), gone.key, seen=revision(gone), act="remove", by=lambda told: None)
    came = shift(place.ben, MONDAY)
    rosters.add(week(place.team), [came])
    version, found = rosters.pending(place.team, MONDAY)
    assert version is not None
    second = rosters.publish(week(place.team), seen=version.mark)
    first.refresh_from_db()
    assert (first.state, first.superseded_at) == ("superseded", second.published_at)
    assert second.diff == {"added": [came.key], "removed": [gone.key], "changed": [kept.key]}
    assert found.count == 3
    assert in_force(place.team) == {kept.key: later(kept), came.key: came}
    assert AuditEntry.objects.get(action="roster_published", detail__changed=1).actor == "petra"
    assert audit.verify().is_intact


def test_what_was_in_force_at_an_instant_can_still_be_asked(place: Place) -> None:
    told = shift(place.ada, MONDAY)
    first = published(place.team, told)
    rosters.change(week(place.team), told.key, seen=revision(told), act="resize", by=later)
    version, _ = rosters.pending(place.team, MONDAY)
    assert version is not None
    second = rosters.publish(week(place.team), seen=version.mark)
    assert first.published_at and second.published_at
    before = Shift.objects.published_at(second.published_at - timedelta(microseconds=1))
    assert list(before) == list(Shift.objects.filter(version=first))
    assert list(Shift.objects.published_at(second.published_at)) == list(Shift.objects.filter(version=second))
    assert not Shift.objects.published_at(first.published_at - timedelta(microseconds=1)).exists()


def test_a_draft_that_moved_on_is_not_published_unseen(place: Place) -> None:
    rosters.add(week(place.team), [shift(place.ada, MONDAY)])
    version, _ = rosters.pending(place.team, MONDAY)
    assert version is not None
    rosters.add(week(place.team, scope=OTHER), [shift(place.ben, MONDAY)])
    with pytest.raises(Stale):
        rosters.publish(week(place.team), seen=version.mark)


def test_publishing_nothing_is_refused(place: Place) -> None:
    told = shift(place.ada, MONDAY)
    published(place.team, told)
    with pytest.raises(NothingToDo):
        rosters.publish(week(place.team), seen="")


def test_the_second_planner_is_told_instead_of_overwriting(place: Place) -> None:
    told = shift(place.ada, MONDAY)
    published(place.team, told)
    seen = revision(told)
    rosters.change(week(place.team), told.key, seen=seen, act="resize", by=later)
    with pytest.raises(Stale):
        rosters.change(week(place.team, scope=OTHER), told.key, seen=seen, act="remove", by=lambda told: None)
    assert draft(place.team) == {told.key: later(told)}


def test_a_shift_that_is_gone_cannot_be_changed(place: Place) -> None:
    told = shift(place.ada, MONDAY)
    rosters.add(week(place.team), [told])
    seen = revision(told)
    rosters.change(week(place.team), told.key, seen=seen, act="remove", by=lambda told: None)
    with pytest.raises(Stale):
        rosters.change(week(place.team), told.key, seen=seen, act="resize", by=later)


def test_two_shifts_of_one_agent_may_not_overlap(place: Place) -> None:
    rosters.add(week(place.team), [shift(place.ada, MONDAY)])
    with pytest.raises(BadShift, match="overlap"):
        rosters.add(week(place.team), [shift(place.ada, MONDAY, "16:00", "18:00")])
    rosters.add(week(place.team), [shift(place.ada, MONDAY, "17:00", "18:00"), shift(place.ben, MONDAY)])
    assert len(draft(place.team)) == 3


def test_a_shift_of_another_week_is_refused_and_nothing_is_kept(place: Place) -> None:
    with pytest.raises(BadShift, match="not in the week"):
        rosters.add(week(place.team), [shift(place.ada, NEXT)])
    assert not RosterVersion.objects.exists()


def test_undo_takes_back_one_edit_after_the_other(place: Place) -> None:
    told = shift(place.ada, MONDAY)
    rosters.add(week(place.team), [told])
    rosters.change(week(place.team), told.key, seen=revision(told), act="resize", by=later)
    rosters.change(week(place.team), told.key, seen=revision(told), act="remove", by=lambda told: None)
    states = []
    for _ in range(3):
        rosters.undo(week(place.team))
        states.append(draft(place.team))
    assert states == [{told.key: later(told)}, {told.key: told}, {}]
    with pytest.raises(NothingToDo):
        rosters.undo(week(place.team))


def test_what_an_undo_brings_back_has_a_revision_that_nobody_has_seen(place: Place) -> None:
    told = shift(place.ada, MONDAY)
    rosters.add(week(place.team), [told])
    seen = revision(told)
    rosters.change(week(place.team), told.key, seen=seen, act="remove", by=lambda told: None)
    rosters.undo(week(place.team))
    with pytest.raises(Stale):
        rosters.change(week(place.team), told.key, seen=seen, act="resize", by=later)


def test_undo_is_ones_own_and_stops_where_others_built_on_it(place: Place) -> None:
    told = shift(place.ada, MONDAY)
    rosters.add(week(place.team), [told])
    with pytest.raises(NothingToDo):
        rosters.undo(week(place.team, scope=OTHER))
    rosters.change(week(place.team, scope=OTHER), told.key, seen=revision(told), act="resize", by=later)
    with pytest.raises(Stale):
        rosters.undo(week(place.team))
    assert draft(place.team) == {told.key: later(told)}


def test_revert_brings_back_what_is_published_and_can_be_undone(place: Place) -> None:
    kept, gone = shift(place.ada, MONDAY), shift(place.ada, TUESDAY)
    published(place.team, kept, gone)
    rosters.change(week(place.team), kept.key, seen=revision(kept), act="resize", by=later)
    rosters.change(week(place.team), gone.key, seen=revision(gone), act="remove", by=lambda told: None)
    rosters.add(week(place.team), [shift(place.ben, MONDAY)])
    edited = draft(place.team)
    rosters.revert(week(place.team))
    assert draft(place.team) == {kept.key: kept, gone.key: gone}
    rosters.undo(week(place.team))
    assert draft(place.team) == edited
    rosters.undo(week(place.team))


def test_a_week_is_copied_at_its_times_on_the_clock_over_the_clock_change(place: Place) -> None:
    told, also = shift(place.ada, MONDAY), shift(place.ben, TUESDAY)
    published(place.team, told, also)
    rosters.add(week(place.team, NEXT), [shift(place.ben, NEXT + timedelta(days=1), "06:00", "10:00")])
    rosters.copy_week(week(place.team, NEXT), MONDAY)
    copies = {(s.agent, s.on): (s.start_s, s.end_s) for s in draft(place.team, NEXT).values()}
    assert copies == {
        (place.ada.pk, NEXT): (instant(NEXT, "09:00"), instant(NEXT, "17:00")),
        (place.ben.pk, NEXT + timedelta(days=1)): (
            instant(NEXT + timedelta(days=1), "06:00"),
            instant(NEXT + timedelta(days=1), "10:00"),
        ),
    }
    assert instant(NEXT, "09:00") - instant(MONDAY, "09:00") == 7 * 86_400 - 3600
    rosters.undo(week(place.team, NEXT))
    assert len(draft(place.team, NEXT)) == 1


def test_copying_twice_adds_nothing(place: Place) -> None:
    published(place.team, shift(place.ada, MONDAY))
    rosters.copy_week(week(place.team, NEXT), MONDAY)
    with pytest.raises(NothingToDo):
        rosters.copy_week(week(place.team, NEXT), MONDAY)


def test_activities_survive_the_tables(place: Place) -> None:
    told = shift(place.ada, MONDAY)
    told = with_activity(told, told.start_s + 3600, told.start_s + 7200, ensured()["training"].pk)
    rosters.add(week(place.team), [told])
    assert draft(place.team) == {told.key: told}


@pytest.mark.parametrize(
    "scope",
    [
        Scope(role="manager", username="carol", teams=None, sees_rosters=True),
        Scope(role="team_lead", username="bob", teams=frozenset({0}), sees_rosters=True, may_roster=True),
    ],
)
def test_only_those_who_may_edit_the_team(place: Place, scope: Scope) -> None:
    with pytest.raises(NotYours):
        week(place.team, scope=scope)


def test_an_agent_sees_only_own_shifts_once_published(place: Place) -> None:
    mine = Scope(
        role="agent", username="ada", teams=frozenset({place.team.pk}), agent_id=place.ada.pk, sees_rosters=True
    )
    told = shift(place.ada, MONDAY)
    rosters.add(week(place.team), [told, shift(place.ben, MONDAY)])
    assert not Shift.objects.visible_to(mine).exists()
    version, _ = rosters.pending(place.team, MONDAY)
    assert version is not None
    rosters.publish(week(place.team), seen=version.mark)
    assert [str(key) for key in Shift.objects.visible_to(mine).values_list("key", flat=True)] == [told.key]
    assert not RosterVersion.objects.visible_to(mine).exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_planners_at_the_same_moment_one_is_told() -> None:
    team, agents = make_team()
    told = shift(agents["ada"], MONDAY)
    published(team, told)
    seen = revision(told)
    outcomes: list[str] = []
    barrier = threading.Barrier(2)

    def act(scope: Scope) -> None:
        try:
            barrier.wait(timeout=20)
            rosters.change(week(team, scope=scope), told.key, seen=seen, act="resize", by=later)
            outcomes.append("done")
        except Stale:
            outcomes.append("stale")
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(scope,)) for scope in (PLANNER, OTHER)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(outcomes) == ["done", "stale"]
    assert RosterEdit.objects.filter(act="resize").count() == 1
    assert RosterVersion.objects.drafts().count() == 1
