"""How long people take, and what they think of it afterwards."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tickets.demo.catalogue import LANGUAGES, REASONS
from tickets.demo.organisation import TEAM_INDEX
from tickets.demo.queueing import LIVE, PATIENT
from tickets.demo.rhythm import HOUR, Rhythm
from tickets.demo.script import Indices, Instants
from tickets.demo.stories import DECLINING_TEAM, UNDERSERVED, Stories

Hours = NDArray[np.float64]
WAKES = 7  # nobody writes from 1 to this hour, local time
DAY = 24 * HOUR
_RUSH_S = 15
STRAIN = 4.0
_DECLINING = TEAM_INDEX[DECLINING_TEAM]
_UNDERSERVED, _UNSPOKEN = tuple(LANGUAGES).index(UNDERSERVED), 4.0  # left for a colleague who speaks it

_FUNCTION_OF_REASON = np.repeat(np.arange(len(REASONS)), [len(reasons) for reasons in REASONS.values()])
_FIRST_OF_FUNCTION = np.cumsum([0, *(len(reasons) for reasons in REASONS.values())])


@dataclass(frozen=True)
class Delays:
    """Draws durations; every method takes and returns one element a ticket, in seconds unless named."""

    rhythm: Rhythm
    stories: Stories
    rng: np.random.Generator

    def seconds(self, tickets: Indices, median: float) -> Instants:
        """A short technical delay, at least a second."""
        return 1 + self.rng.lognormal(np.log(median), 0.5, len(tickets)).astype(np.int64)

    def picking_up(self, lane: Indices, *, team: Indices, language: Indices, since: Instants) -> Hours:
        """Staffed hours between a ticket's turn and somebody opening it; now and then one is overlooked.

        Those who stay in the declining team overlook ever more, and everybody what few can read.
        """
        left_s, now_s = self.stories.decline.timestamp(), self.stories.now.timestamp()
        strain = 1 + STRAIN * np.clip((since - left_s) / (now_s - left_s), 0, 1) * (team == _DECLINING)
        strain *= np.where(language == _UNDERSERVED, _UNSPOKEN, 1.0)
        usual = np.choose(lane, (0.0, 0.35, 0.8)) * self.rng.exponential(size=len(lane))
        overlooked = (lane != LIVE) & (self.rng.random(len(lane)) < strain * np.where(lane == PATIENT, 0.05, 0.06))
        return usual + overlooked * np.choose(lane, (0.0, 3.0, 9.0)) * self.rng.exponential(size=len(lane))

    def handling(self, lane: Indices) -> Instants:
        """From opening a ticket to the reply."""
        median, spread = np.where(lane == LIVE, 38.0, 340.0), np.where(lane == LIVE, 0.75, 0.8)
        return _RUSH_S + (median * np.exp(spread * self.rng.normal(size=len(lane)))).astype(np.int64)

    def answering(self, lane: Indices) -> Instants:
        """The requester's answer to a question."""
        median, spread = np.where(lane == LIVE, 50.0, 9.0 * HOUR), np.where(lane == LIVE, 0.6, 1.2)
        return 5 + (median * np.exp(spread * self.rng.normal(size=len(lane)))).astype(np.int64)

    def rediscovery(self, tickets: Indices) -> Instants:
        """Until somebody finds a forgotten ticket."""
        return (2 * DAY + self.rng.exponential(12 * DAY, len(tickets))).astype(np.int64)

    def reopening(self, tickets: Indices) -> Instants:
        """From a solve to the message that reopens; always before the close."""
        return np.minimum(600 + self.rng.exponential(18 * HOUR, len(tickets)), 80 * HOUR).astype(np.int64)

    def rating(self, tickets: Indices) -> Instants:
        """From the survey to its answer; before the close."""
        return np.minimum(120 + self.rng.exponential(9 * HOUR, len(tickets)), 72 * HOUR).astype(np.int64)

    def awake(self, team: Indices, at: Instants) -> Instants:
        """The same instant, or the coming morning where the team's requesters are asleep."""
        hour = self.rhythm.requester_hours[team, self.rhythm.grid.hour_of(at)] % 24
        asleep = (hour >= 1) & (hour < WAKES) & (self.rng.random(len(at)) < 0.85)
        late = (WAKES - hour) * HOUR + (2 * HOUR * self.rng.random(len(at))).astype(np.int64)
        return np.where(asleep, at + late, at)

    def neighbour(self, reason: Indices) -> Indices:
        """Another reason of the same support function."""
        first = _FIRST_OF_FUNCTION[_FUNCTION_OF_REASON[reason]]
        size = _FIRST_OF_FUNCTION[_FUNCTION_OF_REASON[reason] + 1] - first
        return first + (reason - first + 1 + self.rng.integers(0, size - 1)) % size

    def verdict(self, first_wait_s: Instants, reopens: Indices) -> Indices:
        """A rating from 1 to 5; it falls with the wait for the first reply and with every reopen."""
        waited_h = np.maximum(first_wait_s, 0) / HOUR
        content = 1 / (1 + np.exp(-(2.2 - 0.45 * np.log1p(waited_h / 2) - 0.9 * reopens)))
        good, strong = self.rng.random((2, len(reopens)))
        pleased = np.where(strong < 0.68, 5, 4)
        cross = np.select([strong < 0.55, strong < 0.75], [1, 2], 3)
        return np.where(good < content, pleased, cross)
