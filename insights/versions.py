"""The taxonomy as it stood under any version, worked out from the present and the changes since."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Node:
    """A theme under one version. `stands_for` is where its feedback counts: itself, or what it was merged into."""

    id: int
    name: str
    area: str
    definition: str
    parent: int | None
    is_active: bool
    stands_for: int
    exists: bool = True  # False: it was added later
    split_into: tuple[int, ...] = ()


@dataclass(frozen=True)
class Change:
    """`before` holds the fields (of `Node`) that the change overwrote."""

    version: int
    theme: int
    kind: str
    before: Mapping[str, Any]
    into: tuple[int, ...] = ()


Tree = dict[int, Node]


def as_of(now: Iterable[Node], changes: Iterable[Change], version: int) -> Tree:
    """The nodes under `version`, given the present ones and every change in order of being made."""
    tree = {node.id: replace(node, stands_for=node.id, split_into=()) for node in now}
    told = list(changes)
    for change in reversed(told):
        if change.version > version:
            node = tree[change.theme]
            tree[change.theme] = replace(node, exists=change.kind != "add" and node.exists, **change.before)
    merged = {c.theme: c.into[0] for c in told if c.kind == "merge" and c.version <= version}
    split = {c.theme: c.into for c in told if c.kind == "split" and c.version <= version}
    return {id: replace(node, stands_for=_end(merged, id), split_into=split.get(id, ())) for id, node in tree.items()}


def _end(merged: Mapping[int, int], theme: int) -> int:
    """Where a chain of merges ends."""
    while theme in merged:
        theme = merged[theme]
    return theme
