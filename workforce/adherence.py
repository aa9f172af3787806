"""Whether people did what was planned when it was planned (adherence), and whether as much (conformance)."""

from collections.abc import Sequence
from dataclasses import dataclass

Stretch = tuple[float, float, str]  # from, to, activity


@dataclass(frozen=True)
class Kept:
    """Amounts in the unit of the stretches; ratios None where nothing was planned."""

    scheduled: float
    in_adherence: float
    unscheduled: float
    adherence: float | None
    conformance: float | None


def kept(scheduled: Sequence[Stretch], actual: Sequence[Stretch], *, work: frozenset[str]) -> Kept:
    """Adherence = time in which the activity is the planned one / planned time; conformance = worked / planned work.

    Stretches of one list do not overlap.
    """
    planned = _length(scheduled)
    same = sum(_overlap(plan, deed) for plan in scheduled for deed in actual if plan[2] == deed[2])
    inside = sum(_overlap(plan, deed) for plan in scheduled for deed in actual)
    planned_work = _length([each for each in scheduled if each[2] in work])
    worked = _length([each for each in actual if each[2] in work])
    return Kept(
        scheduled=planned,
        in_adherence=same,
        unscheduled=_length(actual) - inside,
        adherence=same / planned if planned else None,
        conformance=worked / planned_work if planned_work else None,
    )


def _length(stretches: Sequence[Stretch]) -> float:
    return sum(end - start for start, end, _ in stretches)


def _overlap(one: Stretch, other: Stretch) -> float:
    return max(0.0, min(one[1], other[1]) - max(one[0], other[0]))
