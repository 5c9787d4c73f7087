"""What people are understood by: one file a kind of source, all of them in one list.

A new kind (predictions, labels of texts, points) is a `Need` of the playbook, a source here, and its reader in
understand/running/readers/. The plan, the cycle and the replay go by the lists.
"""

from __future__ import annotations

from regard.engine.understanding.sources.addresses import Addresses
from regard.engine.understanding.sources.base import NeedSource
from regard.engine.understanding.sources.consents import Consents
from regard.engine.understanding.sources.fields import FieldSource
from regard.engine.understanding.sources.touchpoints import Touchpoints

SOURCES: tuple[type[NeedSource], ...] = (Touchpoints, FieldSource, Consents, Addresses)
