"""How e-mail is carried: a letter of two parts, over one SMTP connection a batch."""

from __future__ import annotations

from regard.act.channels.base import Carrier, InTurn
from regard.act.channels.email.drafting import draft_letter, pack_mail
from regard.act.channels.email.transport import transport_from_environment

CARRIER = Carrier(draft=draft_letter, lane=InTurn(pack_mail, transport_from_environment))
