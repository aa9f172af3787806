"""Slows down guessing of passwords: attempts are counted per account and address in the shared cache.

An attempt is counted before the password is looked at, so parallel guesses gain nothing.
"""

from hashlib import sha256

from django.core.cache import cache

WINDOW_S = 15 * 60
PER_ACCOUNT = 5  # attempts on one account from one address
PER_ADDRESS = 50  # attempts on any account from one address


def is_refused(username: str, address: str) -> bool:
    """Count one attempt; True when there have been too many within WINDOW_S seconds."""
    on_account = _count(_key("account", username.casefold(), address))
    from_address = _count(_key("address", address))
    return on_account > PER_ACCOUNT or from_address > PER_ADDRESS


def forgive(username: str, address: str) -> None:
    """Forget the attempts on an account that has just been signed in to."""
    cache.delete(_key("account", username.casefold(), address))


def _count(key: str) -> int:
    cache.add(key, 0, timeout=WINDOW_S)
    try:
        return cache.incr(key)
    except ValueError:  # the window ended between the two calls
        cache.set(key, 1, timeout=WINDOW_S)
        return 1


def _key(*parts: str) -> str:
    return "sign-in/" + sha256("\x00".join(parts).encode()).hexdigest()
