"""Every reference value of queueing, staffing, time and accuracy formulas, closer than `tests.peers` asks for."""

import json

from tests.peers import erlang_values
from tests.peers.reference_values import Tolerance
from tests.workforce import reference

NEAR = Tolerance(1e-12, relative=1e-9)


@reference.needs_formulas
def test_every_reference_value_comes_out_to_nine_digits() -> None:
    document = json.loads(reference.FORMULAS.read_text(encoding="utf-8"))
    outcomes = list(erlang_values.run(document, within=NEAR))
    assert len(outcomes) == 79
    assert [outcome for outcome in outcomes if not outcome.agrees] == []
