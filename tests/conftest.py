"""What every test may ask for: a database, a browser, and settings that suit a test run."""

import gc
import os
from collections.abc import Callable, Iterator
from uuid import uuid4

import django
import pytest
from django.core.cache import caches
from django.db import connection, transaction
from django.test import Client, TransactionTestCase
from django.test.utils import override_settings
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from ops_dashboard.metrics import shared_parts
from ops_dashboard.metrics.shelf import KEPT
from tests.chromium import launch
from tests.reference_data import words_of_missing
from tests.servers import prepare_environment
from tests.sweeping import sweep

prepare_environment()
# Playwright keeps an event loop in the thread of the test, which Django would take for an async view.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
django.setup()

PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_finish() -> None:
    """What has been imported by now stays, and the garbage collector need not look through it again and again."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    """After the last line of a run: what it could not compare with."""
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is None:  # a worker beside others, which tells the first process
        return
    for line in words_of_missing(report.longrepr[2] for report in terminal.stats.get("skipped", ())):
        terminal.write_line(line, yellow=True, bold=True)


@pytest.fixture(scope="session", autouse=True)
def quick_settings() -> Iterator[None]:
    """Serve static files from their sources, and do not spend seconds on hashing test passwords."""
    with override_settings(
        STORAGES={
            "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
        FIRST_ANSWER_S=60.0,  # a test of a page looks at the whole of it
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ):
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_sweeping() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda test_case: sweep())
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Before the test database goes, end what threads of tests have left open on it."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


@pytest.fixture(scope="module")
def on_stage(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """What fixtures of a module write under this is there for all its tests, each of which finds it as it was written.

    A test is a savepoint within the transaction of its module, so every test of the module has to ask for it.
    """
    beside = [
        item.name
        for item in request.session.items
        if item.path == request.path and "on_stage" not in getattr(item, "fixturenames", ())
    ]
    assert beside == [], "they would find these rows or not, as the order has it"
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def no_answers_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rolled-back test gives its generation of cells to the next one, and answers are kept under generations."""
    stand = uuid4().hex
    monkeypatch.setattr(shared_parts, "stand", lambda: stand)
    caches["answers"].clear()
    caches["panels"].clear()
    KEPT.forget()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium for the whole run; skips where there is none."""
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def shared_context(browser: Browser, live_server: LiveServer) -> Iterator[BrowserContext]:
    """For nearly all tests. Its first page stays, and with it the process in which scripts are compiled and warm."""
    with _context(browser, live_server) as context:
        context.new_page().goto("/healthz")
        yield context


@pytest.fixture
def own_context(browser: Browser, live_server: LiveServer) -> Iterator[BrowserContext]:
    """For a test that does something to its context that cannot be undone, as to take its clock away."""
    with _context(browser, live_server) as context:
        yield context


@pytest.fixture
def browser_page(request: pytest.FixtureRequest, live_server: LiveServer) -> Iterator[Page]:
    """A fresh page of nobody, with nothing remembered, whose addresses are relative to the live server.

    Fails afterwards when a script threw, the content policy refused something, or a request left the server.
    """
    faults: list[str] = []
    has_own = "own_context" in request.fixturenames
    context: BrowserContext = request.getfixturevalue("own_context" if has_own else "shared_context")
    before = set(context.pages)
    page = context.new_page()
    _forget(page, origin=live_server.url)
    page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
    page.on("console", lambda message: faults.extend(_refusals(message.text)))
    page.on("request", lambda request: faults.extend(_strays(request.url, home=live_server.url)))
    yield page
    for opened in set(context.pages) - before:
        opened.close()
    assert faults == []


@pytest.fixture
def sign_in(browser_page: Page, live_server: LiveServer) -> Callable[..., Page]:
    """Return a function that signs a user in and gives the browser page: `sign_in(user).goto("/")`."""

    def signed_in(user: object) -> Page:
        client = Client()
        client.force_login(user)  # type: ignore[arg-type]  # any user of the project's own model
        cookies = [
            {"name": name, "value": morsel.value, "url": live_server.url} for name, morsel in client.cookies.items()
        ]
        browser_page.context.add_cookies(cookies)  # type: ignore[arg-type]
        return browser_page

    return signed_in


def _context(browser: Browser, live_server: LiveServer) -> BrowserContext:
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    return context


def _forget(page: Page, *, origin: str) -> None:
    """Whoever was signed in, and what pages of that origin have kept."""
    page.context.clear_cookies()
    tools = page.context.new_cdp_session(page)
    tools.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
    tools.detach()


def _refusals(text: str) -> list[str]:
    return [f"refused: {text}"] if "Content Security Policy" in text else []


def _strays(url: str, *, home: str) -> list[str]:
    is_at_home = url.startswith((home, "data:", "blob:", "about:"))
    return [] if is_at_home else [f"a request left the server: {url}"]
