"""What people write about a review, as it may be kept."""

from tickets.redaction import cleaned, redact


def kept(text: str, *, longest: int = 2000) -> str:
    """Personal data masked, ends trimmed, cut to `longest` characters."""
    return redact(cleaned(text)[: 2 * longest]).text.strip()[:longest]
