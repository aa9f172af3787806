"""Words as they stand in addresses, policies and filters."""

from hashlib import blake2b

from django.utils.text import slugify


def slug_of(word: str, *, longest: int = 80) -> str:
    """`word` in small ASCII letters, digits and hyphens; a hash where nothing of it can stay."""
    slug = slugify(word)[:longest].strip("-")
    return slug or blake2b(word.encode(), digest_size=6).hexdigest()
