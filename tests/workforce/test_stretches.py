"""Days on which something else is valid after a change."""

from datetime import date

from workforce.stretches import Stretch, differing


def day(number: int) -> date:
    return date(2026, 3, number)


def since(first: int, until: int | None, value: int) -> Stretch:
    return Stretch(day(first), day(until) if until else None, (value,))


def test_what_is_the_same_differs_on_no_day() -> None:
    assert list(differing([since(1, None, 5)], [since(1, None, 5)])) == []
    assert list(differing([], [])) == []


def test_a_later_row_differs_from_its_first_day_on() -> None:
    assert list(differing([since(1, None, 5)], [since(1, 10, 5), since(10, None, 6)])) == [(day(10), None)]


def test_a_corrected_row_differs_on_its_own_days() -> None:
    after = [since(1, 10, 4), since(10, None, 6)]
    assert list(differing([since(1, 10, 5), since(10, None, 6)], after)) == [(day(1), day(10))]


def test_a_row_split_without_another_value_differs_on_no_day() -> None:
    assert list(differing([since(1, None, 5)], [since(1, 10, 5), since(10, None, 5)])) == []


def test_a_row_that_goes_differs_as_long_as_it_was_valid() -> None:
    assert list(differing([since(4, 8, 5)], [])) == [(day(4), day(8))]


def test_a_row_that_ends_earlier_differs_between_the_two_ends() -> None:
    assert list(differing([since(1, 20, 5)], [since(1, 12, 5)])) == [(day(12), day(20))]
