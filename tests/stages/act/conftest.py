"""The cast of the sending stories."""

from tests.cast import decide, mail_server, make_person, playbook, queue

__all__ = ["decide", "mail_server", "make_person", "playbook", "queue"]
