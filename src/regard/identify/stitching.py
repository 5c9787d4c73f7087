"""Whose message is this: the rules of identity, applied to a batch in order, in memory.

Pure: what the database knew before the batch is given (`Known`); what the batch adds comes back (`Stitched`). People made
here carry negative numbers until the shell writes them.

1. The strongest id of a message says whose it is; weaker ids are attached to that person when nobody has them.
2. An anonymous person met together with a known one is merged into them: the one merge made without a person's word.
3. Two known people are never joined: a message that speaks of both makes a proposal (promise B4).
4. An erased id makes nobody (promise D6); a person gathers at most `most_ids` ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from regard.identify.normalise import ANONYMOUS_ID, USER_ID, Key

ERASED = 0  # origin of a message that speaks of an erased person: to be dropped
NOBODY = -(2**62)  # origin of a message whose ids all mean nobody: to be dropped
MOST_IDS = 250


@dataclass(slots=True)
class Known:
    """What the database knew of the ids and people of a batch."""

    owner: dict[Key, int]  # id -> person it hangs on
    root: dict[int, int]  # person -> surviving person
    is_known: dict[int, bool]  # surviving person -> has an id that is not anonymous
    holdings: dict[int, dict[str, int]] = field(default_factory=dict)  # survivor -> kind -> number of ids
    parted: set[tuple[int, int]] = field(default_factory=set)  # (survivor, absorbed) parted by a person
    forgotten: set[Key] = field(default_factory=set)


@dataclass(slots=True, frozen=True)
class Merge:
    """`absorbed` goes into `survivor`; `message` is the position of the evidence in the batch."""

    survivor: int
    absorbed: int
    rule: str
    key: Key
    message: int


@dataclass(slots=True, frozen=True)
class Proposal:
    """Two known people look like one because of `key`."""

    one: int
    other: int
    rule: str
    key: Key
    message: int


@dataclass(slots=True)
class Stitched:
    """What a batch adds; positions are those of the messages that caused it."""

    people: dict[int, tuple[int, bool]] = field(default_factory=dict)  # new person -> (position, is known)
    attached: list[tuple[Key, int, int]] = field(default_factory=list)  # id, person, position
    merges: list[Merge] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)


class Stitching:
    """One batch, message by message; later messages see what earlier ones did."""

    def __init__(self, known: Known, *, most_ids: int = MOST_IDS) -> None:
        self._known = known
        self._most_ids = most_ids
        self._next = 0
        self.found = Stitched()

    def place(self, position: int, keys: Sequence[Key], previous: str | None) -> int:
        """Return whose message this is: a person, ERASED or NOBODY. `keys` come strongest first."""
        forgotten = self._known.forgotten
        if len(keys) == 1 and previous is None and not forgotten and keys[0] in self._known.owner:
            return self._known.owner[keys[0]]  # nearly all: one id, known, and nothing to learn
        strong = [key for key in keys if key[0] != ANONYMOUS_ID]
        weak = [key for key in keys if key[0] == ANONYMOUS_ID]
        if forgotten and self._speaks_of_erased(strong, weak):
            return ERASED
        if forgotten:
            strong = [key for key in strong if key not in forgotten]
            weak = [key for key in weak if key not in forgotten]
        if strong:
            home = self._home_of_known(position, strong)
        elif weak:
            home = self._home_of_anonymous(position, weak)
        else:
            return NOBODY
        for key in weak:
            self._meet(position, home, key, "seen_together")
        if previous is not None:
            self._follow_alias(position, home, previous)
        return home

    def root(self, person: int) -> int:
        """Return the surviving person, merges of this batch included."""
        roots = self._known.root
        above = roots[person]
        while above != person:
            person, above = above, roots[above]
        return person

    def _speaks_of_erased(self, strong: list[Key], weak: list[Key]) -> bool:
        """An erased known id with no living known one beside it, or erased anonymous ids alone."""
        forgotten, owner = self._known.forgotten, self._known.owner
        if strong:
            return any(k in forgotten for k in strong) and not any(k in owner for k in strong)
        return any(k in forgotten for k in weak) and not any(k in owner for k in weak)

    def _home_of_known(self, position: int, keys: list[Key]) -> int:
        """Find or make the person of the known ids; the others they point at become proposals."""
        owner = self._known.owner
        home: int | None = None
        missing: list[Key] = []
        clashes: list[tuple[Key, int]] = []
        for key in keys:
            person = owner.get(key)
            if person is None:
                missing.append(key)
            elif home is None and self._may_take(person, missing):
                home = person
            elif home is None or self.root(person) != self.root(home):
                clashes.append((key, person))
        if home is None:
            home = self._new_person(position, is_known=True)
        for key in missing:
            self._attach(position, home, key)
        for key, person in clashes:
            self._propose(position, home, person, "same_id", key)
        return home

    def _may_take(self, person: int, stronger: list[Key]) -> bool:
        """A person found by a weaker id takes a stronger new one only if they have none of that kind yet."""
        held = self._known.holdings.get(self.root(person), {})
        return not any(held.get(kind) for kind, _ in stronger)

    def _home_of_anonymous(self, position: int, keys: list[Key]) -> int:
        owner = self._known.owner
        for key in keys:
            if key in owner:
                return owner[key]
        home = self._new_person(position, is_known=False)
        for key in keys:
            self._attach(position, home, key)
        return home

    def _meet(self, position: int, home: int, key: Key, rule: str) -> None:
        """An anonymous id was used by `home`: attach it, or merge the anonymous person behind it."""
        person = self._known.owner.get(key)
        if person is None:
            self._attach(position, home, key)
            return
        theirs, ours = self.root(person), self.root(home)
        # Known on both sides is a shared device, no sign of one person: nothing is even proposed.
        if theirs != ours and self._known.is_known[ours] and not self._known.is_known[theirs]:
            self._merge(Merge(ours, theirs, rule, key, position))

    def _follow_alias(self, position: int, home: int, previous: str) -> None:
        """The client says that `previous` was this person."""
        anonymous, user = (ANONYMOUS_ID, previous), (USER_ID, previous)
        owner, is_known = self._known.owner, self._known.is_known
        if anonymous in self._known.forgotten or user in self._known.forgotten:
            return
        key = anonymous if anonymous in owner or user not in owner else user
        person = owner.get(key)
        if person is None:
            self._attach(position, home, anonymous)
            return
        theirs, ours = self.root(person), self.root(home)
        if theirs == ours:
            return
        if is_known[ours] and is_known[theirs]:
            self._propose(position, ours, theirs, "alias", key)
        elif is_known[ours]:
            self._merge(Merge(ours, theirs, "alias", key, position))
        elif is_known[theirs]:
            self._merge(Merge(theirs, ours, "alias", key, position))

    def _new_person(self, position: int, *, is_known: bool) -> int:
        self._next -= 1
        person = self._next
        self._known.root[person] = person
        self._known.is_known[person] = is_known
        self._known.holdings[person] = {}
        self.found.people[person] = (position, is_known)
        return person

    def _attach(self, position: int, person: int, key: Key) -> None:
        held = self._known.holdings.setdefault(self.root(person), {})
        if sum(held.values()) >= self._most_ids:
            return
        held[key[0]] = held.get(key[0], 0) + 1
        self._known.owner[key] = person
        self.found.attached.append((key, person, position))

    def _merge(self, merge: Merge) -> None:
        known = self._known
        ours = known.holdings.setdefault(merge.survivor, {})
        theirs = known.holdings.get(merge.absorbed, {})
        if (merge.survivor, merge.absorbed) in known.parted:
            return  # a person parted these two; only a person joins them again
        if sum(ours.values()) + sum(theirs.values()) > self._most_ids:
            return
        for kind, number in theirs.items():
            ours[kind] = ours.get(kind, 0) + number
        known.root[merge.absorbed] = merge.survivor
        self.found.merges.append(merge)

    def _propose(self, position: int, one: int, other: int, rule: str, key: Key) -> None:
        one, other = self.root(one), self.root(other)
        if one != other:
            self.found.proposals.append(Proposal(one, other, rule, key, position))


def keys_to_look_up(messages: Iterable[tuple[tuple[Key, ...], str | None]]) -> set[Key]:
    """Return every id a batch speaks of; an alias may mean an anonymous id or a user id."""
    wanted: set[Key] = set()
    for keys, previous in messages:
        wanted.update(keys)
        if previous is not None:
            wanted.add((ANONYMOUS_ID, previous))
            wanted.add((USER_ID, previous))
    return wanted
