"""The tickets that arrive in one stretch of time, and what each of them is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from tickets.demo.catalogue import (
    CHANNELS,
    LANGUAGES,
    LIVE_CHANNELS,
    NIGHT_TEAM,
    PRIORITIES,
    REASONS,
    TEAMS,
    ReasonSpec,
    TeamSpec,
)
from tickets.demo.organisation import TEAM_INDEX
from tickets.demo.queueing import LIVE, PATIENT, PRESSING
from tickets.demo.rhythm import HOUR, Rhythm
from tickets.demo.script import NOBODY, Indices, Instants
from tickets.demo.stories import OUTAGE_HOURS, OUTAGE_TEAMS, Stories

Flags = NDArray[np.bool_]
CHANNEL_SLUGS, LANGUAGE_SLUGS, PRIORITY_SLUGS = tuple(CHANNELS), tuple(LANGUAGES), tuple(PRIORITIES)
ALL_REASONS: tuple[ReasonSpec, ...] = tuple(reason for reasons in REASONS.values() for reason in reasons)
REASON_INDEX = {reason.slug: index for index, reason in enumerate(ALL_REASONS)}
OUTAGE_REASONS = {
    "Technical issues": ("playback", "app-crash"),
    "Account access": ("code-not-received",),
    "Live & video": ("stream-quality",),
}
_PRESSING = np.array([reason.pressing for reason in ALL_REASONS])
_LIVE = np.isin(CHANNEL_SLUGS, LIVE_CHANNELS)
_MISROUTED, _RECONTACTS = 0.045, 0.06
_SLOWER_PAYOUTS = 0.55  # by now, the share of those who would ask for a refund
_SPAM, _MERGED, _DELETED = 0.022, 0.02, 0.004
_BOT_OF_CHAT, _BOT_OF_RESETS, _SPAM_WAVE = 0.1, 0.5, 9
_BOT_CHANNELS = np.isin(CHANNEL_SLUGS, ("in-app", "chat", "web"))
_SPAM_CHANNELS = np.isin(CHANNEL_SLUGS, ("email", "web"))


class Fate(IntEnum):
    """How a ticket ends, where it is not answered and solved by a person."""

    ANSWERED = 0
    SPAM = 1
    MERGED = 2
    DELETED = 3
    BOT = 4


@dataclass(frozen=True)
class Cohort:
    """Parallel columns in order of creation. Codes index the catalogue's tuples.

    `team` is where routing puts the ticket, `home` where it belongs; `partner` is an earlier ticket
    of the same requester in this cohort, NOBODY without one.
    """

    at: Instants
    team: Indices
    home: Indices
    channel: Indices
    language: Indices
    reason: Indices
    priority: Indices
    requester: Indices
    partner: Indices
    fate: Indices

    def __len__(self) -> int:
        return len(self.at)

    @property
    def is_live(self) -> Flags:
        return _LIVE[self.channel]

    @property
    def lane(self) -> Indices:
        """The lane of the queue that each ticket waits in."""
        pressing = self.priority >= PRIORITY_SLUGS.index("high")
        return np.where(self.is_live, LIVE, np.where(pressing, PRESSING, PATIENT))


class Listed:
    """A cohort's columns as lists: one value of an array takes several times as long to read."""

    def __init__(self, cohort: Cohort) -> None:
        self.at: list[int] = cohort.at.tolist()
        self.team: list[int] = cohort.team.tolist()
        self.channel: list[int] = cohort.channel.tolist()
        self.language: list[int] = cohort.language.tolist()
        self.reason: list[int] = cohort.reason.tolist()
        self.priority: list[int] = cohort.priority.tolist()
        self.requester: list[int] = cohort.requester.tolist()
        self.fate: list[int] = cohort.fate.tolist()


