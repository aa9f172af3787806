"""The facts of one ticket, told by walking over its events. Slow, plain, and written from the definitions."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import partial

from tests.oracle.facts import Closed, Created, Cuts, Held, Reply, Solve, Step, Told, Worklog
from tests.oracle.levels import Levels
from tests.oracle.promises import promises
from tests.oracle.replay import Moment, Stretch, moments, stretches
from tickets.connectors.drafts import Draft
from tickets.vocabulary import ActorKind, EventType

HOUR = 3600
WAITING = ("new", "open", "hold")
AUTOMATIC = (ActorKind.BOT, ActorKind.SYSTEM)


def tell(drafts: Iterable[Draft], *, levels: Levels, now: datetime) -> Told:
    """Every fact of the tickets that `drafts` tell, as of `now`."""
    tickets: dict[str, list[Draft]] = {}
    for draft in drafts:
        tickets.setdefault(draft.ticket_ref, []).append(draft)
    told = Told()
    for ref, events in tickets.items():
        seen = moments(events)
        cut = stretches(seen)
        told.created.append(_created(ref, seen))
        told.closed += _closed(ref, seen)
        told.steps += _steps(ref, seen)
        told.held += [
            Held(ticket=ref, at=each.at, until=each.until, team=each.state.team, cuts=each.state.cuts)
            for each in cut
            if each.state.is_in_backlog
        ]
        told.replies += _replies(ref, seen, levels=levels)
        told.solves += _solves(ref, seen, cut, levels=levels)
        told.worklogs += _worklogs(ref, seen)
        told.promises += promises(ref, seen, cut, levels=levels, now=int(now.astimezone(UTC).timestamp()))
    return told


def _created(ref: str, seen: Sequence[Moment]) -> Created:
    created_at, now = seen[0].at, seen[-1].after
    settled = [moment for moment in seen if moment.at <= created_at + HOUR][-1].after
    assigned = [moment.at for moment in seen if moment.after.assignee]
    return Created(
        ticket=ref,
        at=created_at,
        team=settled.team,
        cuts=now.cuts,
        reopens=sum(moment.is_reopening for moment in seen),
        reassignments=sum(moment.is_reassignment for moment in seen),
        transfers=sum(moment.is_transfer for moment in seen),
        has_waited=any(moment.after.status == "pending" for moment in seen),
        priority_changed=any(moment.before.priority != moment.after.priority for moment in seen),
        public_replies=sum(moment.is_reply for moment in seen),
        requester_messages=sum(moment.draft.type is EventType.REQUESTER_MESSAGE for moment in seen),
        assigned_s=assigned[0] - created_at if assigned else None,
    )


def _closed(ref: str, seen: Sequence[Moment]) -> list[Closed]:
    now = seen[-1].after
    for moment in seen:
        if moment.after.status == "closed":
            return [Closed(ticket=ref, at=moment.at, team=now.team, cuts=now.cuts, age_s=moment.at - seen[0].at)]
    return []


def _steps(ref: str, seen: Sequence[Moment]) -> list[Step]:
    """Ways into, within and out of the backlog, and from hand to hand.

    An instant is one update: what enters is cut as the update leaves it, what leaves as it stood
    in the backlog. Routing to a first team in the instant of creation is part of creation.
    """
    told: list[Step] = []
    stood = seen[0].at_last.cuts
    for place, moment in enumerate(seen):
        before, after, cuts = moment.before, moment.after, moment.at_last.cuts
        if place and seen[place - 1].at < moment.at:
            stood = seen[place - 1].at_last.cuts
        add = partial(_add, told, ref, moment)
        moves = before.team != after.team and (before.team != "" or moment.at > seen[0].at)
        if place == 0:
            add("created", _first_team(seen), cuts)
        elif after.is_in_backlog and not before.is_in_backlog:
            add("reopened" if before.is_done else "restored", after.team, cuts)
            stood = cuts
        elif after.is_in_backlog and moves:
            add("moved_out", before.team, stood)
            add("moved_in", after.team, cuts)
            stood = cuts
        if (before.is_in_backlog or place == 0) and not after.is_in_backlog:
            add("solved" if after.is_done else after.status, before.team, stood)
        is_last = place + 1 == len(seen) or seen[place + 1].at > moment.at
        if is_last and after.is_in_backlog and stood != cuts and not _moved_at(told, moment.at):
            add("reclassified_out", after.team, stood)
            add("reclassified_in", after.team, cuts)
        if moment.is_reassignment:
            add("reassigned", after.team, cuts)
        if moment.is_transfer:
            add("transferred", after.team, cuts)
    return told


def _moved_at(told: Sequence[Step], at: int) -> bool:
    """Whether the ticket entered, left or changed teams at an instant."""
    return any(step.at == at and step.step not in ("reassigned", "transferred") for step in told)


def _add(told: list[Step], ref: str, moment: Moment, step: str, team: str, cuts: Cuts) -> None:
    told.append(Step(ticket=ref, at=moment.at, team=team, cuts=cuts, step=step))


def _first_team(seen: Sequence[Moment]) -> str:
    """The team that creation, or routing in its instant, gave the ticket."""
    teams = [moment.after.team for moment in seen if moment.at == seen[0].at]
    return next((team for team in teams if team), "")


def _replies(ref: str, seen: Sequence[Moment], *, levels: Levels) -> list[Reply]:
    """The first human reply, unless it opened the ticket, and each one that ended a later wait."""
    told: list[Reply] = []
    clock = levels.clock_of(seen)
    waiting_since: int | None = seen[0].at
    has_reply = False
    for moment in seen:
        is_opening = not has_reply and moment.is_reply and is_outbound(seen)
        if moment.is_reply and waiting_since is not None and not is_opening:
            told.append(
                Reply(
                    ticket=ref,
                    at=moment.at,
                    team=moment.after.team,
                    cuts=moment.at_last.cuts,
                    agent=moment.draft.actor_ref or "",
                    is_first=not has_reply,
                    wait_s=moment.at - waiting_since,
                    wait_business_s=clock.elapsed(waiting_since, moment.at),
                )
            )
        if moment.is_reply:
            has_reply, waiting_since = True, None
        elif has_reply and moment.is_solve:
            waiting_since = None
        elif has_reply and moment.draft.type is EventType.REQUESTER_MESSAGE and waiting_since is None:
            waiting_since = moment.at
    return told


def is_outbound(seen: Sequence[Moment]) -> bool:
    """An agent opened the ticket by writing to the requester."""
    first = seen[0]
    is_ours = first.draft.type is EventType.TICKET_CREATED and first.draft.actor_kind is ActorKind.AGENT
    replies = [moment.at for moment in seen if moment.is_reply]
    return is_ours and replies[:1] == [first.at]


def _solves(ref: str, seen: Sequence[Moment], cut: Sequence[Stretch], *, levels: Levels) -> list[Solve]:
    """Every entry into solved or closed from the backlog."""
    clock = levels.clock_of(seen)
    places = [place for place, moment in enumerate(seen) if moment.is_solve]
    told = []
    for nth, place in enumerate(places):
        moment, so_far = seen[place], seen[: place + 1]
        until = places[nth + 1] if nth + 1 < len(places) else len(seen)
        reopening = next((n for n in range(place, until) if seen[n].is_reopening), None)
        waited = [
            (stretch.at, min(stretch.until or moment.at, moment.at))
            for stretch in cut
            if stretch.state.status in WAITING and stretch.at < moment.at
        ]
        told.append(
            Solve(
                ticket=ref,
                at=moment.at,
                team=moment.after.team,
                cuts=(moment.after.priority, *moment.at_last.cuts[1:]),
                solver=_solver(moment),
                is_first=nth == 0,
                is_last=nth == len(places) - 1,
                reopened_at=None if reopening is None else seen[reopening].at,
                reopened_by="" if reopening is None else _on_behalf_of(seen, reopening),
                replies=sum(each.is_reply for each in so_far),
                reassignments=sum(each.is_reassignment for each in so_far),
                resolution_s=moment.at - seen[0].at,
                resolution_business_s=clock.elapsed(seen[0].at, moment.at),
                wait_s=sum(b - a for a, b in waited),
                wait_business_s=sum(clock.elapsed(a, b) for a, b in waited),
            )
        )
    return told


def _worklogs(ref: str, seen: Sequence[Moment]) -> list[Worklog]:
    """What the one who acted, else the assignee, logged; nothing is not logged."""
    return [
        Worklog(
            ticket=ref,
            at=moment.at,
            team=moment.after.team,
            cuts=moment.after.cuts,
            agent=(moment.draft.actor_kind is ActorKind.AGENT and moment.draft.actor_ref) or moment.after.assignee,
            seconds=seconds,
        )
        for moment in seen
        if moment.draft.type is EventType.WORKLOG_ADDED
        and (seconds := 60 * (moment.draft.meta or {}).get("minutes", 0)) > 0
    ]


def _solver(moment: Moment) -> str:
    """The agent who solved, else the assignee; nobody where an automation did."""
    draft = moment.draft
    if draft.actor_kind in AUTOMATIC:
        return ""
    by_agent = draft.actor_kind is ActorKind.AGENT and draft.actor_ref
    return draft.actor_ref or "" if by_agent else moment.after.assignee


def _on_behalf_of(seen: Sequence[Moment], place: int) -> str:
    """Who reopened: the requester, where an automation did so at the instant of their message."""
    moment = seen[place]
    wrote = any(
        each.at == moment.at
        and each.draft.type is EventType.REQUESTER_MESSAGE
        and each.draft.actor_kind is ActorKind.REQUESTER
        for each in seen[: place + 1]
    )
    if wrote and moment.draft.actor_kind in AUTOMATIC:
        return "requester"
    return moment.draft.actor_kind.label
