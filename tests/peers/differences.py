"""The cases in which we knowingly differ from a peer, as told in differences.md."""

import re
from pathlib import Path

PATH = Path(__file__).with_name("differences.md")
ENTRY = re.compile(r"^- `(?P<id>[^`]+)`: (?P<reason>\S.*)$", re.MULTILINE)


def excused() -> dict[str, str]:
    """Case id to the reason why ours is right."""
    text = PATH.read_text(encoding="utf-8")
    return {entry["id"]: entry["reason"] for entry in ENTRY.finditer(text)}