def gather(
    counts: NDArray[np.int64],
    bounds: Instants,
    *,
    rhythm: Rhythm,
    stories: Stories,
    people: int,
    rng: np.random.Generator,
) -> Cohort:
    """`counts` (teams, stretches) tickets at random instants of each stretch.

    `bounds` (2, stretches) holds where each begins and ends; `people` is how many requesters there are.
    """
    team, stretch = (np.repeat(axis.ravel(), counts.ravel()) for axis in np.indices(counts.shape))
    begin, end = bounds[:, stretch]
    at = begin + (rng.random(len(team)) * (end - begin)).astype(np.int64)
    order = np.argsort(at, kind="stable")
    at, team = at[order], team[order]
    channel = _by_team(team, [_weights(spec.channels, CHANNEL_SLUGS) for spec in TEAMS], rng)
    language = _by_team(team, [_weights(spec.languages, LANGUAGE_SLUGS) for spec in TEAMS], rng)
    reason = _reasons(team, at, stories, rng)
    requester = (people * rng.random(len(team)) ** 1.6).astype(np.int64)
    partner = _partners(team, rng)
    fate = _fates(at, channel=channel, reason=reason, partner=partner, stories=stories, rng=rng)
    fate = np.where((fate == Fate.MERGED) & (fate[partner] != Fate.ANSWERED), Fate.ANSWERED, fate)
    returns = _returns(fate, partner, rng)
    partner = np.where(returns, partner, NOBODY)
    requester = np.where(returns, requester[partner], requester)
    reason = np.where(returns, reason[partner], reason)
    home, channel = _when_shut(team, at, channel, rhythm)
    strays = (rng.random(len(team)) < _MISROUTED) & ~_LIVE[channel] & (fate == Fate.ANSWERED)
    return Cohort(
        at=at,
        team=np.where(strays, rng.integers(len(TEAMS), size=len(team)), home),
        home=home,
        channel=channel,
        language=language,
        reason=reason,
        priority=_priorities(reason, rng),
        requester=requester,
        partner=partner,
        fate=fate,
    )


def _weights(weights: Mapping[str, float], names: tuple[str, ...]) -> NDArray[np.float64]:
    row = np.array([weights.get(name, 0.0) for name in names])
    return row / row.sum()


def _by_team(team: Indices, weights: list[NDArray[np.float64]], rng: np.random.Generator) -> Indices:
    """One code for each ticket, drawn with the weights of its team."""
    running = np.cumsum(weights, axis=1)
    running[:, -1] = 1.0
    return (running[team] <= rng.random(len(team))[:, None]).sum(axis=1)


def _reasons(team: Indices, at: Instants, stories: Stories, rng: np.random.Generator) -> Indices:
    """Reasons by team; the launched one only since the launch, the broken ones while things are broken.

    Payouts get slower from week to week, and more people write about them.
    """
    weights = [_weights({r.slug: r.weight for r in REASONS[t.function]}, tuple(REASON_INDEX)) for t in TEAMS]
    reason = _by_team(team, weights, rng)
    gift, refund, payout = (REASON_INDEX[slug] for slug in ("gift-subscription", "refund", "payout-delayed"))
    paid = np.isin(team, [TEAM_INDEX[t.slug] for t in TEAMS if t.function == "Payments & gifts"])
    launched = at >= stories.launch.timestamp()
    age = np.maximum(at - stories.launch.timestamp(), 0) / 86_400
    reason = np.where(paid & launched & (rng.random(len(at)) < 0.1 + 0.3 * np.exp(-age / 14)), gift, reason)
    reason = np.where((reason == gift) & ~launched, refund, reason)
    slower = np.clip((at - stories.decline.timestamp()) / (stories.now - stories.decline).total_seconds(), 0, 1)
    luck = at * 2_654_435_761 % 2**32 / 2**32  # of its own, so that no other draw moves
    reason = np.where(paid & (reason == refund) & (luck < _SLOWER_PAYOUTS * slower), payout, reason)
    broken = (at >= stories.outage.timestamp()) & (at < stories.outage.timestamp() + (OUTAGE_HOURS + 6) * HOUR)
    choice = rng.integers(2, size=len(at))
    told = _outage_reason()[team, choice]
    return np.where(broken & (told != NOBODY) & (rng.random(len(at)) < 0.8), told, reason)


