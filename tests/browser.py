"""A real browser for journeys: Chromium as the machine has it, signed-in contexts, the axe check.

Imported by `tests/conftest.py`. Chromium's own network chatter is switched off: tests speak to
loopback only.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from django.test import Client
from playwright.sync_api import BrowserContext, Page, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW_TO_GET_ONE = (
    "No Chromium was found. Install one (Debian, Ubuntu: `apt-get install chromium`)"
    " or name it in CHROMIUM=…"
)
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Playwright's synchronous interface runs an event loop in this thread, which Django would mistake
# for async code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def chromium() -> str:
    """Where Chromium is on this machine. Without one: a failure on CI, a skip that says how to get
    one elsewhere.
    """
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return found
    if os.environ.get("CI"):
        pytest.fail(HOW_TO_GET_ONE)
    pytest.skip(HOW_TO_GET_ONE)


@pytest.fixture(scope="session")
def playwright(playwright: Playwright) -> Iterator[Playwright]:
    """Pytest-playwright's own, and after it what tests had open while its event loop ran.

    While it runs, Django keeps for this thread other connections than before and after it: nobody
    could reach them any more, and one of them would keep the test database.
    """
    yield playwright
    connections.close_all()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": chromium(), "args": QUIET}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "en-GB", "timezone_id": "Europe/London"}


@pytest.fixture
def site(live_server: Any) -> str:
    """The address of the site under test. A host name, not a number: passkeys ask for one."""
    return str(live_server.url).replace("127.0.0.1", "localhost")


def carry_session(context: BrowserContext, site: str, client: Client) -> None:
    """Gives the browser the session that `tests.factories.accounts.sign_in` gave the client."""
    context.add_cookies(
        [
            {
                "name": "session",
                "value": client.cookies["session"].value,
                "url": site,
                "httpOnly": True,
            }
        ]
    )


def accessibility_faults(page: Page) -> list[str]:
    """What axe-core finds on the page, worded one line a fault; empty is what we want."""
    results = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    return [
        f"{fault['id']} ({fault['impact']}): {fault['help']} at {node['target']}"
        for fault in results.response["violations"]
        for node in fault["nodes"]
    ]


def screenshot(page: Page, name: str) -> Path:
    """Keeps a picture of the page in `build/screenshots/`, for the person who wants to look."""
    folder = Path(__file__).resolve().parents[1] / "build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.png"
    page.screenshot(path=path, full_page=True)
    return path
