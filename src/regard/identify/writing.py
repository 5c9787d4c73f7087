"""Write what a batch of messages adds to identity: people, ids, joinings and proposals, in one pass each."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence

from django.db import connection

from regard.collect.bulk import insert_rows
from regard.collect.contracts import Incoming
from regard.collect.models import Source
from regard.collect.sequence import allot_sequence
from regard.identify.joining import lock_people_rows
from regard.identify.models import JoinProposal
from regard.identify.stitching import Proposal, Stitched
from regard.kernel.ids import uuid7

MOST_PROPOSALS = 20  # open questions about one person


def write_stitched(incomings: Sequence[Incoming], found: Stitched) -> dict[int, int]:
    """Write everything found; return the real ids of the new people. Call inside a transaction."""
    if found.merges:  # before any number is allotted: claims lock in the same order
        lock_people_rows([person for m in found.merges for person in (m.survivor, m.absorbed) if person > 0])
    numbers = len(found.people) + len(found.merges) + (1 if found.attached else 0)
    if not numbers and not found.proposals:
        return {}
    seq = allot_sequence(numbers) if numbers else 0
    real = _write_people(incomings, found, seq)
    seq += len(found.people)
    _write_identifiers(incomings, found, real, seq)
    _write_merges(incomings, found, real, seq + 1)
    _write_proposals(incomings, found.proposals, real)
    return real


def allot_person_ids(count: int) -> int:
    """Return the first of `count` fresh ids of people, known before they are written."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Under the identity lock nobody else draws between these.
            cursor.execute(
                "SELECT MIN(nextval(pg_get_serial_sequence('identify_person', 'id'))) FROM generate_series(1, %s)",
                [count],
            )
            return int(cursor.fetchone()[0])
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = 'identify_person'")
        row = cursor.fetchone()
    return (row[0] if row else 0) + 1


def _write_people(incomings: Sequence[Incoming], found: Stitched, seq: int) -> dict[int, int]:
    if not found.people:
        return {}
    first = allot_person_ids(len(found.people))
    samples = set(
        Source.objects.filter(kind__in=(Source.Kind.SAMPLE, Source.Kind.INVENTED)).values_list("id", flat=True)
    )
    entropy = os.urandom(18 * len(found.people))
    real: dict[int, int] = {}
    rows = []
    for number, (person, (position, is_known)) in enumerate(found.people.items()):
        incoming = incomings[position]
        chance = entropy[18 * number : 18 * number + 18]
        real[person] = first + number
        public = uuid7(incoming.received_us, chance[:10])
        rows.append(
            (
                first + number,
                public if connection.vendor == "postgresql" else public.hex,
                int.from_bytes(chance[10:], "big", signed=True),
                is_known,
                incoming.received_us,
                seq + number,
                incoming.source in samples,
                incoming.batch,
            )
        )
    insert_rows(
        "identify_person",
        "id, public_id, holdout_key, is_known, created_at, created_seq, is_sample, batch_id",
        rows,
    )
    return real


def _write_identifiers(incomings: Sequence[Incoming], found: Stitched, real: dict[int, int], seq: int) -> None:
    rows = []
    for (kind, value), person, position in found.attached:
        incoming = incomings[position]
        rows.append(
            (
                kind,
                value,
                real.get(person, person),
                incoming.source,
                incoming.batch,
                seq,
                incoming.occurred_us,
            )
        )
    insert_rows(
        "identify_identifier",
        "kind, value, person_id, source_id, batch_id, seq, first_seen_at",
        rows,
    )


def _write_merges(incomings: Sequence[Incoming], found: Stitched, real: dict[int, int], seq: int) -> None:
    if not found.merges:
        return
    moved, rows = [], []
    for number, merge in enumerate(found.merges):
        survivor = real.get(merge.survivor, merge.survivor)
        absorbed = real.get(merge.absorbed, merge.absorbed)
        incoming = incomings[merge.message]
        evidence = {
            "rule": merge.rule,
            "id": list(merge.key),
            "source": incoming.source,
            "message_id": incoming.message_id,
            "occurred_us": incoming.occurred_us,
        }
        moved.append((survivor, absorbed, absorbed))
        rows.append(
            (
                seq + number,
                "merge",
                survivor,
                absorbed,
                _json(evidence),
                f"rule:{merge.rule}",
                incoming.received_us,
            )
        )
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE identify_person SET survivor_id = %s WHERE id = %s OR survivor_id = %s", moved)
    insert_rows("identify_joining", "seq, kind, survivor_id, absorbed_id, evidence, by, at", rows)


def _write_proposals(incomings: Sequence[Incoming], proposals: list[Proposal], real: dict[int, int]) -> None:
    if not proposals:
        return
    pairs = {_pair(proposal, real): proposal for proposal in reversed(proposals)}
    asked = _open_questions({person for pair in pairs for person in pair})
    rows = []
    for (one, other), proposal in sorted(pairs.items()):
        if max(asked.get(one, 0), asked.get(other, 0)) >= MOST_PROPOSALS:
            continue  # an address that half the base shares is no sign of one person
        asked[one], asked[other] = asked.get(one, 0) + 1, asked.get(other, 0) + 1
        incoming = incomings[proposal.message]
        evidence = {"rule": proposal.rule, "id": list(proposal.key), "source": incoming.source}
        rows.append((one, other, _json(evidence), "open", incoming.received_us, ""))
    with connection.cursor() as cursor:
        cursor.executemany(
            """INSERT INTO identify_joinproposal (one_id, other_id, evidence, state, created_at, decided_by)
               VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING""",
            rows,
        )


def _pair(proposal: Proposal, real: dict[int, int]) -> tuple[int, int]:
    one, other = sorted(real.get(person, person) for person in (proposal.one, proposal.other))
    return one, other


def _open_questions(people: set[int]) -> Counter[int]:
    """Return how many proposals about each of these people wait for an answer."""
    asked: Counter[int] = Counter()
    if people:
        waiting = JoinProposal.objects.filter(state=JoinProposal.State.OPEN)
        for side in ("one_id", "other_id"):
            asked.update(waiting.filter(**{f"{side}__in": people}).values_list(side, flat=True))
    return asked


def _json(value: dict[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
