"""Lay a world of plain rows out on a bench and run a playbook over it: what the shell does with the store."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa

from regard.engine.bench.codes import Codes
from regard.engine.bench.columnar import code_rows, with_properties
from regard.engine.bench.store import Workbench
from regard.engine.understanding.plan import Coordinates, Understanding
from regard.kernel.sql import Sql
from regard.playbooks.load import load_playbook
from regard.playbooks.model import Playbook
from regard.playbooks.values.windows import Clock
from tests.engine.oracle import World

EVERYTHING = Path(__file__).parent / "everything.yaml"


def playbook_of(text: str) -> Playbook:
    loaded = load_playbook(text)
    assert loaded.playbook is not None, [str(i) for i in loaded.issues]
    return loaded.playbook


def lay_world(
    bench: Workbench,
    world: World,
    understanding: Understanding,
    codes: Codes,
    people: set[int] | None = None,
) -> None:
    rows = [
        (
            t.seq,
            t.origin,
            t.at,
            t.name,
            t.channel,
            t.direction,
            t.actor,
            t.value,
            t.currency,
            t.score,
            json.dumps(t.properties),
        )
        for t in world.log
        if people is None or world.moved.get(t.origin, t.origin) in people
    ]
    bench.lay("raw", code_rows(rows, codes))
    bench.make("log", with_properties(understanding.paths(), "raw"))
    inside = [p for p in world.survivors() if people is None or p in people]
    i, s = pa.int64(), pa.string()
    tables = {
        "people": ({"person": i}, [(p,) for p in inside]),
        "moved": ({"origin": i, "person": i}, list(world.moved.items())),
        "fields": (
            {"seq": i, "origin": i, "occurred_at": i, "name": s, "value": s},
            [(q, o, a, n, json.dumps(v)) for q, o, a, n, v in world.fields],
        ),
        "consents": (
            {"person": i, "purpose": s, "channel": s, "granted_us": i, "withdrawn_us": i},
            world.consents,
        ),
        "contacts": ({"person": i, "channel": s, "suppressed": s}, world.contacts),
        "account_of": ({"person": i, "account": i}, list(world.accounts.items())),
    }
    for name, (schema, values) in tables.items():
        columns = list(zip(*values, strict=True)) if values else [()] * len(schema)
        arrays = [pa.array(list(c), t) for c, t in zip(columns, schema.values(), strict=True)]
        bench.lay(name, pa.Table.from_arrays(arrays, names=list(schema)))


def code_world(world: World) -> Codes:
    codes = Codes()
    for t in world.log:
        for kind, word in (
            ("name", t.name),
            ("channel", t.channel),
            ("direction", t.direction),
            ("actor", t.actor),
            ("currency", t.currency),
        ):
            codes.code(kind, word)
    return codes


def understand(
    playbook: Playbook,
    world: World,
    clock: Clock,
    *,
    upto: int = 10**9,
    cuts: dict | None = None,
    people: set[int] | None = None,
) -> tuple[dict[int, dict], dict[str, list[float]]]:
    """Return person -> {trait and segment columns}, and the cut points used."""
    codes = code_world(world)
    understanding = Understanding(playbook, Coordinates(clock, upto), codes, keep_cuts=cuts is not None)
    with Workbench(memory="500MB", threads=1) as bench:
        lay_world(bench, world, understanding, codes, people)
        if cuts is not None:
            for depth in understanding.cut_depths():
                names = list(understanding.cut_columns(depth))
                arrays = [pa.array([cuts[n.removeprefix("cut_")]], pa.list_(pa.float64())) for n in names]
                bench.lay(f"cuts_{depth}", pa.Table.from_arrays(arrays, names=names))
        understanding.plan().run(bench)
        rows = {row.pop("person"): row for row in bench.take(Sql("SELECT * FROM result")).to_pylist()}
        found = {}
        for depth in understanding.cut_depths():
            found |= {
                k.removeprefix("cut_"): v
                for k, v in bench.take(Sql(f"SELECT * FROM cuts_{depth}")).to_pylist()[0].items()
            }
    return rows, found
