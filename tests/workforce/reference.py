"""Reference values computed elsewhere; the tests that need them skip where the files are absent."""

from tests.reference_data import CASES, DATA, needs

FORMULAS = CASES / "erlang_reference.json"
VOLUMES = DATA / "contact_volume"
needs_formulas, needs_volumes = needs(FORMULAS), needs(VOLUMES)
