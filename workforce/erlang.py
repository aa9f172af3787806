"""Erlang B, C and A: what a number of agents gives to contacts that come at random and wait in line.

a = arrivals x handle time is the load in erlangs, N the agents, T the target, 1/mu the handle time,
1/theta the patience.

B: inverse recursion 1/B(n) = 1 + (n/a)/B(n-1), which cannot overflow. C: Gans, Koole, Mandelbaum
(2003), MSOM 5:79. A (M/M/N+M): Palm; Garnett, Mandelbaum, Reiman (2002), MSOM 4:208; Mandelbaum,
Zeltyn, "The Palm/Erlang-A queue". Square-root staffing: Halfin, Whitt (1981), Oper. Res. 29:567.

Three service levels go by one name where contacts abandon; `ServiceLevel` tells them apart.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from math import ceil, exp, floor, inf, isqrt, log, nan, pi, sqrt

import numpy as np
from scipy.special import ndtr

HOUR_S = 3600
_BLOCK = 4096  # terms of the series at a time
_NOUGHT = 1e-18  # what a share of 0 or 1 counts as where log odds are taken
_SPENT = -40.0  # log of what a remaining term may weigh against the sum
MOST_AGENTS = 10_000_000


class ServiceLevel(StrEnum):
    """Which contacts count as served in time, out of which."""

    OF_OFFERED = "of_offered"  # answered within T / all offered
    VIRTUAL = "virtual"  # those who would have waited at most T, had they been patient
    OF_ANSWERED = "of_answered"  # answered within T / answered


class Impossible(ValueError):
    """A goal that no number of agents reaches, or an input that makes no sense."""


@dataclass(frozen=True)
class Answered:
    """What N agents give. A contact that abandons has waited too: `mean_wait_s` is over all offered."""

    agents: int
    load: float
    blocking: float  # Erlang B
    p_wait: float
    p_abandon: float
    mean_wait_s: float
    mean_queue: float
    occupancy: float
    of_offered: float
    virtual: float
    of_answered: float
    is_stable: bool = True

    def level(self, kind: ServiceLevel) -> float:
        return {
            ServiceLevel.OF_OFFERED: self.of_offered,
            ServiceLevel.VIRTUAL: self.virtual,
            ServiceLevel.OF_ANSWERED: self.of_answered,
        }[kind]


def erlang_b(load: float, agents: int) -> float:
    """The share of contacts that find all agents busy and go away at once."""
    if load <= 0:
        return 0.0 if agents else 1.0
    inverse = 1.0
    for n in range(1, agents + 1):
        inverse = 1.0 + inverse * n / load
        if inverse > 1e300:  # the next ones are larger still
            return 0.0
    return 1.0 / inverse


def erlang_c(*, arrivals_per_hour: float, aht_s: float, agents: int, target_s: float) -> Answered:
    """Nobody gives up. Without a steady state (load >= agents): service level 0, wait without end."""
    _check(arrivals_per_hour, aht_s, agents, target_s)
    load = arrivals_per_hour * aht_s / HOUR_S
    if load == 0 and agents:
        return _idle(agents)
    blocking = erlang_b(load, agents)
    if load >= agents:
        return Answered(agents, load, blocking, 1.0, 0.0, inf, inf, 1.0 if agents else 0.0, 0.0, 0.0, 0.0, False)
    return _answered_c(load, aht_s, agents, target_s, blocking)


def erlang_a(*, arrivals_per_hour: float, aht_s: float, agents: int, target_s: float, patience_s: float) -> Answered:
    """Contacts give up after an exponential patience of mean `patience_s`; every load has a steady state."""
    _check(arrivals_per_hour, aht_s, agents, target_s)
    if not patience_s > 0:
        raise Impossible(f"patience {patience_s:g} s is not above nought")
    load = arrivals_per_hour * aht_s / HOUR_S
    if load == 0 and agents:
        return _idle(agents)
    if agents == 0:
        queue = arrivals_per_hour / HOUR_S * patience_s
        return Answered(0, load, 1.0, 1.0, 1.0, patience_s, queue, 0.0, 0.0, 0.0, 0.0)
    blocking = erlang_b(load, agents)
    if blocking <= 0:
        return _idle(agents, load)
    waits = Waiting(agents / aht_s, arrivals_per_hour / HOUR_S, 1 / patience_s)
    p_wait = 1.0 / (1.0 + (1.0 / blocking - 1.0) * exp(-waits.log_a))
    return _answered_a(load, agents, blocking, p_wait, waits, target_s)


@dataclass(frozen=True)
class Waiting:
    """The line behind servers that together serve `served` contacts a second, `arrives` come, `theta` give up."""

    served: float
    arrives: float
    theta: float

    @property
    def x(self) -> float:
        return self.served / self.theta

    @property
    def y(self) -> float:
        return self.arrives / self.theta

    @cached_property
    def log_a(self) -> float:
        return log_a(self.x, self.y)

    @property
    def p_abandon(self) -> float:
        """Of a contact that has to wait."""
        rho = self.arrives / self.served
        return max(0.0, 1.0 - 1.0 / rho + exp(-self.log_a) / rho)

    def p_virtual_beyond(self, target_s: float) -> float:
        """That a patient contact that has to wait would wait longer than T."""
        x, y, z = self.x, self.y, self.y * exp(-self.theta * target_s)
        return exp(-self.theta * target_s * x + y - z + log_a(x, z) - self.log_a)

    def p_served_beyond(self, target_s: float) -> float:
        """That a contact that has to wait is served after more than T."""
        x, y, z = self.x, self.y, self.y * exp(-self.theta * target_s)
        return x / (x + 1) * exp(-self.theta * target_s * (x + 1) + y - z + log_a(x + 1, z) - self.log_a)


def log_a(x: float, y: float) -> float:
    """log of A(x, y) = 1 + sum over j of the product over k <= j of y / (x + k)."""
    if y <= 0:
        return 0.0
    total, last, k = 0.0, 0.0, 0
    while True:
        steps = np.arange(k + 1, k + _BLOCK + 1, dtype=np.float64)
        terms = last + np.cumsum(log(y) - np.log(x + steps))
        largest = max(total, float(terms.max()))
        total = largest + log(exp(total - largest) + float(np.exp(terms - largest).sum()))
        last, k = float(terms[-1]), k + _BLOCK
        if x + k > y and last - total < _SPENT:
            return total


def required_agents(
    *,
    arrivals_per_hour: float,
    aht_s: float,
    target_s: float,
    share: float,
    max_occupancy: float = 1.0,
    patience_s: float | None = None,
    service_level: ServiceLevel = ServiceLevel.OF_OFFERED,
) -> Answered:
    """The fewest agents that answer `share` within `target_s` and are busy for no more than `max_occupancy`.

    Raises Impossible for a share of 1 or more, which only endless agents give.
    """
    if not 0 < share < 1:
        raise Impossible(f"share {share:g} is not between 0 and 1; no number of agents answers all in time")
    if not 0 < max_occupancy <= 1:
        raise Impossible(f"occupancy {max_occupancy:g} is not above 0 and at most 1")
    _check(arrivals_per_hour, aht_s, 0, target_s)
    if arrivals_per_hour == 0:
        return _idle(0)
    if patience_s is None:
        return _required_c(arrivals_per_hour, aht_s, target_s, share, max_occupancy)

    @cache
    def given(agents: int) -> Answered:
        return erlang_a(
            arrivals_per_hour=arrivals_per_hour,
            aht_s=aht_s,
            agents=agents,
            target_s=target_s,
            patience_s=patience_s,
        )

    def margin(agents: int) -> float:
        got = given(agents)
        return margin_of(got.level(service_level), share, got.occupancy, max_occupancy)

    load = arrivals_per_hour * aht_s / HOUR_S
    calm = 1 / max_occupancy if max_occupancy < 1 else 0.0
    return given(fewest_that(margin, guess=ceil(load * max(part_served(target_s, share, patience_s), calm))))


def part_served(target_s: float, share: float, patience_s: float | None) -> float:
    """What part of a load has to be served for the goal where chance plays no part, as with endlessly many agents.

    If a part p is served, a patient contact waits patience x log(1 / p): the goal holds from p = share on,
    or from where that wait is the target.
    """
    return max(share, exp(-target_s / patience_s)) if patience_s else 1.0


def margin_of(reached: float, share: float, occupancy: float, max_occupancy: float) -> float:
    """How far both goals are kept, below nought just where one is not.

    In log odds, which grow nearly evenly with the number of agents, where shares bend towards 0 and 1.
    """
    room = inf if max_occupancy == 1 else _odds_above(max_occupancy, occupancy)
    return min(_odds_above(reached, share), room)


def _odds_above(reached: float, goal: float) -> float:
    gap = _log_odds(reached) - _log_odds(goal)
    return max(gap, 0.0) if reached >= goal else min(gap, -_NOUGHT)


def _log_odds(share: float) -> float:
    return log(max(share, _NOUGHT)) - log(max(1 - share, _NOUGHT))


def fewest_that(margin: Callable[[int], float], *, guess: int) -> int:
    """The smallest number >= 1 whose margin is not below nought, where it never falls as numbers grow.

    Outwards from the guess until two numbers enclose it, then inwards; few questions, since each is dear
    where agents are many. Impossible beyond `MOST_AGENTS`.
    """
    told: list[tuple[int, float]] = []

    def is_enough(number: int) -> bool:
        told.append((number, margin(number)))
        return told[-1][1] >= 0

    low, high = 0, max(1, guess)
    step = isqrt(high)
    while not is_enough(high):
        low, high, step = high, high + step, 2 * step
        if high > MOST_AGENTS:
            raise Impossible(f"more than {MOST_AGENTS:,} agents would be needed")
    while low == 0 and high > 1:
        probe = max(1, high - step)
        low, high, step = (low, probe, 2 * step) if is_enough(probe) else (probe, high, step)
    is_slow = False
    while high - low > 1:
        wide, crossing = high - low, _crossing(*told[-2:])
        probe = (low + high) // 2 if is_slow or not low < crossing <= high else min(ceil(crossing), high - 1)
        low, high = (low, probe) if is_enough(probe) else (probe, high)
        is_slow = 2 * (high - low) > wide
    return high


def _crossing(one: tuple[int, float], other: tuple[int, float]) -> float:
    """Where the line through two numbers and their margins meets nought; nan where it never does."""
    (a, at_a), (b, at_b) = one, other
    return b - at_b * (b - a) / (at_b - at_a) if at_a != at_b else nan


def _required_c(arrivals: float, aht_s: float, target_s: float, share: float, max_occupancy: float) -> Answered:
    """Upwards from the first stable number, each B from the one before."""
    load = arrivals * aht_s / HOUR_S
    agents = max(floor(load) + 1, floor(load / max_occupancy))
    if load / max_occupancy > MOST_AGENTS:
        raise Impossible(f"more than {MOST_AGENTS:,} agents would be needed")
    blocking = erlang_b(load, agents)
    while True:
        got = _answered_c(load, aht_s, agents, target_s, blocking)
        if got.of_offered >= share and got.occupancy <= max_occupancy + 1e-12:
            return got
        agents += 1
        blocking = load * blocking / (agents + load * blocking)


def _answered_c(load: float, aht_s: float, agents: int, target_s: float, blocking: float) -> Answered:
    rho, spare = load / agents, agents - load
    p_wait = blocking / (1 - rho * (1 - blocking))
    level = 1 - p_wait * exp(-spare * target_s / aht_s)
    wait = p_wait * aht_s / spare
    return Answered(agents, load, blocking, p_wait, 0.0, wait, wait * load / aht_s, rho, level, level, level)


def _answered_a(load: float, agents: int, blocking: float, p_wait: float, waits: Waiting, target_s: float) -> Answered:
    p_abandon = p_wait * waits.p_abandon
    wait = p_abandon / waits.theta
    in_time = min(1.0, max(0.0, 1 - p_abandon - p_wait * waits.p_served_beyond(target_s)))
    virtual = 1 - p_wait * waits.p_virtual_beyond(target_s)
    answered = 1 - p_abandon
    return Answered(
        agents=agents,
        load=load,
        blocking=blocking,
        p_wait=p_wait,
        p_abandon=p_abandon,
        mean_wait_s=wait,
        mean_queue=waits.arrives * wait,
        occupancy=load / agents * answered,
        of_offered=in_time,
        virtual=virtual,
        of_answered=in_time / answered if answered > 0 else 0.0,
    )


def _idle(agents: int, load: float = 0.0) -> Answered:
    """Nobody waits."""
    occupancy = load / agents if agents else 0.0
    return Answered(agents, load, 0.0, 0.0, 0.0, 0.0, 0.0, occupancy, 1.0, 1.0, 1.0)


def _check(arrivals_per_hour: float, aht_s: float, agents: int, target_s: float) -> None:
    if not 0 <= arrivals_per_hour < inf:
        raise Impossible(f"arrivals {arrivals_per_hour:g} an hour are not a rate")
    if not 0 < aht_s < inf:
        raise Impossible(f"handle time {aht_s:g} s is not above nought")
    if agents < 0:
        raise Impossible(f"{agents} agents cannot be")
    if not 0 <= target_s < inf:
        raise Impossible(f"target {target_s:g} s is below nought")


# Square-root staffing: N = R + beta sqrt(R)


def square_root_agents(load: float, beta: float) -> int:
    """Agents for a load with `beta` spare square roots of it."""
    return ceil(load + beta * sqrt(load) - 1e-9)


def p_wait_limit(beta: float) -> float:
    """Halfin-Whitt: where Erlang C's P(wait) tends as load grows, beta > 0."""
    return 1.0 / (1.0 + beta * float(ndtr(beta)) / _density(beta))


def p_wait_limit_with_patience(beta: float, theta_over_mu: float) -> float:
    """Garnett et al.: the same for Erlang A, any beta."""
    ratio = sqrt(theta_over_mu)
    return 1.0 / (1.0 + ratio * _hazard(beta / ratio) / _hazard(-beta))


def p_abandon_limit(beta: float, theta_over_mu: float, agents: int) -> float:
    """Garnett et al.: abandonment, of order 1 / sqrt(N)."""
    ratio = sqrt(theta_over_mu)
    scaled = beta / ratio
    delta = (ratio * (_hazard(scaled) - scaled)) * p_wait_limit_with_patience(beta, theta_over_mu)
    return delta / sqrt(agents)


def _density(value: float) -> float:
    return exp(-value * value / 2) / sqrt(2 * pi)


def _hazard(value: float) -> float:
    return _density(value) / float(ndtr(-value))
