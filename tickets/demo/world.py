"""One invented world: everything that happened up to `now`, and what will happen after it.

The past is told in cohorts of a week (of a day where weeks are large), the future in cohorts of an
hour. Each cohort has its own random numbers, so that any of them can be told again without the others.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tickets.connectors.drafts import Draft
from tickets.demo.cohort import Cohort, gather
from tickets.demo.conversations import Conversations
from tickets.demo.delays import Delays
from tickets.demo.organisation import DAY_HOURS, WEEK_HOURS, Organisation, organisation
from tickets.demo.queueing import Queues
from tickets.demo.rhythm import HOUR, Rhythm, rhythm
from tickets.demo.rota import Rota
from tickets.demo.script import Attribute, Lines
from tickets.demo.stories import Stories
from tickets.demo.telling import Teller

FIRST_NUMBER = 100_001
TICKETS_A_REQUESTER = 1.7
LARGE_WEEK = 60_000  # tickets
LONGEST_HOURS = 8 * WEEK_HOURS  # what happens to a ticket later than this after its creation is not worth telling
# What pages show unasked, eight weeks with what that is compared with, and the days in which its first are solved.
RECENT_HOURS = 9 * WEEK_HOURS
PACE = 20  # new tickets while somebody watches, against what the rhythm would bring


@dataclass(frozen=True)
class Told:
    """A cohort with its whole story; `regular` marks the tickets that come watched or not."""

    cohort: Cohort
    lines: Lines
    first_number: int
    regular: NDArray[np.bool_]
    language: NDArray[np.int64]  # at creation


@dataclass(frozen=True)
class World:
    """What `seed` invents: `tickets` tickets in the `weeks` weeks before `now` (aware)."""

    seed: int
    tickets: int
    weeks: int
    now: datetime
    _later: dict[int, Told] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def stories(self) -> Stories:
        return Stories.before(self.now, weeks=self.weeks)

    @cached_property
    def organisation(self) -> Organisation:
        return organisation(self.stories, seed=self.seed)

    @cached_property
    def rhythm(self) -> Rhythm:
        return rhythm(self.organisation, self.stories)

    @cached_property
    def teller(self) -> Teller:
        return Teller(self.organisation, self.stories, seed=self.seed)

    def history(self, cohorts: Iterable[int] | None = None) -> Iterator[Draft]:
        """Everything up to `now`, ticket after ticket, cohort after cohort; or what some of the cohorts tell of it."""
        until = int(self.now.timestamp())
        for number in range(self.cohorts) if cohorts is None else cohorts:
            told = self.cohort(number)
            yield from self._drafts(told, told.lines.at <= until)

    @property
    def cohorts(self) -> int:
        """How many cohorts the past has."""
        return -(-self._past.shape[1] // self._cohort_hours)

    @property
    def first_recent(self) -> int:
        """The first of the cohorts in which the last weeks were created."""
        return max(0, (self._past.shape[1] - RECENT_HOURS) // self._cohort_hours)

    @property
    def recent(self) -> range:
        """The cohorts of the last weeks."""
        return range(self.first_recent, self.cohorts)

    @property
    def earlier(self) -> range:
        """The cohorts before those, the latest first."""
        return range(self.first_recent - 1, -1, -1)

    def created_in(self, cohorts: Iterable[int]) -> int:
        """How many tickets cohorts of the past have."""
        hours = self._cohort_hours
        return sum(int(self._past[:, number * hours : (number + 1) * hours].sum()) for number in cohorts)

    def begin_of(self, number: int) -> datetime:
        """When the first ticket of a cohort of the past may be created."""
        hour = number * self._cohort_hours
        return max(self.stories.start, datetime.fromtimestamp(self.rhythm.grid.start_s + HOUR * hour, UTC))

    def cohort(self, number: int) -> Told:
        """One cohort of the past, with all that happens to it."""
        first = number * self._cohort_hours
        last = min(first + self._cohort_hours, self._past.shape[1])
        before = int(self._past[:, :first].sum())
        counts, number_of_first = self._past[:, first:last], FIRST_NUMBER + before
        return self._tell(counts, first_hour=first, first_number=number_of_first, stream=(2, number))

    def later(self, since: datetime, until: datetime, *, watched: list[tuple[datetime, datetime]]) -> Iterator[Draft]:
        """What happens after `since`, `until` included; both at or after `now`.

        In the `watched` stretches of time more tickets arrive.
        """
        after, up_to = int(since.timestamp()), int(until.timestamp())
        stretches = [(int(begin.timestamp()), int(end.timestamp())) for begin, end in watched]
        for told in self._open_stories(after, up_to):
            lines = told.lines
            created = told.cohort.at
            seen = told.regular.copy()
            for begin, end in stretches:
                seen |= (created > begin) & (created <= end)
            yield from self._drafts(told, (lines.at > after) & (lines.at <= up_to) & seen[lines.ticket])

    @property
    def ends_at(self) -> datetime:
        """How far the future is laid out."""
        grid = self.rhythm.grid
        return datetime.fromtimestamp(grid.start_s + HOUR * grid.hours, self.now.tzinfo)

    # Numbers of tickets

    @property
    def _cohort_hours(self) -> int:
        return WEEK_HOURS if self.tickets / self.weeks <= LARGE_WEEK else DAY_HOURS

    @cached_property
    def _past(self) -> NDArray[np.int64]:
        """(teams, hours) tickets created in each hour that began before `now`; they sum to `tickets`."""
        begin, now = self.rhythm.grid.starts, self.now.timestamp()
        elapsed = np.clip((now - begin) / HOUR, 0, 1) - np.clip((self.stories.start.timestamp() - begin) / HOUR, 0, 1)
        weights = (self.rhythm.arrivals * elapsed)[:, elapsed > 0]
        rng = np.random.default_rng([self.seed, 3])
        return rng.multinomial(self.tickets, weights.ravel() / weights.sum()).reshape(weights.shape)

    @cached_property
    def _coming(self) -> NDArray[np.int64]:
        """(teams, hours) tickets of each hour that ends after `now`, were it watched throughout."""
        begin, now = self.rhythm.grid.starts, self.now.timestamp()
        share = np.clip((begin + HOUR - now) / HOUR, 0, 1)
        past = np.clip((now - begin) / HOUR, 0, 1)
        scale = self.tickets / (self.rhythm.arrivals * past).sum()
        expected = (self.rhythm.arrivals * share)[:, self._first_coming :] * scale * PACE
        return np.random.default_rng([self.seed, 4]).poisson(expected)

    @property
    def _first_coming(self) -> int:
        return int((self.now.timestamp() - self.rhythm.grid.start_s) // HOUR)

    # Cohorts

    def _open_stories(self, after: int, up_to: int) -> Iterator[Told]:
        """The cohorts that can have something to say between the two instants; kept for the next time."""
        first = max(0, self.cohorts - LONGEST_HOURS // self._cohort_hours)
        last_hour = (up_to - self.rhythm.grid.start_s) // HOUR
        last_coming = min(int(last_hour), self.rhythm.grid.hours - 1) - self._first_coming
        for key in (*range(first - self.cohorts, 0), *range(last_coming + 1)):
            if key not in self._later:
                told = self.cohort(self.cohorts + key) if key < 0 else self._hour(key)
                ahead = told.lines.at > int(self.now.timestamp())
                self._later[key] = replace(told, lines=told.lines.where(ahead))
            yield self._later[key]

    def _hour(self, number: int) -> Told:
        """The cohort of one hour of the future; `number` 0 is the hour of `now`."""
        before = self.tickets + int(self._coming[:, :number].sum())
        return self._tell(
            self._coming[:, number : number + 1],
            first_hour=self._first_coming + number,
            first_number=FIRST_NUMBER + before,
            stream=(5, number),
        )

    def _tell(self, counts: NDArray[np.int64], *, first_hour: int, first_number: int, stream: tuple[int, int]) -> Told:
        rng = np.random.default_rng([self.seed, *stream])
        begin = self.rhythm.grid.start_s + HOUR * (first_hour + np.arange(counts.shape[1], dtype=np.int64))
        now, start = int(self.now.timestamp()), int(self.stories.start.timestamp())
        is_past = stream[0] == 2
        low, high = (start, now) if is_past else (now, int(np.iinfo(np.int64).max))
        bounds = np.array([np.clip(begin, low, high), np.clip(begin + HOUR, low, high)])
        cohort = gather(
            counts, bounds, rhythm=self.rhythm, stories=self.stories,
            people=int(self.tickets / TICKETS_A_REQUESTER) + 1, rng=rng,
        )  # fmt: skip
        regular = np.ones(len(cohort), dtype=bool) if is_past else rng.random(len(cohort)) < 1 / PACE
        conversations = Conversations(cohort, self._queues, self._rota, Delays(self.rhythm, self.stories, rng), rng)
        opening = conversations.script.opening[Attribute.LANGUAGE]
        return Told(cohort, conversations.told(), first_number, regular, opening)

    def _drafts(self, told: Told, rows: NDArray[np.bool_]) -> Iterator[Draft]:
        return self.teller.drafts(
            told.cohort, told.lines, first_number=told.first_number, told=rows, language=told.language
        )

    @cached_property
    def _queues(self) -> Queues:
        return Queues.of(self.rhythm)

    @cached_property
    def _rota(self) -> Rota:
        return Rota.of(self.organisation, self.rhythm)
