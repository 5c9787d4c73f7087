"""The cast of the sending stories."""

from tests.cast.sending import decide, mail_server, make_person, playbook, queue
from tests.stages.act.erp import erp

__all__ = ["decide", "erp", "mail_server", "make_person", "playbook", "queue"]
