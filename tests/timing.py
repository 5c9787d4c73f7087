"""Say at the end of a run of many tests where its time went: the sum of each folder, and the slowest tests.

A test's seconds are those of its setup, call and teardown by the wall, added up over all workers.
"""

from __future__ import annotations

from collections import Counter
from pathlib import PurePosixPath

import pytest

SLOWEST = 20
FEW = 100  # a run of fewer tests is somebody at work on one thing: no table


class Timing:
    """Adds up what the reports say; under xdist the reports of all workers come by here."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if len(self.seconds) < FEW:
            return
        terminalreporter.section("seconds of each folder, over all workers")
        folders, tests = per_folder(self.seconds), Counter(folder_of(test) for test in self.seconds)
        for folder, took in folders.most_common():
            terminalreporter.write_line(f"{took:8.1f}  {folder} ({tests[folder]} tests)")
        terminalreporter.write_line(f"{folders.total():8.1f}  all ({tests.total()} tests)")
        terminalreporter.section(f"the slowest {SLOWEST} tests")
        for test, took in self.seconds.most_common(SLOWEST):
            terminalreporter.write_line(f"{took:8.2f}  {test}")


def per_folder(seconds: Counter[str]) -> Counter[str]:
    """Return the sum of each folder of tests."""
    sums: Counter[str] = Counter()
    for test, took in seconds.items():
        sums[folder_of(test)] += took
    return sums


def folder_of(test: str) -> str:
    """Return the folder a test is in: tests/web, tests/stages/act. Folders further down count with theirs."""
    parts = PurePosixPath(test.split("::")[0]).parent.parts
    return "/".join(parts[: 3 if parts[1:2] == ("stages",) else 2])
