"""What the names of the public event vocabulary mean here: orders, refunds, answers, news of e-mail.

Names match whole and by letter case as sent. Names of the first vocabulary are read as those of the second; what is
not listed keeps its name and means nothing special.
"""

from __future__ import annotations

from enum import StrEnum


class Meaning(StrEnum):
    """What a touchpoint's name says happened."""

    ORDER = "order"
    REFUND = "refund"
    CANCELLATION = "cancellation"
    SURVEY_ANSWER = "survey_answer"
    EMAIL_DELIVERED = "email_delivered"
    EMAIL_OPENED = "email_opened"
    EMAIL_CLICKED = "email_clicked"
    EMAIL_BOUNCED = "email_bounced"
    EMAIL_COMPLAINT = "email_complaint"
    UNSUBSCRIBED = "unsubscribed"


MEANINGS: dict[str, Meaning] = {
    "Order Completed": Meaning.ORDER,
    "Order Refunded": Meaning.REFUND,
    "Order Cancelled": Meaning.CANCELLATION,
    "Survey Answered": Meaning.SURVEY_ANSWER,
    "Answered NPS Survey": Meaning.SURVEY_ANSWER,
    "Completed NPS Survey": Meaning.SURVEY_ANSWER,
    "Wootric survey response created": Meaning.SURVEY_ANSWER,
    "Wootric survey response updated": Meaning.SURVEY_ANSWER,
    "Submission Completed": Meaning.SURVEY_ANSWER,
    "Email Delivered": Meaning.EMAIL_DELIVERED,
    "Email Opened": Meaning.EMAIL_OPENED,
    "Email Link Clicked": Meaning.EMAIL_CLICKED,
    "Email Bounced": Meaning.EMAIL_BOUNCED,
    "Email Marked as Spam": Meaning.EMAIL_COMPLAINT,
    "Unsubscribed": Meaning.UNSUBSCRIBED,
}
SURVEY_ANSWERS = frozenset(n for n, m in MEANINGS.items() if m is Meaning.SURVEY_ANSWER)

FIRST_NAMES: dict[str, str] = {
    "Completed Order": "Order Completed",
    "Updated Order": "Order Updated",
    "Refunded Order": "Order Refunded",
    "Cancelled Order": "Order Cancelled",
    "Viewed Product": "Product Viewed",
    "Clicked Product": "Product Clicked",
    "Viewed Product Category": "Product List Viewed",
    "Added Product": "Product Added",
    "Removed Product": "Product Removed",
    "Viewed Cart": "Cart Viewed",
    "Started Checkout": "Checkout Started",
    "Started Order": "Checkout Started",
    "Viewed Checkout Step": "Checkout Step Viewed",
    "Completed Checkout Step": "Checkout Step Completed",
    "Searched Products": "Products Searched",
    "Viewed Promotion": "Promotion Viewed",
    "Clicked Promotion": "Promotion Clicked",
}
