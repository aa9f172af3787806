"""The house: who may import whom, how long a file may be, and what never appears in it."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from ops_dashboard.environment import PROJECT

GROUND = ("ops_dashboard.people", "ops_dashboard.metrics")
# Each layer and those below it that it may import. The roof (`ops_dashboard` itself) may import everything.
BELOW = {
    "ops_dashboard.people": (),
    "ops_dashboard.metrics": ("ops_dashboard.people",),
    "tickets": GROUND,
    "workforce": (*GROUND, "tickets"),
    "quality": (*GROUND, "tickets"),
    "insights": (*GROUND, "tickets", "workforce", "quality"),
}
ROOF = "ops_dashboard"
# They compute on values alone: nothing they import, however far, reaches Django, a database or a broker.
PURE = (
    "insights.confidence",
    "insights.effects",
    "insights.surveillance",
    "insights.versions",
    "insights.suggestions",
    "ops_dashboard.environment",
    "ops_dashboard.metrics.alert_limits",
    "ops_dashboard.metrics.alert_verdicts",
    "ops_dashboard.metrics.arithmetic",
    "ops_dashboard.metrics.currency",
    "ops_dashboard.metrics.cycle",
    "ops_dashboard.metrics.definitions",
    "ops_dashboard.metrics.explain",
    "ops_dashboard.metrics.groups",
    "ops_dashboard.metrics.histogram",
    "ops_dashboard.metrics.holdings",
    "ops_dashboard.metrics.intervals",
    "ops_dashboard.metrics.means",
    "ops_dashboard.metrics.packing",
    "ops_dashboard.metrics.periods",
    "ops_dashboard.metrics.reporting_weeks",
    "ops_dashboard.metrics.result",
    "ops_dashboard.metrics.spreads",
    "ops_dashboard.metrics.withholding",
    "quality.agreement",
    "quality.sampling",
    "quality.scorecard_plan",
    "quality.scoring",
    "quality.severity",
    "tickets.business_calendar",
    "tickets.business_time",
    "tickets.marked_texts",
    "tickets.number_forms",
    "tickets.open_intervals",
    "tickets.person_cues",
    "tickets.policy",
    "tickets.proof",
    "tickets.redaction",
    "tickets.redaction_gates",
    "tickets.redaction_scores",
    "tickets.runs",
    "tickets.silence",
    "tickets.sla",
    "tickets.solves",
    "tickets.spans",
    "tickets.states",
    "tickets.succession",
    "tickets.timeline",
    "tickets.vocabulary",
    "tickets.waits",
    "workforce.adherence",
    "workforce.backtest",
    "workforce.bands",
    "workforce.capacity",
    "workforce.chat",
    "workforce.choosing",
    "workforce.coverage",
    "workforce.deferred",
    "workforce.erlang",
    "workforce.expected_misses",
    "workforce.forecasting",
    "workforce.intraday",
    "workforce.pattern_words",
    "workforce.series",
    "workforce.series_file",
    "workforce.shift_changes",
    "workforce.shift_rules",
    "workforce.shrinkage",
    "workforce.staffing",
    "workforce.uplift",
    "workforce.wall_time",
)
IMPURE = ("django", "rest_framework", "celery", "psycopg2", "redis")
# The one module of the embedded servers that runs Django's command line.
EMBEDDED_WITH_DJANGO = "ops_dashboard.embedded.command_line"

LONGEST = 400
LONGEST_TEST = 600
EXCUSED = {
    "tickets/metrics.py": "one declaration after the other: every metric of tickets",
    "tests/tickets/test_sla.py": "every rule of every clock, each with its arithmetic",
}
DRAWERS = {"utils", "util", "helpers", "helper", "common", "core", "services", "service", "misc"}
# Spelt in two parts, so that this file does not find itself.
MACHINE_PATHS = re.compile(r"(?<![\w.~-])/(?:" + "wor" + "k|far" + "m|roo" + r"t|home/\w+|Users/\w+)/")
INLINE = re.compile(
    r"<style\b|<script(?![^>]*\bsrc=)[^>]*>|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", re.IGNORECASE
)


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the project, as git knows them, that is still there."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True)
    paths = (PROJECT / name for name in listed.stdout.split("\0") if name)
    return tuple(path for path in paths if path.is_file())


def sources() -> Iterator[tuple[str, Path]]:
    """Every Python file with its path in words."""
    for path in tracked():
        if path.suffix == ".py":
            yield path.relative_to(PROJECT).as_posix(), path


@cache
def imports() -> dict[str, frozenset[str]]:
    """Every module of the product with the names that it imports; `from a import b` names `a` and `a.b`."""
    found = {}
    for name, path in sources():
        if not name.startswith("tests/"):
            module = name.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
            found[module] = frozenset(_imported(ast.parse(path.read_text(encoding="utf-8"))))
    return found


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name their module in full"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_in(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def layer(name: str) -> str | None:
    """The layer that a module belongs to; None for what is not ours."""
    return next((place for place in (*BELOW, ROOF) if is_in(name, place)), None)


def reached(module: str) -> set[str]:
    """Every name that a module imports, itself or through our modules."""
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        fresh = imports().get(waiting.pop(), frozenset()) - seen
        seen |= fresh
        waiting.extend(fresh)
    return seen


def test_imports_run_downwards_only() -> None:
    wrong = [
        f"{module} imports {name}"
        for module, names in imports().items()
        for name in sorted(names)
        if (home := layer(module)) not in (None, ROOF)
        and (place := layer(name)) not in (None, home)
        and place not in BELOW[str(home)]
    ]
    assert wrong == []


def test_siblings_and_the_roof_are_told_apart_from_what_lies_below() -> None:
    assert layer("ops_dashboard.metrics.query") == "ops_dashboard.metrics"
    assert layer("ops_dashboard.settings") == ROOF
    assert layer("django.db") is None
    assert "quality" not in BELOW["workforce"]
    assert "workforce" not in BELOW["quality"]
    assert all(ROOF not in allowed for allowed in BELOW.values())


def test_types_are_strictest_where_modules_are_pure() -> None:
    overrides = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]["overrides"]
    assert [block["module"] for block in overrides if block.get("disallow_any_generics")] == [list(PURE)]


@pytest.mark.parametrize("module", PURE)
def test_a_pure_module_reaches_neither_django_nor_a_server(module: str) -> None:
    assert module in imports(), f"{module} is gone; mend the list"
    assert {name for name in reached(module) if is_in_any(name, IMPURE)} == set()


def test_the_embedded_servers_run_without_django() -> None:
    modules = [name for name in imports() if is_in(name, "ops_dashboard.embedded") and name != EMBEDDED_WITH_DJANGO]
    assert modules
    assert {name for module in modules for name in reached(module) if is_in(name, "django")} == set()


def is_in_any(name: str, packages: tuple[str, ...]) -> bool:
    return any(is_in(name, package) for package in packages)


def test_no_file_is_longer_than_one_thing() -> None:
    long = {}
    for name, path in sources():
        limit = LONGEST_TEST if name.startswith("tests/") or "/migrations/" in name else LONGEST
        count = len(path.read_text(encoding="utf-8").splitlines())
        if count > limit:
            long[name] = count
    assert set(long) == set(EXCUSED), f"{long}: split what is too long; drop an excuse that is not needed"


def test_no_module_is_named_for_a_drawer() -> None:
    assert [name for name, _ in sources() if DRAWERS & set(name.removesuffix(".py").split("/"))] == []


def test_no_import_hides_in_a_function_and_none_is_wild() -> None:
    wrong = []
    for name, path in sources():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
        hidden = {
            inner for outer in functions for inner in ast.walk(outer) if isinstance(inner, ast.Import | ast.ImportFrom)
        }
        wild = {
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
        }
        wrong += [f"{name}:{node.lineno}" for node in hidden | wild]
    assert wrong == []


def test_templates_hold_no_inline_script_style_or_handler() -> None:
    wrong = [
        f"{path.relative_to(PROJECT)}: {match.group()}"
        for path in tracked()
        if path.suffix == ".html"
        for match in INLINE.finditer(path.read_text(encoding="utf-8"))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("markup", "is_inline"),
    [
        ("<script>go()</script>", True),
        ('<script type="module">go()</script>', True),
        ('<script defer src="a.js"></script>', False),
        ("<style>p {}</style>", True),
        ('<p style="color: red">', True),
        ('<button onclick="go()">', True),
        ('<a href="javascript:go()">', True),
        ('<p class="style" data-on="x">on time = 3</p>', False),
        ('<link rel="stylesheet" href="a.css">', False),
    ],
)
def test_inline_markup_is_recognised(markup: str, is_inline: bool) -> None:
    assert (INLINE.search(markup) is not None) is is_inline


def test_no_file_names_a_path_of_one_machine() -> None:
    wrong = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        wrong += [f"{path.relative_to(PROJECT)}: {match.group()}" for match in MACHINE_PATHS.finditer(text)]
    assert wrong == []
