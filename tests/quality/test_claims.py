"""What the bench prints, held to what the product claims. Seeds are fixed, so nothing here is luck."""

from tests.bench.quality import bias, coverage


def test_the_pooled_interval_of_five_reviews_covers_what_it_says() -> None:
    covered = {way.name: way.covered for way in coverage(5, rounds=150)}
    assert 0.94 <= covered["pooled sd"] <= 0.96
    assert covered["t"] < 0.9
    assert covered["percentile bootstrap"] < 0.8


def test_weights_take_the_bias_out_of_a_sample_that_favours_trouble() -> None:
    off = {name: float(means.mean()) - truth for name, means, truth in bias(draws=200)}
    assert off["half from risk, plain mean"] < -0.05
    assert abs(off["half from risk, weighted"]) < 0.005
