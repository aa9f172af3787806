"""A cache within the process whose values are never changed, so that they are kept as they are."""

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

NOW_S = 10  # how old what is kept by the clock may be: the picture of this moment, what a filter offers


@dataclass
class Store:
    """Values of one location, by key, with the moment until which each counts; the least lately used first."""

    lock: Lock = field(default_factory=Lock)
    values: OrderedDict[str, tuple[Any, float | None]] = field(default_factory=OrderedDict)


_STORES: dict[str, Store] = {}


class KeptAnswers(BaseCache):
    """What Django's cache in local memory does without pickling, which costs a long answer more than answering it.

    LOCATION names what the threads of a process share; of more than MAX_ENTRIES the least lately used go.
    """

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._most = int(params.get("OPTIONS", {}).get("MAX_ENTRIES", 300))
        self._store = _STORES.setdefault(location, Store())

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        key, now = self.make_and_validate_key(key, version=version), time.time()
        with self._store.lock:
            value, until = self._store.values.get(key, (default, now))
            if until is not None and until <= now:
                self._store.values.pop(key, None)
                return default
            self._store.values.move_to_end(key)
            return value

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        key = self.make_and_validate_key(key, version=version)
        with self._store.lock:
            self._store.values[key] = (value, self.get_backend_timeout(timeout))
            self._store.values.move_to_end(key)
            while len(self._store.values) > self._most:
                self._store.values.popitem(last=False)

    def clear(self) -> None:
        with self._store.lock:
            self._store.values.clear()
