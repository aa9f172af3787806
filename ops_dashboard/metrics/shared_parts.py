"""Parts of pages as HTML, shared by all processes: what one has drawn, none draws again until a cell changes.

A part is sealed together with its key, so that whoever can write to the shared cache can put none there.
A cache that cannot be reached costs time alone.
"""

import logging
from collections.abc import Collection, Mapping
from functools import lru_cache
from hashlib import blake2b

from django.conf import settings
from django.core.cache import caches
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.safestring import SafeString
from redis.exceptions import RedisError

SHARED_S = 300  # most cells change sooner, and with them the keys
SOURCES = ("ops_dashboard/**/*.py", "tickets/**/*.py", "workforce/**/*.py", "quality/**/*.py", "insights/**/*.py")

logger = logging.getLogger("ops.metrics")


@lru_cache(maxsize=1)
def stand() -> str:
    """What draws and from what: another release, or another database, finds none of these parts."""
    told = [repr([settings.DATABASES["default"].get(name) for name in ("HOST", "PORT", "NAME")])]
    for pattern in ("templates/**/*.html", *SOURCES):
        for path in sorted(settings.BASE_DIR.glob(pattern)):
            status = path.stat()
            told.append(f"{path.relative_to(settings.BASE_DIR)} {status.st_size} {status.st_mtime_ns}")
    return blake2b("\n".join(told).encode(), digest_size=8).hexdigest()


def found(marks: Collection[str]) -> dict[str, SafeString]:
    """Those of the parts that another process, or this one, has shared."""
    names = {_name(mark): mark for mark in marks}
    try:
        stored = caches["default"].get_many(names) if names else {}
    except RedisError as error:
        logger.info("shared parts cannot be read: %s", error)
        return {}
    return {names[name]: SafeString(value[1]) for name, value in stored.items() if _is_sealed(name, value)}


def share(parts: Mapping[str, SafeString], *, seconds: int = SHARED_S) -> None:
    """Hand parts to the other processes, by their marks."""
    sealed = {_name(mark): [_seal(_name(mark), html), html] for mark, html in parts.items()}
    try:
        caches["default"].set_many(sealed, timeout=seconds)
    except RedisError as error:
        logger.info("parts cannot be shared: %s", error)


def _name(mark: str) -> str:
    return f"part {stand()} {mark}".replace(" ", ":")


def _seal(name: str, html: str) -> str:
    return salted_hmac("ops_dashboard.metrics.shared_parts", f"{name}\n{html}", algorithm="sha256").hexdigest()


def _is_sealed(name: str, value: object) -> bool:
    match value:
        case [str(seal), str(html)]:
            return constant_time_compare(seal, _seal(name, html))
    return False
