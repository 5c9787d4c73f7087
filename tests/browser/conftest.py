"""A real Chromium on a real server thread over the furnished house."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)

from regard.staff.models import Role
from tests.web.house import MARK, House, furnish

SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "a long enough word"
expect.set_options(timeout=20_000)  # a guard against hanging, no figure of speed


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for this folder, closed before others open theirs; skips where none is installed."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium on this machine")
    # Playwright runs an event loop in this thread; the tests' own look at the database is not asynchronous.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=found, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def house(transactional_db: None) -> House:
    """The house, with a hostile mark in every text a customer can send."""
    return furnish(mark=MARK)


def is_complaint(said: ConsoleMessage) -> bool:
    """Say whether a page complains; that a hostile script was stopped in the letter's sandbox is as it should be."""
    where = (said.location or {}).get("url", "")
    in_letter = (
        "frame is sandboxed" in said.text
        or where.endswith("/letter")
        or (said.text.startswith("Loading the image") and "/outbox/" in said.text)
    )
    is_wanted = in_letter or "favicon" in where
    return said.type == "error" and not is_wanted


@pytest.fixture
def visit(chromium: Browser, live_server, house: House) -> Iterator[Callable[..., Page]]:
    """Return an opener of pages signed in as a role; a foreign request or a broken policy fails the test."""
    complaints: list[str] = []
    contexts = []

    def opened(role: str = Role.OWNER, *, width: int = 1440, scheme: str = "light") -> Page:
        context = chromium.new_context(
            base_url=live_server.url, viewport={"width": width, "height": 900}, color_scheme=scheme
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if is_complaint(m) else None)
        page.on("pageerror", lambda e: complaints.append(str(e)))

        def has_left(request: Request) -> None:
            """Note what went to another host, or tried to; what the page's policy stopped never left."""
            is_ours = request.url.startswith((live_server.url, "data:"))
            if not is_ours and request.failure != "csp":
                complaints.append(f"asked {request.url}: {request.failure}")

        page.on("requestfinished", has_left)
        page.on("requestfailed", has_left)
        page.goto("/login")
        page.fill("#email", f"{role}@example.org")
        page.fill("#password", PASSWORD)
        page.click("text=Sign in >> nth=-1")
        page.wait_for_url("**/today")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
