"""A source's words as codes: each team, agent, channel ... is made the first time it is named."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from hashlib import blake2b
from typing import Any, Protocol

from django.db import connection, transaction

from ops_dashboard.people.models import Agent, Team
from tickets.connectors.drafts import NO_VALUE
from tickets.draft_columns import DraftColumns
from tickets.models import (
    AgentRef,
    Channel,
    Language,
    Priority,
    Reason,
    Source,
    StatusMapping,
    TeamRef,
)
from tickets.slugs import slug_of
from tickets.vocabulary import ActorKind, Status

LONGEST = 120
LONGEST_STATUS = 80
CUTS = ("priority", "team", "assignee", "channel", "language", "reason")
RANKS = {
    "low": 1,
    "normal": 2,
    "medium": 2,
    "moderate": 2,
    "high": 3,
    "urgent": 4,
    "critical": 4,
}


class Codes(Protocol):
    """Codes by word; words not among them yet are made by `learn`."""

    known: dict[str, int]

    def learn(self, words: Iterable[str]) -> None: ...

    def fresh(self, words: Collection[str]) -> set[str]: ...

    def count(self) -> int: ...


class NamedCodes:
    """Codes of one shared dimension: words with one slug are one value, whatever the source."""

    def __init__(self, model: type[Channel] | type[Language] | type[Reason] | type[Priority]) -> None:
        self.model = model
        self.known = {NO_VALUE: 0}

    def learn(self, words: Iterable[str]) -> None:
        """Find or make the values of the words not known yet; of words with one slug the first names the value."""
        slugs = {word: slug_of(word) for word in sorted(set(words) - self.known.keys())}
        if not slugs:
            return
        labels = {slug: word for word, slug in reversed(slugs.items())}
        present = self._codes(labels)
        fresh = sorted((label, slug) for slug, label in labels.items() if slug not in present)
        rows: list[Any] = [self.model(slug=slug, label=label, **self._rank(label)) for label, slug in fresh]
        self.model.objects.bulk_create(rows, ignore_conflicts=True)
        codes = self._codes(labels) if fresh else present
        self.known.update({word: codes[slug] for word, slug in slugs.items()})

    def fresh(self, words: Collection[str]) -> set[str]:
        """Those of the words that would be a value of their own."""
        slugs = {word: slug_of(word) for word in set(words) - self.known.keys()}
        present = self._codes(slugs.values()) if slugs else {}
        return {word for word, slug in slugs.items() if slug not in present}

    def count(self) -> int:
        return self.model.objects.count()

    def _codes(self, slugs: Collection[str]) -> dict[str, int]:
        return dict(self.model.objects.filter(slug__in=slugs).values_list("slug", "pk"))

    def _rank(self, word: str) -> dict[str, int]:
        return {"rank": RANKS.get(word.lower(), 0)} if self.model is Priority else {}


class RefCodes:
    """Codes of teams or agents: each source has its own names for them.

    A team or agent that people made beforehand, and that no source has named yet, is taken to be
    the one whose slug the name makes.
    """

    def __init__(
        self,
        source: Source,
        *,
        refs: type[TeamRef] | type[AgentRef],
        who: type[Team] | type[Agent],
        field: str,
    ) -> None:
        self.source, self.refs, self.who, self.field = source, refs, who, field
        rows = refs.objects.filter(source=source).values_list("ref", f"{field}_id")
        self.known = {NO_VALUE: 0, **dict(rows)}

    @transaction.atomic
    def learn(self, words: Iterable[str]) -> None:
        """Find or make those whom the words not known yet name."""
        unknown = set(words) - self.known.keys()
        if not unknown:
            return
        _take_turns()
        self._recall(unknown)
        named = self._named(sorted(unknown - self.known.keys()))
        self.who.objects.bulk_create(who for who in named.values() if who.pk is None)
        rows: list[Any] = [self.refs(source=self.source, ref=word, **{self.field: who}) for word, who in named.items()]
        self.refs.objects.bulk_create(rows)
        self._recall(named)

    def fresh(self, words: Collection[str]) -> set[str]:
        """Those of the words that would be a team or an agent of their own."""
        unknown = set(words) - self.known.keys()
        if unknown:
            self._recall(unknown)
        return unknown - self.known.keys()

    def count(self) -> int:
        return self.who.objects.count()

    def _recall(self, words: Collection[str]) -> None:
        rows = self.refs.objects.filter(source=self.source, ref__in=words)
        self.known.update(rows.values_list("ref", f"{self.field}_id"))

    def _named(self, words: Sequence[str]) -> dict[str, Any]:
        """Whom each word names; those who have no row yet are not saved."""
        present = {who.slug: who for who in self.who.objects.filter(slug__in=map(slug_of, words))}
        claims = self.refs.objects.filter(**{f"{self.field}__in": present.values()})
        claimed = set(claims.values_list(f"{self.field}__slug", flat=True))
        named: dict[str, Any] = {}
        for word in words:
            slug = slug_of(word)
            if slug in present and slug not in claimed:
                named[word] = present[slug]
            else:
                told_apart = slug if slug not in claimed else self._told_apart(slug, word)
                named[word] = self.who(slug=told_apart, name=word)
            claimed.add(slug)
        return named

    def _told_apart(self, slug: str, word: str) -> str:
        suffix = blake2b(f"{self.source.slug}\0{word}".encode(), digest_size=3).hexdigest()
        return f"{slug[:70]}-{suffix}"


def _take_turns() -> None:
    """Until the transaction ends nobody else makes teams or agents out of words."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(7203002)")


