"""Write a changed part of a playbook so that what did not change keeps its lines: its comments, blanks and quotes. Pure.

The old part is walked beside the new value. Equal values keep their lines with the comments above them; a list keeps each
item that is still there, wherever it stands now, and goes into a step that changed by its name. Only the rest is written anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

WIDTH = 110


def last_line(node: yaml.Node) -> int:
    """Return the last line a node's own text stands on: its end mark would swallow the comments after it."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        return max(last_line(v) for _, v in node.value)
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
        return max(last_line(v) for v in node.value)
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        return int(node.end_mark.line) - 1
    return int(node.end_mark.line)


def dumped(value: object, indent: int) -> list[str]:
    """Return a value as the YAML a person would write it, indented."""
    text = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=WIDTH)
    return [" " * indent + line for line in text.splitlines()]


@dataclass(frozen=True, slots=True)
class Kept:
    """The lines of a text, and how to write a changed node of it anew."""

    lines: Sequence[str]

    def mapping(
        self, node: yaml.MappingNode, old: Mapping[str, Any], new: Mapping[str, Any], after: int
    ) -> Iterator[str]:
        """Yield the lines of a mapping in blocks; `after` is the line its first key may have comments below."""
        places = {}
        for key, value in node.value:
            places[str(key.value)] = (after, key, value)
            after = last_line(value)
        indent = node.start_mark.column
        for name, told in new.items():
            if name not in places or name not in old:
                yield from dumped({name: told}, indent)
                continue
            above, key, value = places[name]
            yield from self.lines[above + 1 : key.start_mark.line]
            if old[name] == told:
                yield " " * indent + self.lines[key.start_mark.line][key.start_mark.column :]
                yield from self.lines[key.start_mark.line + 1 : last_line(value) + 1]
            else:
                yield from self._changed(name, key, value, old[name], told)

    def _changed(self, name: str, key: yaml.Node, node: yaml.Node, old: Any, new: Any) -> Iterator[str]:
        indent, line = key.start_mark.column, key.start_mark.line
        if isinstance(node, yaml.MappingNode) and not node.flow_style and _both(old, new, dict):
            yield " " * indent + self.lines[line][indent:]
            yield from self.mapping(node, old, new, line)
        elif isinstance(node, yaml.SequenceNode) and not node.flow_style and _both(old, new, list):
            yield " " * indent + self.lines[line][indent:]
            yield from self._sequence(node, old, new, line)
        else:
            yield from dumped({name: new}, indent)

    def _sequence(self, node: yaml.SequenceNode, old: list[Any], new: list[Any], after: int) -> Iterator[str]:
        column, left = node.start_mark.column, []
        for item, told in zip(node.value, old, strict=True):
            left.append((after, item, told))
            after = last_line(item)
        for told in new:
            found = next((one for one in left if one[2] == told), None) or next(
                (one for one in left if _same_step(one[2], told, new)), None
            )
            if found is None:
                yield from dumped([told], column)
                continue
            left.remove(found)
            above, item, was = found
            first = item.start_mark.line
            yield from self.lines[above + 1 : first]
            if was == told:
                yield from self.lines[first : last_line(item) + 1]
            elif isinstance(item, yaml.MappingNode) and not item.flow_style:
                inner = list(self.mapping(item, was, told, first))
                yield " " * column + "- " + inner[0].lstrip()
                yield from inner[1:]
            else:
                yield from dumped([told], column)


def _both(old: Any, new: Any, kind: type) -> bool:
    return isinstance(old, kind) and isinstance(new, kind) and bool(new)


def _same_step(old: Any, new: Any, others: list[Any]) -> bool:
    """Say whether one item is the other changed: the same step, and not one that stands unchanged elsewhere."""
    if not (isinstance(old, dict) and isinstance(new, dict)) or old in others:
        return False
    return "step" in new and old.get("step") == new["step"]
