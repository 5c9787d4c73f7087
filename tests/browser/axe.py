"""axe, which knows the rules of accessible pages, the rules that are ours, and the pages they hold for."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python

AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
PAGES = (
    "/today",
    "/customers",
    "/customers?q=zzz",
    "/customers/{ines}",
    "/segments",
    "/segments/high-value",
    "/segments/high-value/edit",
    "/segments/+new",
    "/journeys",
    "/journeys/thank-high-value",
    "/journeys/thank-high-value/simulate",
    "/journeys/thank-high-value/people",
    "/journeys/thank-high-value/words",
    "/journeys/thank-high-value/history",
    "/outbox",
    "/outbox/{message}",
    "/privacy",
    "/settings",
    "/me",
)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
