"""Policy files: what may stand in one, and its calendars and policies in their one true form.

Pure: the file's form is checked here against what the engine understands, and every omitted field
gets its default, so that two definitions mean the same exactly when they are equal.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tickets.business_calendar import BadCalendar, Calendar
from tickets.policy import CONDITIONS
from tickets.slugs import slug_of
from tickets.vocabulary import UNSOLVED, PromiseKind

LONGEST_NAME = 80
LONGEST_TARGET_S = 10 * 366 * 86_400
CHOICES = {
    "clock": ("business", "calendar"),
    "boundary": ("close", "next_open"),
    "priority_from": ("current", "creation"),
    "first_reply_from": ("creation", "handoff"),
    "next_reply_starts": ("after_first_reply", "any"),
    "update_starts": ("reply", "creation", "contact"),
}  # the first of each is the default
CALENDAR_VERSIONS = ("each", "last")  # each counts while it is valid, or the last one for all time
KINDS = tuple(kind.label for kind in PromiseKind)
PAUSES = tuple(status.label for status in sorted(UNSOLVED))

Definition = dict[str, Any]


class BadPolicyFile(ValueError):
    """A policy file that cannot be loaded; the message names the place in it and the reason."""


@dataclass(frozen=True)
class PolicyFile:
    """Definitions by name, in the order of the file."""

    calendars: dict[str, Definition]
    policies: dict[str, Definition]


def read_policy_file(path: Path, *, known_calendars: Iterable[str] = ()) -> PolicyFile:
    """The definitions of a file; policies may name its calendars and `known_calendars`. Raises BadPolicyFile."""
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise BadPolicyFile(f"{path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise BadPolicyFile(f"{path}: is not JSON: {error}") from error
    try:
        return parse(document, known_calendars=known_calendars)
    except BadPolicyFile as error:
        raise BadPolicyFile(f"{path}: {error}") from error


def parse(document: Any, *, known_calendars: Iterable[str] = ()) -> PolicyFile:
    """As `read_policy_file`, of what the JSON says."""
    _keys("the file", document, required=(), optional=("calendars", "policies"))
    calendars = _named("calendars", document.get("calendars", []), _calendar)
    known = {*known_calendars, *calendars}
    policies = _named("policies", document.get("policies", []), lambda at, told: _policy(at, told, known))
    return PolicyFile(calendars, policies)


def _named(place: str, told: Any, read: Callable[[str, Any], Definition]) -> dict[str, Definition]:
    """Definitions by their names, each read by `read`."""
    if not isinstance(told, list):
        raise BadPolicyFile(f"{place}: is not a list")
    named: dict[str, Definition] = {}
    for index, each in enumerate(told):
        definition = read(f"{place}[{index}]", each)
        if definition["name"] in named:
            raise BadPolicyFile(f"{place}[{index}].name: '{definition['name']}' stands there twice")
        named[definition["name"]] = definition
    return named


def _calendar(place: str, told: Any) -> Definition:
    fields = ("weekly", "holidays", "overrides", "breaks", "holiday_truncates_overnight", "holiday_beats_override")
    _keys(place, told, required=("name", "timezone"), optional=fields)
    try:
        return {"name": _name(place, told), **Calendar.from_json(told).to_json()}
    except BadCalendar as error:
        raise BadPolicyFile(f"{place}.{error}") from error


def _policy(place: str, told: Any, calendars: set[str]) -> Definition:
    _keys(place, told, required=("name", "order", "targets"), optional=("conditions", "calendar", "calendar_versions"))
    calendar = told.get("calendar")
    if calendar is not None and calendar not in calendars:
        raise BadPolicyFile(f"{place}.calendar: there is no calendar {calendar!r}")
    if not _is_whole(told["order"]) or not abs(told["order"]) < 2**31:
        raise BadPolicyFile(f"{place}.order: {told['order']!r} is not a whole number")
    _one_of(f"{place}.calendar_versions", versions := told.get("calendar_versions", "each"), CALENDAR_VERSIONS)
    definition = {
        "name": _name(place, told),
        "order": told["order"],
        "conditions": _conditions(f"{place}.conditions", told.get("conditions", {})),
        "calendar": calendar,
        "targets": _targets(f"{place}.targets", told["targets"]),
    }
    return definition | ({"calendar_versions": versions} if versions == "last" else {})


def _conditions(place: str, told: Any) -> dict[str, list[str]]:
    """Words by attribute, as slugs; an empty list means any and is left out."""
    _keys(place, told, required=(), optional=CONDITIONS)
    for name, words in told.items():
        if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
            raise BadPolicyFile(f"{place}.{name}: is not a list of words")
    return {name: sorted(map(slug_of, words)) for name, words in sorted(told.items()) if words}


def _targets(place: str, told: Any) -> list[Definition]:
    if not isinstance(told, list) or not told:
        raise BadPolicyFile(f"{place}: is not a list of targets")
    targets = [_target(f"{place}[{index}]", each) for index, each in enumerate(told)]
    seen: set[tuple[str, str | None]] = set()
    for index, target in enumerate(targets):
        if (key := (target["kind"], target["priority"])) in seen:
            raise BadPolicyFile(f"{place}[{index}]: a second {key[0]} target for priority {key[1] or 'any'}")
        seen.add(key)
    return targets


def _target(place: str, told: Any) -> Definition:
    _keys(place, told, required=("kind", "seconds"), optional=("priority", "pauses_in", *CHOICES))
    _one_of(f"{place}.kind", told["kind"], KINDS)
    if not _is_whole(told["seconds"]) or not 0 < told["seconds"] <= LONGEST_TARGET_S:
        raise BadPolicyFile(f"{place}.seconds: {told['seconds']!r} is not a whole number from 1 to {LONGEST_TARGET_S}")
    priority = told.get("priority")
    if priority is not None and (not isinstance(priority, str) or not priority):
        raise BadPolicyFile(f"{place}.priority: {priority!r} is neither a word nor null")
    pauses = told.get("pauses_in", [])
    if not isinstance(pauses, list):
        raise BadPolicyFile(f"{place}.pauses_in: is not a list")
    for status in pauses:
        _one_of(f"{place}.pauses_in", status, PAUSES)
    for name, values in CHOICES.items():
        _one_of(f"{place}.{name}", told.get(name, values[0]), values)
    return {
        "kind": told["kind"],
        "priority": None if priority is None else slug_of(priority),
        "seconds": told["seconds"],
        "pauses_in": sorted(set(pauses)),
        **{name: told.get(name, values[0]) for name, values in CHOICES.items()},
    }


def _keys(place: str, told: Any, *, required: Iterable[str], optional: Iterable[str]) -> None:
    if not isinstance(told, Mapping):
        raise BadPolicyFile(f"{place}: is not an object")
    if missing := sorted(set(required) - told.keys()):
        raise BadPolicyFile(f"{place}.{missing[0]}: is missing")
    if unknown := sorted(told.keys() - set(required) - set(optional)):
        raise BadPolicyFile(f"{place}.{unknown[0]}: is not known here")


def _name(place: str, told: Mapping[str, Any]) -> str:
    name = told["name"]
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME or "\0" in name:
        raise BadPolicyFile(f"{place}.name: is not a text of 1 to {LONGEST_NAME} characters")
    return name


def _one_of(place: str, value: Any, values: Iterable[str]) -> None:
    if not isinstance(value, str) or value not in values:
        raise BadPolicyFile(f"{place}: {value!r} is not one of {', '.join(values)}")


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
