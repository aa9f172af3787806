"""Findings of the rules in words."""

from workforce.shift_rules import MILD, Finding, Rule

_WORDS = {
    Rule.OVERLAP: "Overlaps another shift by {amount}.",
    Rule.ON_LEAVE: "{amount} of work during time off.",
    Rule.REST: "Only {amount} of rest before it; {limit} are due.",
    Rule.TOO_LONG: "{amount} long; the contract allows {limit}.",
    Rule.TOO_SHORT: "{amount} long; the contract asks for at least {limit}.",
    Rule.LONG_DAY: "{amount} on this day in all; the contract allows {limit}.",
    Rule.DAYS_RUNNING: "Day {amount} in a row; the contract allows {limit}.",
    Rule.NO_BREAK: "{amount} without a break; one is due after {limit}.",
    Rule.MANY_DAYS: "{amount} days in the week; the contract allows {limit}.",
    Rule.LONG_WEEK: "{amount} in the week; the law allows {limit}.",
    Rule.OVER_CONTRACT: "{amount} paid in the week; the contract says {limit}.",
    Rule.UNDER_CONTRACT: "{amount} paid in the week; the contract says {limit}.",
}
_COUNTS = {Rule.DAYS_RUNNING, Rule.MANY_DAYS}


def words(finding: Finding) -> str:
    """One sentence: what is broken, by how much, what is allowed."""
    told = str if finding.rule in _COUNTS else hours
    return _WORDS[finding.rule].format(amount=told(finding.amount), limit=told(finding.limit))


def tone(findings: list[Finding]) -> str:
    """How bad it is: worse, warning, or nothing."""
    if not findings:
        return ""
    return "warning" if all(finding.rule in MILD for finding in findings) else "worse"


def hours(seconds: int) -> str:
    """`37.5 h` as `37 h 30 min`."""
    whole, minutes = divmod(round(seconds / 60), 60)
    if not whole:
        return f"{minutes} min"
    return f"{whole} h {minutes} min" if minutes else f"{whole} h"
