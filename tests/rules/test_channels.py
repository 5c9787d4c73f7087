"""A channel is a line in a list and a folder: nothing else asks which channel it has before it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from regard.act.channels.base import Carrier
from regard.act.channels.registry import carrier_of, in_turn, own_lanes
from regard.kernel.issues import Refused
from regard.playbooks.channels import BY_NAME, CHANNELS
from tests.rules.sources import PACKAGE, modules, short, tree_of

LIST = PACKAGE / "playbooks" / "channels.py"
FOLDERS = PACKAGE / "act" / "channels"
LONGEST_NAME = 12  # characters; the column of a message and of a touchpoint
ALL_OF_THEM = "EVERY"  # '*': a word that speaks of every channel is no channel's name
NOT_CHANNELS = {"kind", "told_as", "held_as"}  # kinds of identifiers, some of which are named like a channel


def questions(tree: ast.AST) -> Iterator[int]:
    """Yield the lines that ask for a channel by its name: comparisons of every sort, match, filters, maps looked up."""
    literal = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple | ast.List | ast.Set | ast.Dict)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if (
            (isinstance(node, ast.Compare) and _compares([node.left, *node.comparators], literal))
            or (isinstance(node, ast.Match) and _speaks_of_channel(node.subject) and any(map(_is_case, node.cases)))
            or (isinstance(node, ast.Subscript) and _speaks_of_channel(node.slice) and _named(node.value, literal))
            or (isinstance(node, ast.Call) and _asks_by_call(node, literal))
        ):
            yield node.lineno if isinstance(node, ast.expr) else node.subject.lineno


def _asks_by_call(node: ast.Call, literal: dict[str, ast.expr]) -> bool:
    """Say whether a query filters by a channel's name, or a map of such is looked up."""
    if not isinstance(node.func, ast.Attribute):
        called = getattr(node.func, "id", "")
        return called == "Q" and any(_is_filter(word, literal) for word in node.keywords)
    if node.func.attr in {"Q", "filter", "exclude", "get"} and any(_is_filter(word, literal) for word in node.keywords):
        return True
    looked_up = node.func.attr == "get" and node.args and _speaks_of_channel(node.args[0])
    return bool(looked_up) and bool(_named(node.func.value, literal))


def _compares(sides: list[ast.expr], literal: dict[str, ast.expr]) -> bool:
    """Say whether one side speaks of a channel, or of nothing known, and another names one or lists only such."""
    words = {word for side in sides for word in _words(side)}
    if words & NOT_CHANNELS:
        return False
    speaks = any(map(_speaks_of_channel, sides))
    names = [found for side in sides if (found := _named(side, literal))]
    if speaks:
        constants = {side.id for side in sides if isinstance(side, ast.Name) and side.id.isupper()}
        are_compared = len(sides) == 2 and constants - {ALL_OF_THEM} - literal.keys() - _LISTS
        return bool(names) or bool(are_compared)
    return any(len(found) > 1 and found <= BY_NAME.keys() for found in names)


_LISTS = {name for name in vars(__import__("regard.playbooks.channels", fromlist=["x"])) if name.isupper()}


def _named(node: ast.expr, literal: dict[str, ast.expr]) -> set[str]:
    """Return the texts a literal holds, where a channel's name is among them."""
    if isinstance(node, ast.Name) and node.id in literal:
        node = literal[node.id]
    parts = node.keys if isinstance(node, ast.Dict) else getattr(node, "elts", [node])
    texts = {part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)}
    return texts if texts & BY_NAME.keys() else set()


def _words(node: ast.expr) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute):
            yield part.attr


def _speaks_of_channel(node: ast.expr) -> bool:
    return any("channel" in word.lower() and not word.isupper() for word in _words(node))


def _is_case(case: ast.match_case) -> bool:
    return any(isinstance(p, ast.MatchValue) and bool(_named(p.value, {})) for p in ast.walk(case.pattern))


def _is_filter(word: ast.keyword, literal: dict[str, ast.expr]) -> bool:
    return (word.arg or "").split("__")[0] == "channel" and bool(_named(word.value, literal))


def _has_its_own(path: Path) -> bool:
    return path == LIST or (path.is_relative_to(FOLDERS) and path.parent != FOLDERS)


def test_nothing_asks_for_a_channel_by_its_name_but_the_list_and_the_channels_own_folder() -> None:
    asked = {
        short(path): lines for path in modules() if not _has_its_own(path) and (lines := [*questions(tree_of(path))])
    }
    assert asked == {}


@pytest.mark.parametrize(
    "code",
    [
        "if message.channel == 'webhook': pass",
        "if 'email' != channel: pass",
        "if message.channel == WEBHOOK: pass",
        "if channel not in ('email', 'sms'): pass",
        "x = [c for c in all if c in ('email', 'sms', 'push')]",
        "MINE = {'sms', 'push'}\nx = channel in MINE",
        "match step.channel:\n    case 'email' | 'sms': pass",
        "rows.filter(channel='webhook')",
        "rows.exclude(Q(channel__in=['sms']))",
        "x = {'email': 1, 'sms': 2}[channel]",
        "WORDS = {'email': 1}\nx = WORDS.get(row.channel)",
    ],
)
def test_the_law_sees_a_question_however_it_is_put(code: str) -> None:
    assert [*questions(ast.parse(code))] != []


@pytest.mark.parametrize(
    "code",
    [
        "if kind == 'email': pass",
        "if channel != EVERY: pass",
        "if channel in REACHED_BY: pass",
        "if need.channel not in purpose.channels: pass",
        "if channel == 'survey': pass",
        "Touchpoint(channel='email')",
    ],
)
def test_the_law_lets_pass_what_asks_for_no_channel(code: str) -> None:
    assert [*questions(ast.parse(code))] == []


def test_every_carried_channel_has_a_folder_and_every_folder_a_line_that_is_carried() -> None:
    carried = {one.name for one in CHANNELS if one.is_carried}

    assert {path.parent.name for path in FOLDERS.glob("*/carrier.py")} == carried
    assert all(isinstance(carrier_of(name), Carrier) for name in carried)


def test_a_channels_name_fits_its_column_and_is_there_once() -> None:
    assert len(BY_NAME) == len(CHANNELS)
    assert [name for name in BY_NAME if len(name) > LONGEST_NAME] == []


@pytest.mark.parametrize("channel", ["sms", "dove", "", "email.drafting"])
def test_what_nobody_carries_is_refused_with_its_reason(channel: str) -> None:
    with pytest.raises(Refused, match="nothing carries"):
        carrier_of(channel)


def test_what_has_a_lane_of_its_own_is_no_letter() -> None:
    assert set(own_lanes()) == {"webhook"}
    with pytest.raises(Refused, match="a lane of its own"):
        in_turn("webhook")
