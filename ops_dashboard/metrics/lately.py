"""Which pages were looked at lately and by whom, so that they are drawn anew as soon as their cells are.

Only whose account, which page and what it was asked stands there, for LATELY_S seconds.
"""

import json
import logging
import time
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple, cast

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from ops_dashboard.metrics import shared_parts

LATELY_S = 600
MOST = 200  # questions that are remembered
LONGEST = 500  # characters of one

logger = logging.getLogger("ops.metrics")


class Looked(NamedTuple):
    user: int
    page: str
    querystring: str


def note(user: int, page: str, querystring: str) -> None:
    """Remember that an account looked at a page; what cannot be remembered is not."""
    if len(querystring) > LONGEST:
        return
    try:
        with _client().pipeline(transaction=False) as pipe:
            pipe.zadd(_name(), {json.dumps([user, page, querystring]): time.time()})
            pipe.zremrangebyrank(_name(), 0, -MOST - 1)
            pipe.expire(_name(), LATELY_S)
            pipe.execute()
    except RedisError as error:
        logger.info("pages looked at cannot be noted: %s", error)


def looked_at() -> Iterator[Looked]:
    """The last first."""
    members = cast(list[bytes], _client().zrevrangebyscore(_name(), "+inf", time.time() - LATELY_S))
    for member in members:
        try:
            user, page, querystring = json.loads(member)
        except ValueError:
            continue
        yield Looked(int(user), str(page), str(querystring))


@lru_cache(maxsize=1)
def _client() -> Redis:
    return Redis.from_url(settings.ENVIRONMENT.redis_url, socket_connect_timeout=1, socket_timeout=2)


def _name() -> str:
    return f"looked:{shared_parts.stand()}"
