"""From the columns of a cohort to drafts, in the words of the demo source."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tickets.connectors.drafts import NO_VALUE, Draft
from tickets.demo.catalogue import TEAMS
from tickets.demo.cohort import ALL_REASONS, CHANNEL_SLUGS, LANGUAGE_SLUGS, PRIORITY_SLUGS, Cohort
from tickets.demo.organisation import Organisation
from tickets.demo.script import NOBODY, Attribute, Lines
from tickets.vocabulary import ActorKind, EventType, Status

BOT_REF = "helper-bot"
PUBLIC = frozenset({EventType.REQUESTER_MESSAGE, EventType.AGENT_REPLY, EventType.BOT_REPLY, EventType.AUTO_REPLY})
RATING_SCALE = 5
_FIELDS = {
    Attribute.STATUS: "status",
    Attribute.PRIORITY: "priority",
    Attribute.TEAM: "team",
    Attribute.ASSIGNEE: "assignee",
    Attribute.REASON: "reason",
    Attribute.LANGUAGE: "language",
}
_TYPES = {type_.value: type_ for type_ in EventType}
_KINDS = {kind.value: kind for kind in ActorKind}
TEAM_SLUGS = tuple(team.slug for team in TEAMS)
REASON_SLUGS = tuple(reason.slug for reason in ALL_REASONS)


class Teller:
    """Turns rows into drafts; knows the words of every code."""

    def __init__(self, organisation: Organisation) -> None:
        self.agents = tuple(agent.slug for agent in organisation.agents)
        self.words: dict[int, dict[int, str]] = {
            Attribute.STATUS: {status.value: status.label for status in Status},
            Attribute.PRIORITY: dict(enumerate(PRIORITY_SLUGS)),
            Attribute.TEAM: dict(enumerate(TEAM_SLUGS)),
            Attribute.ASSIGNEE: dict(enumerate(self.agents)) | {NOBODY: NO_VALUE},
            Attribute.REASON: dict(enumerate(REASON_SLUGS)),
            Attribute.LANGUAGE: dict(enumerate(LANGUAGE_SLUGS)),
        }

    def drafts(
        self, cohort: Cohort, lines: Lines, *, first_number: int, told: NDArray[np.bool_], language: NDArray[np.int64]
    ) -> Iterator[Draft]:
        """The drafts of the lines that `told` marks, in their order.

        Tickets are numbered from `first_number` in order of creation, events within their ticket
        over all its lines, so that what is told later continues the count. `language` is what
        each ticket is created with.
        """
        rows = np.flatnonzero(told)
        columns = (lines.nth, lines.ticket, lines.at, lines.type, lines.kind, lines.actor)
        change = (lines.attribute, lines.value, lines.before, lines.detail)
        for row in zip(*(column[rows].tolist() for column in columns + change), strict=True):
            yield self._draft(cohort, row, first_number=first_number, language=language)

    def _draft(self, cohort: Cohort, row: tuple[int, ...], *, first_number: int, language: NDArray[np.int64]) -> Draft:
        nth, ticket, at, type_, kind, actor, attribute, value, before, detail = row
        ref = str(first_number + ticket)
        values: dict[str, Any] = {}
        if type_ == EventType.TICKET_CREATED:
            values = {
                "status": "new",
                "priority": PRIORITY_SLUGS[cohort.priority[ticket]],
                "team": TEAM_SLUGS[cohort.team[ticket]],
                "channel": CHANNEL_SLUGS[cohort.channel[ticket]],
                "language": LANGUAGE_SLUGS[language[ticket]],
                "reason": REASON_SLUGS[cohort.reason[ticket]],
                "requester_ref": f"viewer-{cohort.requester[ticket]}",
            }
        elif attribute:
            words = self.words[attribute]
            changed = {"from_value": words[before], "to_value": words[value]}
            values = {_FIELDS[Attribute(attribute)]: words[value], **changed}
        elif type_ == EventType.SURVEY_ANSWERED:
            values = {"to_value": str(detail), "meta": {"rating": detail, "scale_max": RATING_SCALE}}
        elif type_ == EventType.TICKET_MERGED:
            values = {"to_value": str(first_number + detail)}
        elif type_ == EventType.FOLLOW_UP_CREATED:
            values = {"from_value": str(first_number + detail)}
        return Draft(
            ticket_ref=ref,
            type=_TYPES[type_],
            occurred_at=datetime.fromtimestamp(at, UTC),
            seq=nth,
            actor_ref=self._actor(cohort, ticket, kind=kind, actor=actor),
            actor_kind=_KINDS[kind],
            is_public=type_ in PUBLIC,
            native_id=f"{ref}-{nth}",
            **values,
        )

    def _actor(self, cohort: Cohort, ticket: int, *, kind: int, actor: int) -> str | None:
        if kind == ActorKind.AGENT:
            return self.agents[actor]
        if kind == ActorKind.REQUESTER:
            return f"viewer-{cohort.requester[ticket]}"
        return BOT_REF if kind == ActorKind.BOT else None
