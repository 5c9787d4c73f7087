"""Change one named part of a playbook's text and leave every other line, comment and blank as it is. Pure."""

from __future__ import annotations

import yaml

from regard.kernel.issues import Issue, Refused


def put_part(text: str, section: str, name: str, value: dict[str, object]) -> str:
    """Return the text with `section.name` set to a value, in place where it stood, else at the section's end.

    Raises Refused where the section is written in a way that has no lines of its own.
    """
    lines = text.splitlines()
    head = _entry(yaml.compose(text, Loader=yaml.SafeLoader), section)
    block = _block(name, value)
    if head is None:
        return "\n".join([*lines, "", f"{section}:", *block]) + "\n"
    body = head[1]
    if not isinstance(body, yaml.MappingNode) or body.flow_style:
        raise Refused(
            Issue(
                section,
                "this section is written on one line",
                "write it as a block to edit it here",
            )
        )
    old = _entry(body, name)
    start = old[0].start_mark.line if old else _last_line(body) + 1
    end = _last_line(old[1]) + 1 if old else start
    return "\n".join([*lines[:start], *block, *lines[end:]]) + "\n"


def write_part(value: object) -> str:
    """Return a part's bare value as the YAML a person would write it: in blocks, keys in their order."""
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=110)


def drop_part(text: str, section: str, name: str) -> str:
    """Return the text without `section.name`; unchanged where there is none."""
    head = _entry(yaml.compose(text, Loader=yaml.SafeLoader), section)
    old = _entry(head[1], name) if head else None
    if old is None:
        return text
    lines = text.splitlines()
    return "\n".join([*lines[: old[0].start_mark.line], *lines[_last_line(old[1]) + 1 :]]) + "\n"


def _entry(node: yaml.Node | None, key: str) -> tuple[yaml.Node, yaml.Node] | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next(((k, v) for k, v in node.value if k.value == key), None)


def _last_line(node: yaml.Node) -> int:
    """Return the last line a node's own text stands on: its end mark would swallow the comments after it."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        return max(_last_line(v) for _, v in node.value)
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
        return max(_last_line(v) for v in node.value)
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        return node.end_mark.line - 1
    return node.end_mark.line


def _block(name: str, value: dict[str, object]) -> list[str]:
    dumped = yaml.safe_dump({name: value}, sort_keys=False, allow_unicode=True, width=110)
    return [f"  {line}" for line in dumped.splitlines()]
