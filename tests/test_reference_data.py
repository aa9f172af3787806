"""A run without the reference data tells so."""

from tests.reference_data import CASES, DATA, needs, words_of_missing


def test_a_run_counts_what_it_did_not_compare_and_names_what_it_lacked() -> None:
    uci, cases = (needs(path).kwargs["reason"] for path in (DATA / "uci", CASES))
    assert words_of_missing([f"Skipped: {uci}", "no Chromium on this machine", cases, uci]) == [
        "NOT COMPARED WITH REALITY OR PEERS: 3 tests were skipped",
        "  1 for want of ../shared/cases",
        "  2 for want of ../shared/data/uci",
    ]


def test_a_run_that_lacked_nothing_says_nothing() -> None:
    assert words_of_missing(["Skipped: no Chromium on this machine"]) == []
