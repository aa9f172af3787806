"""From the columns of a cohort to drafts, in the words of the demo source."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tickets.connectors.drafts import NO_VALUE, Draft
from tickets.demo.catalogue import TEAMS
from tickets.demo.cohort import ALL_REASONS, CHANNEL_SLUGS, LANGUAGE_SLUGS, PRIORITY_SLUGS, Cohort, Fate, Listed
from tickets.demo.organisation import Organisation
from tickets.demo.script import NOBODY, Attribute, Lines
from tickets.demo.speech import Speech
from tickets.demo.stories import Stories
from tickets.vocabulary import ActorKind, EventType, Status

BOT_REF = "helper-bot"
PUBLIC = frozenset({EventType.REQUESTER_MESSAGE, EventType.AGENT_REPLY, EventType.BOT_REPLY, EventType.AUTO_REPLY})
SPOKEN = frozenset({EventType.REQUESTER_MESSAGE, EventType.AGENT_REPLY, EventType.SURVEY_ANSWERED})
SPAM = (
    "Grow your channel overnight, ten thousand followers for the price of one, visit www.followers.example/now",
    "CONGRATULATIONS your account was chosen, claim the prize at https://prize.example/claim",
    "We buy business accounts, best price, answer to deals@bulk.example",
)
# Members looked up once: their class takes a hundred times longer to give one.
_CREATED, _ANSWERED = EventType.TICKET_CREATED, EventType.SURVEY_ANSWERED
_MERGED, _FOLLOWS = EventType.TICKET_MERGED, EventType.FOLLOW_UP_CREATED
_LOGGED = EventType.WORKLOG_ADDED
_SPAM = Fate.SPAM
_AGENT, _REQUESTER, _BOT = ActorKind.AGENT, ActorKind.REQUESTER, ActorKind.BOT
RATING_SCALE = 5
_FIELDS: dict[int, str] = {
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

    def __init__(self, organisation: Organisation, stories: Stories, *, seed: int) -> None:
        self.speech = Speech(seed, stories, [agent.name.split()[0] for agent in organisation.agents])
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
        if not len(rows):
            return
        columns = (lines.nth, lines.ticket, lines.at, lines.type, lines.kind, lines.actor)
        change = (lines.attribute, lines.value, lines.before, lines.detail)
        listed, spoken_first = Listed(cohort), language.tolist()
        for row in zip(*(column[rows].tolist() for column in columns + change), strict=True):
            yield self._draft(listed, row, first_number=first_number, language=spoken_first)

    def _draft(self, cohort: Listed, row: tuple[int, ...], *, first_number: int, language: list[int]) -> Draft:
        nth, ticket, at, type_, kind, actor, attribute, value, before, detail = row
        ref = str(first_number + ticket)
        values: dict[str, Any] = {}
        if type_ == _CREATED:
            values = {
                "status": "new",
                "priority": PRIORITY_SLUGS[cohort.priority[ticket]],
                "team": TEAM_SLUGS[cohort.team[ticket]],
                "channel": CHANNEL_SLUGS[cohort.channel[ticket]],
                "language": LANGUAGE_SLUGS[language[ticket]],
                "reason": REASON_SLUGS[cohort.reason[ticket]],
                "requester_ref": f"viewer-{cohort.requester[ticket]}",
                "known": self.speech.known(cohort, ticket),
            }
        elif attribute:
            words = self.words[attribute]
            told = words[value]
            values = {_FIELDS[attribute]: told, "from_value": words[before], "to_value": told}
        elif type_ == _ANSWERED:
            values = {"to_value": str(detail), "meta": {"rating": detail, "scale_max": RATING_SCALE}}
        elif type_ == _MERGED:
            values = {"to_value": str(first_number + detail)}
        elif type_ == _LOGGED:
            values = {"meta": {"minutes": detail}}
        elif type_ == _FOLLOWS:
            values = {"from_value": str(first_number + detail)}
        if type_ in SPOKEN:
            values["text"] = self._said(cohort, row, first_number=first_number)
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

    def _said(self, cohort: Listed, row: tuple[int, ...], *, first_number: int) -> str | None:
        nth, ticket, at, type_, _, actor, *_, detail = row
        if cohort.fate[ticket] == _SPAM:
            return SPAM[(first_number + ticket) % len(SPAM)] if nth == 1 else None
        number = first_number + ticket
        return self.speech.text(cohort, ticket, number=number, nth=nth, at=at, type_=type_, actor=actor, detail=detail)

    def _actor(self, cohort: Listed, ticket: int, *, kind: int, actor: int) -> str | None:
        if kind == _AGENT:
            return self.agents[actor]
        if kind == _REQUESTER:
            return f"viewer-{cohort.requester[ticket]}"
        return BOT_REF if kind == _BOT else None