class StatusWords:
    """What a source's status words mean, by the day (UTC) of the event."""

    def __init__(self, source: Source) -> None:
        self._meanings: dict[str, list[tuple[date, date, int]]] = {}
        for row in StatusMapping.objects.filter(source=source):
            meaning = (row.valid_from or date.min, row.valid_to or date.max, row.status)
            self._meanings.setdefault(_plain(row.word), []).append(meaning)

    def code(self, word: str, at: datetime) -> int | None:
        """The status category that `word` meant at `at`; None where it meant nothing."""
        meanings = self._meanings.get(_plain(word), ())
        day = at.astimezone(UTC).date()
        for valid_from, valid_to, status in meanings:
            if valid_from <= day < valid_to:
                return status
        return None

    def meaning(self, word: str) -> int | None:
        """The status category that `word` has meant on every day; None where days differ or it means nothing."""
        meanings = self._meanings.get(_plain(word), ())
        if len(meanings) == 1 and meanings[0][:2] == (date.min, date.max):
            return meanings[0][2]
        return None


def _plain(word: str) -> str:
    return word.strip().casefold()


class Words:
    """Everything that the drafts of one source can name."""

    def __init__(self, source: Source) -> None:
        self.statuses = StatusWords(source)
        agents = RefCodes(source, refs=AgentRef, who=Agent, field="agent")
        self.agents = agents
        self.codes: dict[str, Codes] = {
            "priority": NamedCodes(Priority),
            "team": RefCodes(source, refs=TeamRef, who=Team, field="team"),
            "assignee": agents,
            "channel": NamedCodes(Channel),
            "language": NamedCodes(Language),
            "reason": NamedCodes(Reason),
        }

    def learn(self, drafts: DraftColumns) -> None:
        """Make every word of `drafts` known, in transactions of their own."""
        for name, words in named_by(drafts).items():
            self.codes[name].learn(words)


def named_by(drafts: DraftColumns) -> dict[str, set[str]]:
    """What the drafts name, by the cut it belongs to."""
    named = {name: drafts.distinct(name) for name in CUTS}
    acts, agent = zip(drafts["actor_kind"], drafts["actor_ref"], strict=True), ActorKind.AGENT
    named["assignee"] = named["assignee"] | {ref for kind, ref in acts if kind is agent and ref is not None}
    return named


def slug_of_source(name: str) -> str:
    """The slug of a source from whatever people call it."""
    return slug_of(name, longest=60)


def find_source(name: str) -> Source | None:
    """The source that people call `name`, by the slug that it was imported under."""
    return Source.objects.filter(slug=slug_of_source(name)).first()


def register_source(slug: str, *, kind: str, zone: str = "UTC", statuses: Mapping[str, Status] | None = None) -> Source:
    """The source called `slug`, made with these status words where it does not exist yet."""
    with transaction.atomic():
        source, is_new = Source.objects.get_or_create(slug=slug, defaults={"kind": kind, "zone": zone})
        if is_new:
            map_statuses(source, statuses or CANONICAL_STATUSES)
    return source


@transaction.atomic
def map_statuses(source: Source, statuses: Mapping[str, Status]) -> None:
    """Let these words of `source` mean these categories from now on and since ever."""
    StatusMapping.objects.filter(source=source, word__in=statuses).delete()
    StatusMapping.objects.bulk_create(
        StatusMapping(source=source, word=word, status=status) for word, status in statuses.items()
    )


CANONICAL_STATUSES = {
    **{status.label: status for status in Status},
    "on-hold": Status.HOLD,
    "resolved": Status.SOLVED,
}