def _outage_reason() -> Indices:
    """(teams, 2) what people write about in the outage; NOBODY where it does not concern the team."""

    def pair(team: TeamSpec) -> list[int]:
        slugs = OUTAGE_REASONS.get(team.function, ()) if team.slug in OUTAGE_TEAMS else ()
        return [REASON_INDEX[slugs[nth % len(slugs)]] if slugs else NOBODY for nth in range(2)]

    return np.array([pair(team) for team in TEAMS])


def _partners(team: Indices, rng: np.random.Generator) -> Indices:
    """For each ticket one before it in the same team, rather a near one; NOBODY for a team's first ones."""
    order = np.argsort(team, kind="stable")
    sizes = np.bincount(team, minlength=len(TEAMS))[team[order]]
    back = np.exp(np.log(np.maximum(sizes, 1)) * rng.random(len(team))).astype(np.int64)
    place = np.arange(len(team))
    earlier = order[np.maximum(place - back, 0)]
    partner = np.full(len(team), NOBODY)
    partner[order] = np.where((place >= back) & (team[earlier] == team[order]), earlier, NOBODY)
    return partner


def _returns(fate: Indices, partner: Indices, rng: np.random.Generator) -> Flags:
    """Whose requester wrote before: that of the partner, which must be nobody's sequel itself."""
    merged = fate == Fate.MERGED
    recontacts = ~merged & (partner != NOBODY) & (rng.random(len(fate)) < _RECONTACTS)
    recontacts[partner[merged]] = False
    return merged | (recontacts & ~recontacts[partner])


def _fates(
    at: Instants, *, channel: Indices, reason: Indices, partner: Indices, stories: Stories, rng: np.random.Generator
) -> Indices:
    """What becomes of each ticket; the later rules give way to the earlier ones."""
    luck = rng.random((4, len(at)))
    wave = (at >= stories.spam_wave.timestamp()) & (at < stories.spam_wave.timestamp() + 48 * HOUR)
    spam = _SPAM_CHANNELS[channel] & (luck[0] < np.where(wave, _SPAM_WAVE, 1) * _SPAM / _SPAM_CHANNELS.mean())
    resets = (reason == REASON_INDEX["password-reset"]) & (at >= stories.bot.timestamp()) & _BOT_CHANNELS[channel]
    chats = channel == CHANNEL_SLUGS.index("chat")
    bot = luck[3] < np.where(resets, _BOT_OF_RESETS, np.where(chats, _BOT_OF_CHAT, 0.0))
    merged = (luck[1] < _MERGED) & (partner != NOBODY)
    chosen = [spam, merged, luck[2] < _DELETED, bot]
    return np.select(chosen, [Fate.SPAM, Fate.MERGED, Fate.DELETED, Fate.BOT], Fate.ANSWERED)


def _when_shut(team: Indices, at: Instants, channel: Indices, rhythm: Rhythm) -> tuple[Indices, Indices]:
    """Team and channel once a closed team's chats have gone to the night team and its calls to e-mail."""
    shut = rhythm.capacity[team, rhythm.grid.hour_of(at)] <= 0
    calls = shut & (channel == CHANNEL_SLUGS.index("phone"))
    chats = shut & (channel == CHANNEL_SLUGS.index("chat"))
    return (
        np.where(chats, TEAM_INDEX[NIGHT_TEAM], team),
        np.where(calls, CHANNEL_SLUGS.index("email"), channel),
    )


def _priorities(reason: Indices, rng: np.random.Generator) -> Indices:
    """Low, normal, high or urgent by how pressing the reason is."""
    luck, grade = rng.random((2, len(reason)))
    low, normal, high, urgent = range(4)
    return np.where(
        luck < _PRESSING[reason],
        np.where(grade < 0.22, urgent, high),
        np.where(grade < 0.24, low, normal),
    )
