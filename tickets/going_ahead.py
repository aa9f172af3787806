"""A thread that makes what comes next while its reader waits for the database."""

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from queue import Full, Queue
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")
LOOKS_EVERY_S = 0.2  # whether the reader is still there
LEAVES_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True)
class _Ended:
    """No more items come; `error` is what ended them, if anything did."""

    error: BaseException | None = None


def going_ahead(items: Iterable[T]) -> Generator[T]:
    """`items`, one of them made ahead. What they raise comes out in its place; a reader who leaves ends them.

    They are made in another thread: they may touch neither a database nor whatever the reader changes.
    """
    made: Queue[T | _Ended] = Queue(maxsize=1)
    has_left = Event()

    def make() -> None:
        try:
            for item in items:
                if not _hand_over(item, made, has_left):
                    return
            end = _Ended()
        except BaseException as error:  # noqa: BLE001  (the reader is told)
            end = _Ended(error)
        _hand_over(end, made, has_left)

    maker = Thread(target=make, name="going ahead", daemon=True)
    maker.start()
    try:
        while not isinstance(item := made.get(), _Ended):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        has_left.set()
        maker.join(LEAVES_WITHIN_S)


def _hand_over(item: T, made: "Queue[T]", has_left: Event) -> bool:
    """Whether there was still somebody to hand it to."""
    while not has_left.is_set():
        try:
            made.put(item, timeout=LOOKS_EVERY_S)
        except Full:
            continue
        return True
    return False
