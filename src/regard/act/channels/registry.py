"""Who carries which channel: `CARRIER` in `act/channels/<name>/carrier.py`, for each channel that is carried.

A folder is looked up by name and loaded when it is first asked for. Nothing here imports one, so no channel can come to
know another through the loop (`pyproject.toml`, contract "channels").
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

from regard.act.channels.base import Carrier, InTurn, OwnLane
from regard.kernel.issues import Issue, Refused
from regard.playbooks.channels import BY_NAME, CHANNELS


@cache
def carrier_of(channel: str) -> Carrier:
    """Return who carries the messages of a channel. Raises Refused where nobody does."""
    if channel not in BY_NAME or not BY_NAME[channel].is_carried:
        raise Refused(Issue("channel", f"nothing carries messages on '{channel}'", code="no_carrier"))
    found: Carrier = import_module(f"regard.act.channels.{channel}.carrier").CARRIER
    return found


def in_turn(channel: str) -> InTurn:
    """Return how a letter of this channel leaves in its turn. Raises Refused where letters do not go that way."""
    lane = carrier_of(channel).lane
    if isinstance(lane, InTurn):
        return lane
    raise Refused(Issue("channel", f"'{channel}' has a lane of its own", code="no_carrier"))


@cache
def own_lanes() -> dict[str, OwnLane]:
    """Return the channels that have a lane of their own, by name. What nobody carries is a letter, and refused as one."""
    lanes = {one.name: carrier_of(one.name).lane for one in CHANNELS if one.is_carried}
    return {name: lane for name, lane in lanes.items() if isinstance(lane, OwnLane)}
