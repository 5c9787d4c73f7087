"""How each source of understanding is read from the operational store: one file a source, all of them in one list."""

from __future__ import annotations

from regard.understand.running.readers.addresses import AddressReader
from regard.understand.running.readers.base import Reader
from regard.understand.running.readers.consents import ConsentReader
from regard.understand.running.readers.fields import FieldReader
from regard.understand.running.readers.touchpoints import TouchpointReader

READERS: tuple[Reader, ...] = (TouchpointReader(), FieldReader(), ConsentReader(), AddressReader())
