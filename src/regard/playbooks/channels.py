"""The channels we know, a row each: what reaches people there, what may stop it, and what it is called.

This is all that playbooks, the engine and the stages before Act know of a channel. How a message is made and handed over
is in the folder `act/channels/<name>/` of those that are carried. Where a touchpoint happened is another list, of plain
words (`collect/vocabulary.py`): a shop or a device reaches nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel. `id_kind`: the kind of identifier that is an address there; `field`: the profile field that is one.

    A person is reached at the field, if it was told, else at their newest identifier of that kind.
    """

    name: str
    words: str
    icon: str
    id_kind: str = ""
    field: str = ""
    needs_address: bool = True  # False: everybody counts as reached
    may_suppress: bool = False  # its addresses can be put on the list of those not to be written to
    keeps_hours: bool = True  # marketing waits there for the hours in which people may be written to
    is_place: bool = False  # a message waits there until the person comes by
    is_answered: bool = False  # people speak to us there too
    is_carried: bool = False  # Act has a folder of its name, so messages are handed over there
    reaches_people: bool = True  # False: it tells systems, so nobody agrees to it and nobody leaves it

    @property
    def can_reach(self) -> bool:
        """Say whether anybody can be reached there today: something holds its addresses, or none is needed."""
        return self.reaches_people and (bool(self.id_kind or self.field) or not self.needs_address)


CHANNELS = (
    Channel("web", "Web", "globe", needs_address=False, is_place=True),
    Channel("app", "App", "smartphone", needs_address=False, is_place=True),
    Channel("email", "Email", "mail", "email", "email", may_suppress=True, is_answered=True, is_carried=True),
    Channel("sms", "SMS", "message-square-text", "phone", "phone", may_suppress=True, is_answered=True),
    Channel("push", "Push", "bell", needs_address=False),
    Channel("phone", "Phone", "phone", "phone", "phone", may_suppress=True, is_answered=True),
    Channel("chat", "Chat", "message-circle", needs_address=False, is_place=True, is_answered=True),
    Channel("post", "Post", "package", is_answered=True),
    Channel("social", "Social", "thumbs-up", needs_address=False, is_place=True, is_answered=True),
    Channel("webhook", "Webhook", "code", needs_address=False, is_carried=True, reaches_people=False),
)
BY_NAME = {one.name: one for one in CHANNELS}
TO_PEOPLE = tuple(one for one in CHANNELS if one.reaches_people)
TO_SYSTEMS = frozenset(one.name for one in CHANNELS if not one.reaches_people)
# What holds an address there: (kind of identifier, profile field), for those where something does.
REACHED_BY = {one.name: (one.id_kind, one.field) for one in TO_PEOPLE if one.id_kind or one.field}
MAY_SUPPRESS = frozenset(one.name for one in TO_PEOPLE if one.may_suppress)
AT_ANY_HOUR = frozenset(one.name for one in TO_PEOPLE if not one.keeps_hours)
NEEDS_NO_ADDRESS = tuple(one.name for one in TO_PEOPLE if not one.needs_address)


def reaching_people(name: str) -> str:
    """Return the name of a channel people may agree to. Raises ValueError for another."""
    return _one_of(name, TO_PEOPLE)


def carrying_letters(name: str) -> str:
    """Return the name of a channel templates may be written for: it reaches people and is carried. Raises ValueError."""
    return _one_of(name, (one for one in TO_PEOPLE if one.is_carried))


def _one_of(name: str, channels: Iterable[Channel]) -> str:
    names = [one.name for one in channels]
    if name not in names:
        raise ValueError(f"a channel here is one of {', '.join(names)}")
    return name


def channels_of(id_kind: str) -> tuple[str, ...]:
    """Return the channels on which an identifier of this kind is an address."""
    return tuple(one.name for one in TO_PEOPLE if one.id_kind == id_kind)


def id_kinds(channels: Iterable[str] = tuple(REACHED_BY)) -> tuple[str, ...]:
    """Return the kinds of identifiers that are addresses on these channels, by default on any."""
    return tuple(sorted({REACHED_BY[name][0] for name in channels if name in REACHED_BY} - {""}))


def address_fields(channels: Iterable[str] = tuple(REACHED_BY)) -> frozenset[str]:
    """Return the profile fields that hold an address on these channels, by default on any."""
    return frozenset({REACHED_BY[name][1] for name in channels if name in REACHED_BY} - {""})


def held_as(field: str) -> str:
    """Return the kind of identifier an address told in this profile field is: '' where the field holds none."""
    return next((kind or field for kind, told_in in REACHED_BY.values() if told_in == field), "")
