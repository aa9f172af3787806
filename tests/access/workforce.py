"""Who may open what of workforce: rows for `tests/test_access.py`."""

from tests.access.rows import AdminModel, Row
from tests.cast import Cast

ROWS: dict[str, Row] = {}
ADMIN_MODELS: dict[str, AdminModel] = {}


def stage(cast: Cast) -> None:
    """Save the objects that the rows name."""


def keys(cast: Cast) -> dict[str, object]:
    """A row of every model that the admin shows."""
    return {}
