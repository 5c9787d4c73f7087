"""Join and part people on a person's word. Nothing moves: origins point at a survivor, or back at themselves."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from regard.collect.among import among
from regard.collect.sequence import allot_sequence
from regard.identify.lookup import lock_identity
from regard.identify.models import Joining, JoinProposal, Person
from regard.kernel.issues import Issue, Refused


@transaction.atomic
def merge_people(*, survivor: int, absorbed: int, by: str, now: datetime, evidence: dict[str, object]) -> int:
    """Join two people on `by`'s word ("staff:<id>") and return the joining's number. Any of their origins may be given.

    Raises Refused where one is unknown or both are one already. The holdout key of the survivor holds (contract 5).
    """
    lock_identity()
    ours, theirs = _root(survivor), _root(absorbed)
    if ours == theirs:
        raise Refused(Issue("people", "they are one person already", code="already_joined"))
    lock_people_rows([ours, theirs])
    seq = allot_sequence()
    Joining.objects.create(
        seq=seq,
        kind=Joining.Kind.MERGE,
        survivor_id=ours,
        absorbed_id=theirs,
        evidence=evidence,
        by=by,
        at=now,
    )
    Person.objects.filter(survivor_id=theirs).update(survivor_id=ours)
    Person.objects.filter(id=theirs).update(survivor_id=ours)
    _settle_proposals({ours, theirs}, JoinProposal.State.JOINED, by=by, now=now)
    return seq


@transaction.atomic
def unmerge(*, joining: int, by: str, now: datetime) -> int:
    """Undo one joining, in any order of joinings, and return the undoing's number: both sides are as they were.

    Raises Refused where the joining is unknown or undone already.
    """
    lock_identity()
    done = Joining.objects.filter(seq=joining, kind=Joining.Kind.MERGE).first()
    if done is None:
        raise Refused(Issue("joining", f"there is no joining {joining}", code="not_found"))
    if Joining.objects.filter(undoes=joining).exists():
        raise Refused(Issue("joining", f"joining {joining} is undone already", code="already_undone"))
    root = _root(done.survivor_id)
    lock_people_rows([root])
    seq = allot_sequence()
    Joining.objects.create(
        seq=seq,
        kind=Joining.Kind.UNMERGE,
        survivor_id=done.survivor_id,
        absorbed_id=done.absorbed_id,
        undoes_id=joining,
        evidence={"undoes": joining},
        by=by,
        at=now,
    )
    _point_anew(root)
    return seq


@transaction.atomic
def decide_proposal(*, proposal: int, join: bool, by: str, now: datetime) -> None:
    """Settle a proposal by a person's word: join the two, or keep them apart for good."""
    found = JoinProposal.objects.select_for_update().filter(id=proposal, state=JoinProposal.State.OPEN).first()
    if found is None:
        raise Refused(Issue("proposal", "it is settled already", code="already_settled"))
    if join:
        merge_people(survivor=found.one_id, absorbed=found.other_id, by=by, now=now, evidence=found.evidence)
    state = JoinProposal.State.JOINED if join else JoinProposal.State.KEPT_APART
    JoinProposal.objects.filter(id=proposal).update(state=state, decided_at=now, decided_by=by)


def _point_anew(root: int) -> None:
    """Work the survivors of a group out from its joinings that still stand, as a forest: each tree keeps its root."""
    members = [root, *Person.objects.filter(survivor_id=root).values_list("id", flat=True)]
    undone = set(Joining.objects.filter(undoes__absorbed_id__in=members).values_list("undoes_id", flat=True))
    standing = (
        Joining.objects.filter(kind=Joining.Kind.MERGE, absorbed_id__in=members)
        .exclude(seq__in=undone)
        .order_by("seq")
        .values_list("survivor_id", "absorbed_id")
    )
    above = {absorbed: survivor for survivor, absorbed in standing}
    for person in members:
        top = person
        while top in above:
            top = above[top]
        Person.objects.filter(id=person).update(survivor_id=None if top == person else top)


def _root(person: int) -> int:
    row = Person.objects.filter(id=person).values_list("survivor_id", flat=True).first()
    if row is None and not Person.objects.filter(id=person).exists():
        raise Refused(Issue("people", f"there is no person {person}", code="not_found"))
    return row or person


def lock_people_rows(people: list[int]) -> None:
    """Lock these rows until the transaction ends, in sorted order (SQLite: its writer lock is held already).

    NO KEY UPDATE does not block rows elsewhere that only point at these people.
    """
    if connection.vendor != "postgresql" or not people:
        return
    sql, bound = among(sorted(set(people)))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM identify_person WHERE id {sql} ORDER BY id FOR NO KEY UPDATE",  # noqa: S608
            [bound],
        )


def _settle_proposals(people: set[int], state: str, *, by: str, now: datetime) -> None:
    """A joining by hand settles the proposal about the same two."""
    JoinProposal.objects.filter(one_id=min(people), other_id=max(people), state=JoinProposal.State.OPEN).update(
        state=state, decided_at=now, decided_by=by
    )
