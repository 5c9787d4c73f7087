"""The one importer of duckdb, and the one file of the engine that touches the disk: workbench and columnar folder.

The folder `columns/` holds a copy of the log in Parquet parts, and `manifest.json`, which says which parts count. Parts
are written aside and renamed, the manifest last, so a reader in any process sees either the old copy or the new one.
It is a cache: delete it and the next run builds it again from the operational store.
"""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import TracebackType

import duckdb
import pyarrow as pa

from regard.engine.bench.codes import KINDS, Codes
from regard.engine.bench.columnar import (
    RAW,
    property_column,
    times_of,
    unpacked,
    with_packed_properties,
)
from regard.engine.bench.manifest import FORMAT, LogPart, Manifest
from regard.kernel.sql import Sql

SPILL = "regard-spill-"
_ROW_GROUP, _TIMES_GROUP = 122_880, 16_384
_MOST_STATEMENTS = 500


class Workbench:
    """An in-memory DuckDB on which tables are laid out, steps made and results taken away.

    What does not fit in memory goes to a folder of its own in `spill` (None: where the system keeps passing files),
    which nobody else may read and which goes with the bench.
    """

    def __init__(self, *, memory: str = "2GB", threads: int = 2, spill: Path | None = None) -> None:
        self._spill = tempfile.TemporaryDirectory(prefix=SPILL, dir=spill)
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory,
            "threads": str(threads),
            # Nothing a playbook says can reach the network, and no table's order is promised.
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "preserve_insertion_order": "false",
            "temp_directory": self._spill.name,
        }
        self._connection = duckdb.connect(":memory:", config=config)
        self._rows: dict[str, int] = {}  # of each table laid out or made
        self._laid: set[str] = set()
        self._shown: set[str] = set()  # views
        self._parsed: dict[str, duckdb.Statement] = {}
        self._made_of: dict[str, object] = {}  # the text of what is made or shown, the columns of what is laid
        self._names: dict[str, frozenset[str]] = {}  # columns, known while everything is made of the same
        # Dates without a zone are UTC, wherever the machine stands.
        self._connection.execute("SET TimeZone = 'UTC'")

    def __enter__(self) -> Workbench:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def spills_to(self) -> Path:
        """Return the folder for what does not fit in memory."""
        return Path(self._spill.name)

    def close(self) -> None:
        """Give everything back."""
        self._connection.close()
        self._spill.cleanup()

    def expect_few_rows(self) -> None:
        """Plan without the optimizer from here on: over few rows planning costs more than it saves. Same answers."""
        self._connection.execute("PRAGMA disable_optimizer")

    def lay(self, name: str, table: pa.Table) -> None:
        """Lay a table out under a name, without copying it."""
        if name not in self._laid:
            self._make_room(name)
        self._connection.register(name, table)
        self._rows[name] = table.num_rows
        self._laid.add(name)
        self._note(name, tuple(table.column_names))

    def make(self, name: str, sql: Sql) -> None:
        """Make the table `name` from a query with bound values."""
        if name in self._laid or name in self._shown:
            self._make_room(name)
        text = f'CREATE OR REPLACE TEMP TABLE "{name}" AS {sql.text}'
        self._rows[name] = int(self._run(text, sql.params).fetchall()[0][0])
        self._note(name, text)

    def _note(self, name: str, made_of: object) -> None:
        if self._made_of.get(name) != made_of:
            self._made_of[name] = made_of
            self._names.clear()

    def _run(self, text: str, params: Sequence[object] = ()) -> duckdb.DuckDBPyConnection:
        return self._connection.execute(self._statement(text), list(params))

    def _statement(self, text: str) -> duckdb.Statement:
        """Return a statement parsed once: on a bench that is kept, parsing is a third of what a few rows take."""
        found = self._parsed.get(text)
        if found is None:
            if len(self._parsed) >= _MOST_STATEMENTS:
                self._parsed.clear()
            (found,) = self._connection.extract_statements(text)
            self._parsed[text] = found
        return found

    def add(self, name: str, sql: Sql) -> None:
        """Add the rows of a query, in the order of its columns, to a table that was made."""
        added = self._run(f'INSERT INTO "{name}" {sql.text}', sql.params)
        self._rows[name] += int(added.fetchall()[0][0])

    def has(self, name: str) -> bool:
        """Say whether a table of this name was laid out or made."""
        return name in self._rows

    def is_empty(self, name: str) -> bool:
        """Say whether a table that was laid out or made has no rows."""
        return self._rows[name] == 0

    def all_empty(self, names: Sequence[str]) -> bool:
        """Say whether none of these tables has a row."""
        return all(self._rows[name] == 0 for name in names)

    def empty(self, name: str) -> None:
        """Leave of a table that was made its columns only."""
        if self._rows[name]:
            self._run(f'CREATE OR REPLACE TEMP TABLE "{name}" AS SELECT * FROM "{name}" LIMIT 0')
            self._rows[name] = 0

    def count(self, name: str) -> int:
        """Return how many rows a table has that was laid out or made."""
        return self._rows[name]

    def clear(self) -> None:
        """Forget what was laid out, and every row of what was made: only the columns of made tables stay."""
        for name in [name for name in self._rows if name not in self._laid]:
            self.empty(name)
        for name in self._laid:
            self._connection.unregister(name)
            del self._rows[name]
        self._laid.clear()

    def show(self, name: str, sql: Sql) -> None:
        """Make the view `name` of a query without bound values: read again by each step, never held in memory."""
        if name not in self._shown:
            self._make_room(name)
        text = f'CREATE OR REPLACE TEMP VIEW "{name}" AS {sql.text}'
        self._run(text)
        self._shown.add(name)
        self._note(name, text)

    def _make_room(self, name: str) -> None:
        """A name means one thing: what was laid out, made or shown under it before goes."""
        if name in self._laid:
            self._connection.unregister(name)
            self._laid.remove(name)
        elif name in self._shown:
            self._connection.execute(f'DROP VIEW "{name}"')
            self._shown.remove(name)
        elif name in self._rows:
            self._connection.execute(f'DROP TABLE "{name}"')
        self._rows.pop(name, None)
        self._names.pop(name, None)

    def drop(self, name: str) -> None:
        """Forget a table that was made, to give its memory back."""
        self._connection.execute(f'DROP TABLE IF EXISTS "{name}"')
        self._rows.pop(name, None)
        self._names.pop(name, None)

    def names(self, name: str) -> frozenset[str]:
        """Return the names of the columns of a table laid out, made or shown."""
        if name not in self._names:
            rows = self._run(f'DESCRIBE SELECT * FROM "{name}"').fetchall()
            self._names[name] = frozenset(row[0] for row in rows)
        return self._names[name]

    def take(self, sql: Sql) -> pa.Table:
        """Return the rows of a query as a table."""
        statement = self._statement(sql.text)
        return self._connection.sql(statement, params=list(sql.params)).to_arrow_table()

    def write(self, sql: Sql, path: Path, *, compression: str = "zstd", row_group: int = _ROW_GROUP) -> int:
        """Write the rows of a query without bound values to a Parquet file; return how many.

        zstd for what stays (the log), snappy for what is written anew each time.
        """
        self._connection.execute("SET preserve_insertion_order = true")
        # Version 2 packs what goes up by small steps (times and numbers within a person): half the time to read.
        how = f"FORMAT parquet, PARQUET_VERSION v2, COMPRESSION {compression}, ROW_GROUP_SIZE {row_group}"
        copy = f"COPY ({sql.text}) TO {_quoted(path)} ({how})"
        rows = int(self._connection.execute(copy).fetchall()[0][0])
        self._connection.execute("SET preserve_insertion_order = false")
        return rows


