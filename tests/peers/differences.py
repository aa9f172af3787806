"""The cases in which we knowingly differ from a peer, as told in differences.md."""

import re
from pathlib import Path

PATH = Path(__file__).with_name("differences.md")
ENTRY = re.compile(r"^- `(?P<id>[^`]+)`: (?P<reason>\S.*)$", re.MULTILINE)


UNANSWERED = "\n## "  # the heading of what nothing of ours answers


def excused() -> dict[str, str]:
    """Case id to the reason why ours is right."""
    return _entries(PATH.read_text(encoding="utf-8").partition(UNANSWERED)[0])


def unanswered() -> dict[str, str]:
    """The name of a value in a reference file to the reason why nothing of ours answers it."""
    return _entries(PATH.read_text(encoding="utf-8").partition(UNANSWERED)[2])


def _entries(text: str) -> dict[str, str]:
    return {entry["id"]: entry["reason"] for entry in ENTRY.finditer(text)}
