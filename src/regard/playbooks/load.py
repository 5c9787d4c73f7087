"""Read a playbook from YAML text: either a playbook, or every mistake in it with its line."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from difflib import get_close_matches
from hashlib import sha256
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from yaml.composer import Composer
from yaml.constructor import SafeConstructor
from yaml.cyaml import CParser  # type: ignore[attr-defined]
from yaml.resolver import Resolver

from regard.kernel.issues import Issue, Refused
from regard.playbooks.checks.journeys import journey_issues
from regard.playbooks.checks.purposes import purpose_issues
from regard.playbooks.checks.templates import template_issues
from regard.playbooks.model import Playbook
from regard.playbooks.values.lexicon import check_understanding

LARGEST_PLAYBOOK = 1_000_000  # characters


@dataclass(frozen=True, slots=True)
class Loaded:
    """A playbook (or None) with the hash of its text and the issues found."""

    playbook: Playbook | None
    hash: str
    issues: tuple[Issue, ...]


class _Loader(Composer, CParser, SafeConstructor, Resolver):
    """A safe loader that keeps yes/no/on/off as the words they are.

    libyaml parses; Python composes, because libyaml's own composer ends the process where a text nests too deeply.
    """

    def __init__(self, text: str) -> None:
        CParser.__init__(self, text)
        Composer.__init__(self)
        SafeConstructor.__init__(self)
        Resolver.__init__(self)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


class _PartLoader(_Loader):
    """Refuses a shared piece: a part is copied and changed piece by piece, and what is shared would change twice."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise Refused(Issue("yaml", "anchors (&, *) are not taken here", "write it out"))
        node: yaml.Node | None = super().compose_node(parent, index)
        return node


def load_playbook(text: str, *, where: str = "playbook.yaml") -> Loaded:
    """Return the playbook in `text`, or its issues; `where` is the file name the issues speak of."""
    digest = sha256(text.encode()).hexdigest()
    if len(text) > LARGEST_PLAYBOOK:
        return Loaded(None, digest, (Issue(where, "the file is larger than 1 MB"),))
    try:
        node, raw = _read(text, _Loader)
    except Refused as refused:
        return Loaded(None, digest, tuple(replace(issue, where=where) for issue in refused.issues))
    if not isinstance(raw, dict):
        return Loaded(None, digest, (Issue(where, "a playbook is a mapping with 'playbook: 1' on top"),))
    try:
        playbook = Playbook.model_validate(raw)
    except ValidationError as error:
        issues = tuple(_issue(where, node, dict(e)) for e in error.errors(include_url=False))
        return Loaded(None, digest, issues)
    unsound = check_understanding(playbook)
    if unsound:
        return Loaded(None, digest, tuple(_placed(where, node, issue) for issue in unsound))
    found = (
        *purpose_issues(playbook),
        *template_issues(playbook),
        *journey_issues(playbook),
    )
    return Loaded(playbook, digest, tuple(_placed(where, node, issue) for issue in found))


def read_yaml(text: str) -> object:
    """Return the bare value of a part's YAML, read as playbooks are. Raises Refused with the line that is no YAML."""
    return _read(text, _PartLoader)[1]


def compose_yaml(text: str) -> yaml.Node | None:
    """Return the node of a text, which knows its lines; None where it says nothing. Raises Refused as `read_yaml`."""
    return _read(text, _Loader)[0]


def _read(text: str, kind: type[_Loader]) -> tuple[yaml.Node | None, object]:
    """Parse once: return the node, which knows the lines, and the value made of it. Raises Refused."""
    try:
        loader = kind(text)
        node = loader.get_single_node()
        return node, None if node is None else loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark else None
        raise Refused(Issue("yaml", f"not YAML: {error.problem}", line=line)) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise Refused(Issue("yaml", "this cannot be read as YAML")) from None


def _placed(where: str, node: yaml.Node | None, issue: Issue) -> Issue:
    """Give an issue that speaks of a dotted path its file and line; a line inside a text counts from where it begins."""
    line, found = _place_of(node, issue.where.split("."))
    if line is not None and issue.line is not None:
        is_block = isinstance(found, yaml.ScalarNode) and found.style in ("|", ">")
        line += issue.line if is_block else issue.line - 1
    return replace(issue, where=where, message=f"{issue.where}: {issue.message}", line=line)


def _issue(where: str, node: yaml.Node | None, error: dict[str, object]) -> Issue:
    """Turn one pydantic error into an issue with its line, its path and the nearest known word."""
    path = [str(p) for p in error["loc"]]  # type: ignore[attr-defined]
    line, _ = _place_of(node, path)
    message = str(error["msg"])
    hint = ""
    if error["type"] == "extra_forbidden":
        message = f"unknown key '{path[-1]}'"
        near = get_close_matches(path[-1], _known_keys(path[:-1]), n=1)
        hint = f"did you mean '{near[0]}'?" if near else ""
    return Issue(where, f"{'.'.join(path)}: {message}", hint=hint, line=line)


def _place_of(node: yaml.Node | None, path: list[str]) -> tuple[int | None, yaml.Node | None]:
    """Return the 1-based line of the deepest node on the path, and that node; union tags in the path are skipped."""
    if node is None:
        return None, None
    line = node.start_mark.line + 1
    for part in path:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in reversed(node.value) if k.value == part), None)  # the last one counts
            if found is None:
                continue
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and part.isdigit() and int(part) < len(node.value):
            node = node.value[int(part)]
            line = node.start_mark.line + 1
    return line, node


def _known_keys(path: list[str]) -> list[str]:
    """Return the keys a playbook knows at a path, for 'did you mean'."""
    model: type[BaseModel] | None = Playbook
    for part in path:
        field = model.model_fields.get(part) if model else None
        if field is not None:
            model = _model_in(field.annotation)
    return sorted(model.model_fields) if model else []


def _model_in(annotation: object) -> type[BaseModel] | None:
    """Return the first playbook model inside an annotation such as dict[Slug, Purpose] or tuple[Wording, ...]."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _model_in(inner)
        if found is not None:
            return found
    return None
