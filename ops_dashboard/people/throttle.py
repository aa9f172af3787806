"""Slows down guessing of passwords: attempts are counted per account and address in the shared cache.

Programs that ask too often by a token are slowed down alike.

An attempt is counted before the password is looked at, so parallel guesses gain nothing. Guesses at
one account from everywhere are counted too; an address from which its owner has signed in lately is
left out of that, so that strangers who guess do not keep the owner out. An IPv6 address counts as its
network of 64 bits: whoever has one address of it has all of them.
"""

from contextlib import suppress
from hashlib import sha256
from ipaddress import IPv6Network, ip_address

from django.core.cache import cache

WINDOW_S = 15 * 60
PER_ACCOUNT = 5  # attempts on one account from one address
PER_ADDRESS = 50  # attempts on any account from one address that were none of a sign-in
FROM_STRANGERS = 40  # attempts on one account from any address that is not known for it
HOLDING = 64  # bits of an IPv6 address that tell its holder
A_MINUTE_S = 60
PER_TOKEN = 300  # requests with one token a minute
KNOWN_S = 30 * 86_400  # how long an address is known for an account after a sign-in


def is_refused(username: str, address: str) -> bool:
    """Count one attempt; True when there have been too many within WINDOW_S seconds."""
    account, address = username.casefold(), network(address)
    on_account = _count(_key("account", account, address))
    from_address = _count(_key("address", address))
    is_stranger = cache.get(_key("known", account, address)) is None
    from_strangers = _count(_key("strangers", account)) if is_stranger else 0
    return on_account > PER_ACCOUNT or from_address > PER_ADDRESS or from_strangers > FROM_STRANGERS


def forgive(username: str, address: str) -> None:
    """Forget the attempts on an account that has just been signed in to, and know the address.

    Of the address only this attempt is taken back: a whole office may come to work behind one, and whoever
    guesses there beside signing in gains no guess.
    """
    account, address = username.casefold(), network(address)
    cache.delete(_key("account", account, address))
    with suppress(ValueError):  # its window has ended meanwhile
        cache.decr(_key("address", address))
    cache.set(_key("known", account, address), 1, timeout=KNOWN_S)


def is_news(address: str) -> bool:
    """Whether a refusal is the first one from there for a while: one is worth a trace, a flood of them is not."""
    return bool(cache.add(_key("told", network(address)), 1, timeout=WINDOW_S))


def network(address: str) -> str:
    """What belongs to one holder: an IPv4 address, or the network of an IPv6 one."""
    try:
        told = ip_address(address)
    except ValueError:
        return address
    if told.version == 4:
        return str(told)
    return str(told.ipv4_mapped or IPv6Network((told, HOLDING), strict=False))


def is_token_refused(token: int) -> bool:
    """Count one request with a token; True when there have been too many within A_MINUTE_S seconds."""
    return _count(f"token/{token}", window_s=A_MINUTE_S) > PER_TOKEN


def _count(key: str, *, window_s: int = WINDOW_S) -> int:
    cache.add(key, 0, timeout=window_s)
    try:
        return cache.incr(key)
    except ValueError:  # the window ended between the two calls
        cache.set(key, 1, timeout=window_s)
        return 1


def _key(*parts: str) -> str:
    return "sign-in/" + sha256("\x00".join(parts).encode()).hexdigest()
