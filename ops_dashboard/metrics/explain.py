"""Why a figure changed: effects that add up exactly to the change. Pure.

For a ratio R = sum(w_k r_k), with w_k the share of cut k in the whole and r_k its rate, the change
between two periods is split by the symmetric (midpoint) form of Kitagawa 1955, JASA 50:1168:
    mix_k  = (w1_k - w0_k) * ((r0_k + r1_k) / 2 - (R0 + R1) / 2)
    rate_k = (w0_k + w1_k) / 2 * (r1_k - r0_k)
A cut without facts in one period takes its rate from the other, so that its arrival is all mix. A part
that has no whole (what a team cost that solved nothing) has no rate: what it adds to R counts as rate.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Effect:
    """What one value of the cut added to the change."""

    key: str
    label: str
    volume: float
    mix: float
    rate: float

    @property
    def total(self) -> float:
        return self.volume + self.mix + self.rate


@dataclass(frozen=True)
class Part:
    """One value of the cut in both periods: part and whole of a ratio, or an amount as both."""

    key: str
    label: str
    before_part: float
    before_whole: float
    after_part: float
    after_whole: float


def ratio_effects(parts: list[Part]) -> list[Effect]:
    """Mix and rate effects; empty when one of the periods has nothing."""
    before, after = sum(p.before_whole for p in parts), sum(p.after_whole for p in parts)
    if not before or not after:
        return []
    middle = (sum(p.before_part for p in parts) / before + sum(p.after_part for p in parts) / after) / 2
    effects = []
    for p in parts:
        rate_before = p.before_part / p.before_whole if p.before_whole else None
        rate_after = p.after_part / p.after_whole if p.after_whole else None
        r0 = rate_before if rate_before is not None else rate_after or 0.0
        r1 = rate_after if rate_after is not None else r0
        w0, w1 = p.before_whole / before, p.after_whole / after
        loose = (0.0 if p.after_whole else p.after_part / after) - (0.0 if p.before_whole else p.before_part / before)
        mix, rate = (w1 - w0) * ((r0 + r1) / 2 - middle), (w0 + w1) / 2 * (r1 - r0)
        effects.append(Effect(p.key, p.label, 0.0, mix=mix, rate=rate + loose))
    return effects


def driven_effects(parts: list[Part]) -> list[Effect]:
    """A sum C = W R grows with its whole W at the rate R: volume is dW (R0 + R1) / 2, shared out as the
    sum is; mix and rate are those of R times (W0 + W1) / 2."""
    before, after = sum(p.before_whole for p in parts), sum(p.after_whole for p in parts)
    if not before or not after:
        return amount_effects(parts)
    middle = (before + after) / 2
    return [
        Effect(
            p.key,
            p.label,
            volume=(after - before) * (p.before_part / before + p.after_part / after) / 2,
            mix=effect.mix * middle,
            rate=effect.rate * middle,
        )
        for p, effect in zip(parts, ratio_effects(parts), strict=True)
    ]


def amount_effects(parts: list[Part]) -> list[Effect]:
    """A sum changes by what each cut changes: all of it is volume."""
    return [Effect(p.key, p.label, p.after_part - p.before_part, 0.0, 0.0) for p in parts]
