"""Reference values computed elsewhere; the tests that need them skip where the files are absent."""

import pytest

from ops_dashboard.environment import PROJECT

SHARED = PROJECT.parent / "shared"
FORMULAS = SHARED / "cases" / "erlang_reference.json"
VOLUMES = SHARED / "data" / "contact_volume"
needs_formulas = pytest.mark.skipif(not FORMULAS.exists(), reason="no ../shared/cases/erlang_reference.json here")
needs_volumes = pytest.mark.skipif(not VOLUMES.exists(), reason="no ../shared/data/contact_volume here")
