"""The cast of the public pages."""

from tests.cast.sending import decide, mail_server, make_person, playbook, queue

__all__ = ["decide", "mail_server", "make_person", "playbook", "queue"]
