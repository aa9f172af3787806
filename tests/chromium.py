"""The system's Chromium, since a browser of Playwright's own cannot be had everywhere."""

import os
import shutil

import pytest
from playwright.sync_api import Browser, Playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--process-per-site",  # pages of one context share their process, which has compiled the scripts
    "--no-first-run",
)


def launch(playwright: Playwright) -> Browser:
    """Start Chromium, or skip the test with the reason; fail instead where a browser is required."""
    path = next((found for program in PROGRAMS if (found := shutil.which(program))), None)
    if path is None:
        reason = f"no Chromium on this machine (looked for {', '.join(PROGRAMS)})"
        if os.environ.get("CI") == "true" or os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    flags = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else list(QUIET)
    return playwright.chromium.launch(executable_path=path, args=flags)
