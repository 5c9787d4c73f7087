"""Ask the engine a question without publishing anything: one segment, one person, another definition, another instant.

Only what the question needs is computed: the playbook is cut down to the traits and segments it is worked out of. Scores
use the cut points of the last refresh, as the published results do; a score without published cut points ranks everybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from regard.collect.sequence import last_sequence
from regard.engine.understanding.plan import Coordinates, Understanding
from regard.engine.understanding.questions import Answered
from regard.kernel.instant import to_us
from regard.playbooks.model import Playbook
from regard.playbooks.values.windows import Clock
from regard.understand.running.copy_of_log import open_log
from regard.understand.running.cuts import lay_cuts, stored_cuts
from regard.understand.running.laying import FEW, LogOfFew, lay_inputs
from regard.understand.running.publishing import finished_run
from regard.understand.running.readers.base import Log
from regard.understand.running.workbench import open_workbench


@contextmanager
def understood(
    playbook: Playbook,
    *,
    as_of: datetime,
    upto: int | None = None,
    people: list[int] | None = None,
    more_paths: tuple[str, ...] = (),
) -> Iterator[Answered]:
    """Compute a (cut down) playbook at an instant, for everybody or a few, and give the bench for questions.

    `more_paths`: properties of the log the question reads beside what its conditions need.
    """
    clock = Clock(to_us(as_of), playbook.company.time_zone)
    at = Coordinates(clock, last_sequence() if upto is None else upto)
    stored = stored_cuts(finished_run(), playbook)
    with open_workbench() as bench:
        scope = people if stored is not None else None  # ranks need everybody
        few = scope is not None and len(scope) <= FEW
        log: Log = LogOfFew(at.upto) if few else open_log(at.upto)
        if few:
            bench.expect_few_rows()
        understanding = Understanding(playbook, at, log.codes, keep_cuts=stored is not None, keep_needs=True)
        count = lay_inputs(bench, understanding, log, scope, more_paths)
        if stored is not None:
            lay_cuts(bench, understanding, stored)
        # No ORM past this point.
        understanding.plan().run(bench)
        yield Answered(bench, understanding, count)
