"""What this stage holds of a person."""

from __future__ import annotations

from regard.audit_log.registry import Holding

HOLDINGS = (
    Holding("person", "The person as we met them", "identify.Person", person=("id",)),
    Holding("identifiers", "Ids we know them by", "identify.Identifier"),
    Holding(
        "joinings",
        "Records joined into one, and parted",
        "identify.Joining",
        person=("survivor_id", "absorbed_id"),
    ),
    Holding(
        "join_proposals",
        "Questions whether this is somebody else's second record",
        "identify.JoinProposal",
        person=("one_id", "other_id"),
        hidden=("one_id", "other_id", "evidence"),
        is_shared=True,
    ),
    Holding(
        "accounts",
        "Companies and households they belong to",
        "identify.AccountMember",
        also=("account__external_id",),
    ),
)
