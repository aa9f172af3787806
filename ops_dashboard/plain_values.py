"""What the shared cache holds, as JSON: whoever can write to the broker can put a value there, and no code."""

import json
from typing import Any


class PlainValues:
    """Django's contract for a serializer of its Redis cache. Whole numbers stay bare, so that Redis can count them."""

    def dumps(self, value: Any) -> int | str:
        return value if type(value) is int else json.dumps(value)

    def loads(self, stored: bytes | str) -> Any:
        """What stands there; None, as for nothing, where it was not put there by `dumps`."""
        try:
            return json.loads(stored)
        except (ValueError, RecursionError):
            return None
