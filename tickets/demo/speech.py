"""What is said in the demo's conversations: by reason, language, channel, turn and story."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tickets.demo.catalogue import REASONS
from tickets.demo.cohort import ALL_REASONS, CHANNEL_SLUGS, LANGUAGE_SLUGS, Listed
from tickets.demo.stories import OUTAGE_HOURS, UNDERSERVED, Stories
from tickets.demo.wording import Template, Told, stirred, vocabulary
from tickets.redaction import Known
from tickets.vocabulary import EventType

DAY, HOUR = 86_400, 3_600
_MESSAGE, _REPLY, _SURVEY = EventType.REQUESTER_MESSAGE, EventType.AGENT_REPLY, EventType.SURVEY_ANSWERED
_ENDS = ("?", "!", ".", "。", "？")
_LETTERS = frozenset({"email", "web", "portal"})  # channels in which people greet and sign
_PERSONAL, _PAID, _EXTRA, _SMALL, _LOUD, _COMMENTED = 10, 25, 60, 30, 6, 45  # percent
_BROKEN = frozenset({"playback", "app-crash", "code-not-received", "stream-quality"})
_PAYMENTS = frozenset(reason.slug for reason in REASONS["Payments & gifts"])
_UNDERSERVED_SHARE = 55
_FUNCTION_OF = {reason.slug: function for function, reasons in REASONS.items() for reason in reasons}
_PLACE = {reason.slug: place for reasons in REASONS.values() for place, reason in enumerate(reasons)}
_QUARTERS = tuple(f"{hour:02}:{minute:02}" for hour in range(24) for minute in range(0, 60, 15))
_PUNCTUAL, _LATE = 3, 13  # days a payout takes before and after it has got slower


@dataclass(frozen=True)
class Speech:
    """Words for the lines of a world; the same line always says the same."""

    seed: int
    stories: Stories
    agents: Sequence[str]  # first names by code

    @cached_property
    def _decline(self) -> tuple[float, float]:
        return self.stories.decline.timestamp(), self.stories.now.timestamp()

    @cached_property
    def _outage(self) -> tuple[float, float]:
        begin = self.stories.outage.timestamp()
        return begin, begin + (OUTAGE_HOURS + 6) * HOUR

    def text(
        self, cohort: Listed, ticket: int, *, number: int, nth: int, at: int, type_: int, actor: int, detail: int
    ) -> str | None:
        """What is said at a line, or None for one without words."""
        luck = stirred(stirred(self.seed * 1_000_003 + number) ^ (nth * 0x9E37_79B9_7F4A_7C15))
        told = self._told(cohort, ticket, at=at, actor=actor)
        language = LANGUAGE_SLUGS[cohort.language[ticket]]
        words = vocabulary(language)
        if type_ == _MESSAGE:
            if nth > 1:
                return _manner(_picked(words["again"], luck, told), luck)
            return self._opening(cohort, ticket, at=at, luck=luck, told=told, words=words)
        if type_ == _REPLY:
            return _answer(words, ALL_REASONS[cohort.reason[ticket]].slug, luck, told)
        if type_ == _SURVEY and language == "en" and luck % 100 < _COMMENTED:
            return _picked(words["praise" if detail >= 4 else "blame"], luck, told)
        return None

    def known(self, cohort: Listed, ticket: int) -> Known:
        """What the desk knows of whoever wrote the ticket."""
        told = Told(cohort.requester[ticket], "", "", 0)
        return Known(names=(told.name,), emails=(told.email,), handles=(told.handle,))

    def _told(self, cohort: Listed, ticket: int, *, at: int, actor: int) -> Told:
        since, now = self._decline
        slower = min(max((at - since) / (now - since), 0.0), 1.0)
        quarter = cohort.at[ticket] % DAY // 900
        return Told(
            requester=cohort.requester[ticket],
            agent=self.agents[actor] if actor >= 0 else "",
            hour=_QUARTERS[quarter],
            late=round(_PUNCTUAL + slower * (_LATE - _PUNCTUAL)),
        )

    def _opening(self, cohort: Listed, ticket: int, *, at: int, luck: int, told: Told, words: Mapping[str, Any]) -> str:
        reason = ALL_REASONS[cohort.reason[ticket]].slug
        body = _picked(self._bodies(reason, LANGUAGE_SLUGS[cohort.language[ticket]], at, luck, words), luck, told)
        sentences = [body]
        luck = stirred(luck)
        if "extras" in words and luck % 100 < _EXTRA:
            sentences.append(_picked(words["extras"], luck, told))
        luck = stirred(luck)
        if luck % 100 < _PERSONAL:
            sentences.append(_picked(words["personal"], luck, told))
        elif reason in _PAYMENTS and "paid" in words and luck // 100 % 100 < _PAID:
            sentences.append(_picked(words["paid"], luck, told))
        text = _manner(_joined(sentences), luck)
        if CHANNEL_SLUGS[cohort.channel[ticket]] in _LETTERS and "openings" in words:
            parts = (_picked(words["openings"], luck, told), text, _picked(words["closings"], stirred(luck), told))
            return "\n\n".join(part for part in parts if part)
        return text

    def _bodies(self, reason: str, language: str, at: int, luck: int, words: Mapping[str, Any]) -> Sequence[Template]:
        """The templates that fit: those of a story that is on, or of the reason."""
        draw = luck >> 40
        begin, end = self._outage
        if reason in _BROKEN and begin <= at < end and draw % 10 < 8:
            return words["outage"]
        creators = _FUNCTION_OF[reason] == "Creator support"
        if creators and language == UNDERSERVED and draw % 100 < _UNDERSERVED_SHARE:
            return words["captions"]
        if reason == "gift-subscription" and "gifts" in words:
            return words["gifts"]
        if "reasons" in words:
            return words["reasons"][reason]
        bodies: Sequence[Template] = words["functions"][_FUNCTION_OF[reason]]
        return (bodies[_PLACE[reason] % len(bodies)],)


def _answer(words: Mapping[str, Any], reason: str, luck: int, told: Told) -> str:
    agent = words["agent"]
    if not isinstance(agent, dict):
        return _picked(agent, luck, told)
    body = _picked(agent["bodies"][_FUNCTION_OF[reason]], luck, told)
    opening = _picked(agent["openings"], stirred(luck), told)
    if opening.endswith("."):
        body = body[:1].upper() + body[1:]
    parts = (opening, body, _picked(agent["closings"], luck >> 5, told))
    return " ".join(part for part in parts if part)


def _picked(templates: Sequence[Template], luck: int, told: Told) -> str:
    return templates[(luck >> 24) % len(templates)].say(luck, told)


def _joined(sentences: Sequence[str]) -> str:
    *before, last = sentences
    return " ".join([*(each if each.endswith(_ENDS) else f"{each}." for each in before), last])


def _manner(text: str, luck: int) -> str:
    """How people type: some without capitals, some loudly, most with a capital first."""
    draw = luck // 10_000 % 100
    if draw < _SMALL:
        return text
    text = text[:1].upper() + text[1:]
    if draw < _SMALL + _LOUD:
        return text.rstrip("?.! ") + "!!!"
    return text if text.endswith(_ENDS) else text + "."
