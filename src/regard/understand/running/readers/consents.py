"""Consents read from the operational store."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from regard.consent.columns import CAME_DUE, TOUCHED
from regard.consent.selectors import consent_facts
from regard.engine.understanding.plan import Understanding
from regard.engine.understanding.sources.consents import Consents
from regard.kernel.instant import from_us
from regard.understand.running.readers.base import Laying, Reader


class ConsentReader(Reader):
    """Words about consent; who said one, and whose word, known before, has its time now."""

    source = Consents
    touched = TOUCHED
    came_due = CAME_DUE

    def lay(self, laying: Laying) -> None:
        """Lay `consents`."""
        laying.bench.lay("consents", read_consents(laying.understanding, laying.wanted))


def read_consents(understanding: Understanding, people: Iterable[int] | None = None) -> pa.Table:
    """Return the words about consent, folded to maxima: person, purpose, channel, granted_us, withdrawn_us."""
    at, is_asked = understanding.at, bool(Consents(understanding.asking).each())
    return consent_facts(as_of=from_us(at.clock.us), upto=at.upto, people=people if is_asked else ())
