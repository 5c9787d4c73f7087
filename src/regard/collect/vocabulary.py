"""What others tell us, as far as we know what it means: names the intake gives, and those imports make (meanings.py)."""

from __future__ import annotations

from regard.playbooks.channels import TO_PEOPLE
from regard.playbooks.vocabulary import TouchpointKind

# Where a touchpoint may have happened, as plain words: channels that reach people, and places that reach nobody.
PLACES = ("server", "shop", "community", "survey", "device", "staff")
CHANNELS = (*(channel.name for channel in TO_PEOPLE), *PLACES)

PAGE_VIEWED = TouchpointKind("Page Viewed", "Looked at a page", "", "web", "in", "customer", is_quiet=True)
SCREEN_VIEWED = TouchpointKind("Screen Viewed", "Looked at a screen", "", "app", "in", "customer", True)
ORDER_REFUNDED = TouchpointKind("Order Refunded", "An order was refunded", "undo-2", "web", "in", "customer")
EMAIL_DELIVERED = TouchpointKind("Email Delivered", "Mail arrived", "mail", "email", "out", is_quiet=True)
TICKET_OPENED = TouchpointKind("Ticket Opened", "Asked for help", "circle-help", "email", "in", "customer")

VOCABULARY = (PAGE_VIEWED, SCREEN_VIEWED, ORDER_REFUNDED, EMAIL_DELIVERED, TICKET_OPENED)