class Columns:
    """The folder of the columnar copy. Reads need no lock; who writes holds `writing()`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._forbidden: set[str] = set()  # parts that hold what was taken back: gone at once

    def manifest(self) -> Manifest:
        """Return what the copy holds; empty where there is none, or one of another format."""
        try:
            raw = json.loads((self.folder / "manifest.json").read_text())
        except (FileNotFoundError, ValueError):
            return Manifest()
        if raw.get("format") != FORMAT:
            return Manifest()
        return Manifest(**{**raw, "parts": [LogPart(**part) for part in raw["parts"]]})

    @contextmanager
    def writing(self) -> Iterator[Manifest]:
        """Hold the writer's lock and give the manifest; what is changed in it counts from the end of the block."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            before, manifest = self.manifest(), self.manifest()
            yield manifest
            self._save(manifest, before)

    def _save(self, manifest: Manifest, before: Manifest) -> None:
        aside = self.folder / "manifest.json.new"
        with aside.open("w") as file:
            json.dump(asdict(manifest), file)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self.folder / "manifest.json")
        # Who read the manifest before this one may still be reading its parts: they go with the next write.
        kept = {file for part in before.parts for file in part.files} - self._forbidden
        kept |= {file for part in manifest.parts for file in part.files}
        for part in self.folder.glob("*.parquet*"):
            if part.name not in kept:
                part.unlink(missing_ok=True)

    def append(self, bench: Workbench, manifest: Manifest, table: str, upto: int) -> None:
        """Add the rows of a raw table on the bench as a part; the copy now reaches `upto`. Call while `writing`."""
        sql = with_packed_properties(manifest.paths, f'"{table}"')
        part = self._write(bench, manifest, sql, is_clustered=False)
        if part.rows:
            manifest.parts.append(part)
        manifest.upto = upto

    def add_paths(self, bench: Workbench, manifest: Manifest, paths: Sequence[str]) -> None:
        """Make properties columns in every part: each is rewritten once, from the JSON it holds."""
        fresh = [path for path in paths if path not in manifest.paths]
        if not fresh:
            return
        rewritten = []
        for part in manifest.parts:
            file = f"read_parquet({_quoted(self.folder / part.file)})"
            sql = with_packed_properties(fresh, file)
            rewritten.append(self._write(bench, manifest, sql, is_clustered=part.is_clustered))
        manifest.parts = rewritten
        manifest.paths = [*manifest.paths, *fresh]

    def compact(self, bench: Workbench, manifest: Manifest) -> None:
        """Write all parts as one in which each person's touchpoints lie together, in order of time."""
        sql = Sql(f"SELECT * FROM {self._files(manifest)} ORDER BY origin, occurred_at, seq")
        part = self._write(bench, manifest, sql, is_clustered=True)
        manifest.parts = [part] if part.rows else []

    def keep(self, bench: Workbench, manifest: Manifest, condition: str) -> int:
        """Rewrite the parts of which some rows do not meet a condition (over the bench's tables); return how many."""
        kept, rewritten = [], 0
        for part in manifest.parts:
            file = f"read_parquet({_quoted(self.folder / part.file)})"
            left = bench.take(Sql(f"SELECT COUNT(*) FILTER (WHERE {condition}) AS n FROM {file}")).to_pylist()[0]["n"]
            if left == part.rows:
                kept.append(part)
                continue
            rewritten += 1
            self._forbidden.update(part.files)
            if left:
                sql = Sql(f"SELECT * FROM {file} WHERE {condition}")
                kept.append(self._write(bench, manifest, sql, is_clustered=part.is_clustered))
        manifest.parts = kept
        return rewritten

    def _write(self, bench: Workbench, manifest: Manifest, sql: Sql, *, is_clustered: bool) -> LogPart:
        name = f"part-{manifest.next_file:06}.parquet"
        manifest.next_file += 1
        rows = self._put(bench, name, sql)
        file = f"read_parquet({_quoted(self.folder / name)})"
        span = bench.take(Sql(f"SELECT MIN(seq) AS low, MAX(seq) AS high FROM {file}")).to_pylist()[0]
        part = LogPart(name, rows, span["low"] or 0, span["high"] or 0, is_clustered)
        times = times_of(file).wrap("", " ORDER BY time_of_day")
        self._put(bench, part.times, times, row_group=_TIMES_GROUP)
        return part

    def _put(self, bench: Workbench, name: str, sql: Sql, *, row_group: int = _ROW_GROUP) -> int:
        aside = self.folder / f"{name}.new"
        rows = bench.write(sql, aside, row_group=row_group)
        aside.replace(self.folder / name)
        return rows

    def lay_times(self, bench: Workbench, manifest: Manifest, tail: pa.Table) -> None:
        """Lay `times` out: (time_of_day, origin, occurred_at, name) of every row, parts of it ordered by the first."""
        bench.lay("tail", tail)
        rows = times_of("tail").text
        if manifest.parts:
            files = ", ".join(_quoted(self.folder / part.times) for part in manifest.parts)
            rows += f" UNION ALL SELECT * FROM read_parquet([{files}])"
        bench.show("times", Sql(rows))

    def _files(self, manifest: Manifest) -> str:
        files = ", ".join(_quoted(self.folder / part.file) for part in manifest.parts)
        return f"read_parquet([{files}], union_by_name = true)"

    def rows_sql(self, manifest: Manifest, paths: Sequence[str], where: str = "TRUE") -> Sql | None:
        """Return a query of all rows with these properties as parts hold them; None for an empty copy."""
        if not manifest.parts:
            return None
        missing = [path for path in paths if path not in manifest.paths]
        rows = f"(SELECT * FROM {self._files(manifest)} WHERE {where})"
        return with_packed_properties(missing, rows)

    def lay_log(
        self,
        bench: Workbench,
        manifest: Manifest,
        paths: Sequence[str],
        tail: pa.Table,
        origins: pa.Table | None = None,
    ) -> None:
        """Lay `log` out: the copy and a raw table of newer rows, with these properties as columns.

        `origins`: one column `origin`; the rows of these alone are read, once, and held in memory. Lists stay packed
        until somebody asks for them: of most rows nobody does.
        """
        only = "TRUE"
        if origins is not None:
            bench.lay("scope_origins", origins)
            only = "origin IN (SELECT origin FROM scope_origins)"
        bench.lay("tail", tail)
        names = ", ".join([*RAW.names[:-1], *(f'"{property_column(path)}"' for path in paths)])
        parts = [with_packed_properties(paths, f"(SELECT * FROM tail WHERE {only})")]
        stored = self.rows_sql(manifest, paths, only)
        parts += [stored] if stored is not None else []
        whole = " UNION ALL ".join(f"SELECT {names} FROM ({part.text}) r" for part in parts)
        if origins is None:
            bench.show("log", unpacked(paths, f"({whole}) l"))
        else:
            bench.make("log_of_some", Sql(whole))
            bench.show("log", unpacked(paths, "log_of_some"))

    def codes(self, manifest: Manifest) -> Codes:
        """Return the codes of the words in the copy."""
        return Codes({kind: list(manifest.words.get(kind, [])) for kind in KINDS})

    def delete(self) -> None:
        """Drop the copy; the next run builds it again."""
        with self.writing() as manifest:
            empty = Manifest(next_file=manifest.next_file)
            for name in ("upto", "retracted", "words", "paths", "parts"):
                setattr(manifest, name, getattr(empty, name))

    def size(self) -> int:
        """Return the bytes of all parts."""
        files = [name for part in self.manifest().parts for name in part.files]
        return sum((self.folder / name).stat().st_size for name in files)


def _quoted(path: Path) -> str:
    text = str(path).replace("'", "''")
    return f"'{text}'"
