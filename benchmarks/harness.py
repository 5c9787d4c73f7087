"""Measure a piece of work a few times and say it honestly: median, spread, CPU seconds, peak memory, target.

    from benchmarks.harness import at_most, at_least, measure, report

    rows = measure("refresh", "1 M people", run, repeat=3, target=at_most(8))
    rows += measure("ingest", "batches of 100", run_load, repeat=3, target={"acknowledged/s": at_least(100_000)})
    report("engine", rows)  # a markdown table on stdout, the same figures in benchmarks/results/engine.json

`run()` does the work once. It returns nothing (the row is its wall seconds), a number (with `unit`), or a mapping of
figure to value: each figure becomes a row, with its own target where `target` is a mapping of the same names.
What is to be set up afresh for every repeat goes into `before`, whose result is handed to `run`.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

RESULTS = Path(__file__).parent / "results"
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Target:
    """A figure to reach: `at_most(8)` seconds, `at_least(100_000)` a second."""

    value: float
    lower_is_better: bool

    def is_met(self, figure: float) -> bool:
        """Say whether the figure reaches the target."""
        return figure <= self.value if self.lower_is_better else figure >= self.value

    def __str__(self) -> str:
        return f"{'<=' if self.lower_is_better else '>='} {_number(self.value)}"


def at_most(value: float) -> Target:
    """Return the target of a figure that should be small."""
    return Target(value, lower_is_better=True)


def at_least(value: float) -> Target:
    """Return the target of a figure that should be large."""
    return Target(value, lower_is_better=False)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: every value of every repeat is kept, the median is what is compared."""

    name: str
    size: str
    unit: str
    values: tuple[float, ...]
    cpu_s: float  # median CPU seconds of the whole process tree
    peak_mib: float  # highest resident memory of the process tree over all repeats
    target: str = ""
    met: bool | None = None

    @property
    def median(self) -> float:
        """Return the median over the repeats."""
        return statistics.median(self.values)


def measure(
    name: str,
    size: str,
    run: Callable[..., Any],
    *,
    repeat: int = 3,
    target: Target | Mapping[str, Target] | None = None,
    unit: str = "s",
    before: Callable[[], Any] | None = None,
) -> list[Row]:
    """Run the work `repeat` times and return its rows (see the module's docstring)."""
    figures: dict[str, list[float]] = {}
    cpus, peak = [], 0.0
    for _ in range(repeat):
        given = () if before is None else (before(),)
        with _Watch() as watch:
            result = run(*given)
        cpus.append(watch.cpu_s)
        peak = max(peak, watch.peak_mib)
        for figure, value in _figures(result, unit, watch.wall_s).items():
            figures.setdefault(figure, []).append(value)
    rows = []
    for figure, values in figures.items():
        aim = target.get(figure) if isinstance(target, Mapping) else target
        met = None if aim is None else aim.is_met(statistics.median(values))
        rows.append(
            Row(
                name,
                size,
                figure,
                tuple(values),
                statistics.median(cpus),
                peak,
                str(aim or ""),
                met,
            )
        )
    return rows


def _figures(result: Any, unit: str, wall_s: float) -> Mapping[str, float]:
    if isinstance(result, Mapping):
        return result
    return {unit: float(result)} if isinstance(result, int | float) else {unit: wall_s}


class _Watch:
    """Wall clock, CPU seconds and peak resident memory of this process and the children it has now or starts."""

    def __enter__(self) -> _Watch:
        self._tree = _Tree()
        self._cpu_before = self._tree.cpu_s()
        self._done, self._looking_s = threading.Event(), 0.0
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.peak_mib = self._tree.resident_mib()
        self._thread.start()
        self._start = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall_s = time.perf_counter() - self._start
        self._done.set()
        self._thread.join()
        self.cpu_s = self._tree.cpu_s() - self._cpu_before - self._looking_s

    def _look(self) -> None:
        while not self._done.wait(0.05):
            self.peak_mib = max(self.peak_mib, self._tree.resident_mib())
        self._looking_s = time.thread_time()  # what the looking took is not the work's


class _Tree:
    """This process and those under it. A process that has ended counts with its parent: its CPU seconds are in what that
    parent's ended children took, however short it lived.
    """

    def __init__(self) -> None:
        self._root = psutil.Process()

    def cpu_s(self) -> float:
        total = 0.0
        for process in (self._root, *self._root.children(recursive=True)):
            try:
                times = process.cpu_times()
            except psutil.Error:
                continue
            total += times.user + times.system + times.children_user + times.children_system
        return total

    def resident_mib(self) -> float:
        total = 0
        for process in (self._root, *self._root.children(recursive=True)):
            try:
                total += process.memory_info().rss
            except psutil.Error:
                continue
        return total / MIB


def report(subject: str, rows: list[Row], *, note: str = "") -> None:
    """Print the rows as a markdown table and keep them as JSON in benchmarks/results/<subject>.json."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    print(f"## {subject} ({machine}; load {os.getloadavg()[0]:.1f})\n")
    print("| work | size | figure | median | spread | n | CPU s | peak MiB | target | met |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        print(_line(row))
    if note:
        print(f"\n{note}")
    RESULTS.mkdir(exist_ok=True)
    kept = {
        "subject": subject,
        "machine": machine,
        "note": note,
        "rows": [asdict(row) for row in rows],
    }
    (RESULTS / f"{subject}.json").write_text(json.dumps(kept, indent=1) + "\n")


def _line(row: Row) -> str:
    spread = f"{_number(min(row.values))} – {_number(max(row.values))}"
    met = {True: "yes", False: "no", None: ""}[row.met]
    cells = (
        row.name,
        row.size,
        row.unit,
        _number(row.median),
        spread,
        str(len(row.values)),
        f"{row.cpu_s:.1f}",
        f"{row.peak_mib:,.0f}",
        row.target,
        met,
    )
    return "| " + " | ".join(cells) + " |"


def _number(value: float) -> str:
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"
