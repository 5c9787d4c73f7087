"""Cut points of the scores: a refresh publishes them with its run, everything after scores against them."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pyarrow as pa

from regard.engine.bench.store import Workbench
from regard.engine.understanding.plan import Understanding, refers_of
from regard.kernel.remembered import Remembered
from regard.kernel.sql import Sql
from regard.playbooks.model import Playbook
from regard.understand.models import Run

_versions: Remembered[str] = Remembered()
Cuts = dict[str, list[float]]  # score trait -> its cut points, in order


def score_version(playbook: Playbook, name: str) -> str:
    """Return a hash of a score's definition and of all it is worked out of; another definition needs other cut points."""
    return _versions.get(playbook, name, lambda: _hashed(playbook, name))


def _hashed(playbook: Playbook, name: str) -> str:
    waiting, seen = [f"t:{name}"], set()
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += refers_of(playbook, node)
    parts = {n: playbook.traits[n[2:]] if n[0] == "t" else playbook.segments[n[2:]].who for n in seen}
    text = "\n".join(f"{n}={part!r}" for n, part in sorted(parts.items()))
    return sha256(text.encode()).hexdigest()


def stored_cuts(run: Run | None, playbook: Playbook) -> Cuts | None:
    """Return the cut points published by the last run for the scores of a playbook; None where any is missing."""
    scores = [name for name, trait in playbook.traits.items() if trait.rank_parts()]
    published: dict[str, dict[str, Any]] = run.report.get("cuts", {}) if run else {}
    found = {}
    for name in scores:
        entry = published.get(name)
        if entry is None or entry["of"] != score_version(playbook, name):
            return None
        found[name] = entry["at"]
    return found


def taken_cuts(bench: Workbench, understanding: Understanding) -> dict[str, dict[str, Any]]:
    """Return the cut points of a plan that was run, as a run's report keeps them."""
    found = {}
    for depth in understanding.cut_depths():
        row = bench.take(Sql(f"SELECT * FROM cuts_{depth}")).to_pylist()[0]
        for column, cuts in row.items():
            name = column.removeprefix("cut_")
            found[name] = {"of": score_version(understanding.playbook, name), "at": cuts}
    return found


def lay_cuts(bench: Workbench, understanding: Understanding, cuts: Cuts) -> None:
    """Lay the cut points out where a plan that keeps them reads them."""
    for depth in understanding.cut_depths():
        columns = understanding.cut_columns(depth)
        arrays = [pa.array([cuts[c.removeprefix("cut_")]], pa.list_(pa.float64())) for c in columns]
        bench.lay(f"cuts_{depth}", pa.Table.from_arrays(arrays, names=list(columns)))
