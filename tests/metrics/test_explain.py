import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops_dashboard.metrics.explain import Part, driven_effects, ratio_effects

counts = st.integers(0, 10_000)


@st.composite
def parts(draw: st.DrawFn) -> list[Part]:
    found = []
    for i in range(draw(st.integers(1, 6))):
        before, after = draw(counts), draw(counts)
        found.append(
            Part(
                str(i),
                str(i),
                draw(st.integers(0, before)),
                before,
                draw(st.integers(0, after)),
                after,
            )
        )
    return found


@given(parts())
def test_effects_of_a_rate_add_up_to_its_change(cuts: list[Part]) -> None:
    before, after = sum(p.before_whole for p in cuts), sum(p.after_whole for p in cuts)
    if not before or not after:
        assert ratio_effects(cuts) == []
        return
    change = sum(p.after_part for p in cuts) / after - sum(p.before_part for p in cuts) / before
    assert sum(e.total for e in ratio_effects(cuts)) == pytest.approx(change, abs=1e-12)


def test_a_shift_of_volume_to_the_worse_team_is_all_mix() -> None:
    # A keeps 90 %, B keeps 50 %; B grows from a tenth to a half: 0.86 -> 0.70.
    effects = {e.key: e for e in ratio_effects([Part("a", "A", 81, 90, 45, 50), Part("b", "B", 5, 10, 25, 50)])}
    assert sum(e.mix for e in effects.values()) == pytest.approx(-0.16)
    assert [e.rate for e in effects.values()] == [0, 0]


@given(st.lists(st.tuples(*[st.integers(0, 1000)] * 4), min_size=1, max_size=6))
def test_volume_mix_and_rate_of_a_driven_sum_add_up_to_its_change(amounts: list[tuple[int, ...]]) -> None:
    parts = [Part(str(i), str(i), *map(float, four)) for i, four in enumerate(amounts)]
    change = sum(p.after_part for p in parts) - sum(p.before_part for p in parts)
    assert sum(effect.total for effect in driven_effects(parts)) == pytest.approx(change, abs=1e-6)


def test_more_hours_at_the_same_rates_are_volume_alone() -> None:
    parts = [Part("a", "A", 100, 10, 200, 20), Part("b", "B", 300, 10, 600, 20)]
    effects = driven_effects(parts)
    assert [(e.volume, round(e.mix, 9), round(e.rate, 9)) for e in effects] == [(100, 0, 0), (300, 0, 0)]
