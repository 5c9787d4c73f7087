"""One plan run over a log read from a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from regard.engine.bench.columnar import with_properties
from regard.engine.bench.store import Workbench
from regard.engine.understanding.plan import Coordinates, Understanding
from regard.engine.understanding.questions import Answered
from regard.kernel.instant import FOREVER_US, to_us
from regard.playbooks.model import Playbook
from regard.playbooks.values.windows import Clock
from regard.understand.from_file.log import FileLog


@contextmanager
def answered_from(log: FileLog, playbook: Playbook, now: datetime) -> Iterator[Answered]:
    """Give the answers of a playbook over the log at an instant; people have the log's own numbers."""
    names = log.names()
    with Workbench() as bench:
        raw = log.lay(bench, shown=names)
        at = Coordinates(Clock(to_us(now), playbook.company.time_zone), FOREVER_US)
        understanding = Understanding(playbook, at, log.codes, keep_needs=True)
        bench.lay("raw", raw)
        bench.make("log", with_properties(understanding.paths(), "raw"))
        understanding.plan().run(bench)
        yield Answered(bench, understanding, len(names))
