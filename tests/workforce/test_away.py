"""Work that lies in time off, worked out by hand."""

import numpy as np
import pytest

from workforce.away import in_time_off, merged


def test_time_off_that_overlaps_or_touches_is_one_stretch_of_one_person() -> None:
    told = merged([(2, 5, 9), (1, 10, 20), (1, 15, 30), (1, 30, 40), (1, 50, 60)])
    assert told == [(1, 10, 40), (1, 50, 60), (2, 5, 9)]


@pytest.mark.parametrize(
    ("off", "inside"),
    [
        ((1, 0, 100), [(0, 10, 20), (2, 30, 50)]),
        ((1, 15, 35), [(0, 15, 20), (2, 30, 35)]),
        ((1, 20, 30), []),
        ((2, 0, 100), [(1, 12, 18)]),
        ((3, 0, 100), []),
    ],
)
def test_what_lies_inside_is_cut_at_its_ends(off: tuple[int, int, int], inside: list[tuple[int, int, int]]) -> None:
    who, start, end = np.array([1, 2, 1]), np.array([10, 12, 30]), np.array([20, 18, 50])
    cut = in_time_off(who, start, end, [off])
    assert list(zip(cut.row.tolist(), cut.start.tolist(), cut.end.tolist(), strict=True)) == inside


def test_without_time_off_or_without_stretches_nothing_lies_inside() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert in_time_off(none, none, none, [(1, 0, 9)]).row.tolist() == []
    assert in_time_off(np.array([1]), np.array([0]), np.array([9]), []).row.tolist() == []
