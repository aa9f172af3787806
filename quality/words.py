"""What people write about a review, as it may be kept."""

from tickets.draft_checks import redacted


def kept(text: str, *, longest: int = 2000) -> str:
    """Personal data masked, ends trimmed, cut to `longest` characters."""
    return redacted(text.encode(errors="replace")).strip()[:longest]
