"""Write docs/cli.md and docs/reasons.md from the code: `python -m regard.cli.reference docs`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from typer.main import get_command

from regard.cli import SECTIONS
from regard.engine.journeys.guardrails import BY_CODE, GO, GUARDRAILS
from regard.engine.journeys.kinds import Kind
from regard.playbooks.reference.journeys import journey_reference
from regard.playbooks.reference.kinds import condition_reference, trait_reference

HEAD = """# The command line

Written from the commands by `make docs`; a test holds it current. Data goes to stdout, words to stderr. Every read takes
`--json`, whose shape carries `"version": 1`: fields are added, never renamed. Exit codes: **0** done, **1** failed, **2** used
wrongly, **3** nothing matched, **4** refused by policy. `NO_COLOR` is honoured; without a terminal nothing moves.

`regard --data FOLDER COMMAND ...` chooses the installation, as `REGARD_DATA` does.
"""

REASONS_HEAD = """# Reasons

Every decision carries one of these codes, with a sentence and what would change it. Written from `src/regard/engine/journeys/guardrails.py` by `make
docs`; the guardrails are asked in this order, and the first that holds somebody back is told. A *wait* is asked again by
itself, a *no* is final for that step. Words in braces stand for the value that was seen.

| code | verdict | why | what would change it | of a count of people |
| --- | --- | --- | --- | --- |
"""

KINDS_HEAD = """
## Who is asked what

A guardrail is asked of the kinds of act that are marked: five kinds of message, calls to other systems (to serve somebody,
or for marketing), and work inside the house (tasks, fields, points).

"""


def pages() -> str:
    """Return the whole reference as Markdown."""
    parts = [HEAD]
    for title, entries in SECTIONS.items():
        parts.append(f"## {title}\n")
        for name, entry in entries.items():
            command = get_command(import_module(f"regard.cli.{entry.module}").app)
            parts.extend(_command(f"regard {name}", command))
    return "\n".join(parts).rstrip() + "\n"


def _command(path: str, command: Any) -> Iterator[str]:
    """Yield the Markdown of one command, or of a group's every command."""
    inner = getattr(command, "commands", None)
    words = _plain(command.help or command.callback.__doc__ or "")
    if inner:
        yield f"### {path}\n\n{words}\n"
        for name, part in inner.items():
            yield from _command(f"{path} {name}", part)
        return
    usage = " ".join(_metavar(p) for p in command.params if _is_argument(p))
    yield f"### `{path}{' ' + usage if usage else ''}`\n\n{words}\n"
    rows = [row for param in command.params if (row := _row(param))]
    if rows:
        yield "| option | meaning |\n| --- | --- |\n" + "\n".join(rows) + "\n"


def _is_argument(param: Any) -> bool:
    return bool(param.param_type_name == "argument")


def _metavar(param: Any) -> str:
    name = (param.metavar or param.name or "").upper().strip("[]")
    return name if param.required else f"[{name}]"


def _row(param: Any) -> str:
    words = _plain(getattr(param, "help", "") or "")
    if _is_argument(param):
        return f"| {_plain(_metavar(param))} | {words} |" if words else ""
    form = f" {param.metavar}" if param.metavar else ""
    names = ", ".join(f"`{opt}{form}`" for opt in (*param.opts, *param.secondary_opts))
    is_told = param.default not in (None, "", False, 0, (), []) and not callable(param.default)
    default = f" Default: {param.default}." if is_told and not param.secondary_opts else ""
    return f"| {names} | {words}{default} |"


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|").strip()


def reasons() -> str:
    """Return the page of every reason a decision can carry, in the order in which the guardrails are asked."""
    rows = [
        f"| `{one.code}` | {'go' if one is GO else one.verdict} | {_plain(one.words)} | {_plain(one.change)} |"
        f" {_plain(one.short)} |"
        for one in BY_CODE.values()
    ]
    return REASONS_HEAD + "\n".join(rows) + "\n" + KINDS_HEAD + "\n".join(_asked_of()) + "\n"


def _asked_of() -> Iterator[str]:
    """Yield the table of which guardrail is asked of which kind of act."""
    yield f"| code | {' | '.join(kind.word.replace('_', ' ') for kind in Kind)} | why not of the others |"
    yield f"| --- |{' :-: |' * len(Kind)} --- |"
    for rule in GUARDRAILS:
        marks = " | ".join("x" if kind in rule.asked_of else "" for kind in Kind)
        yield f"| `{rule.code}` | {marks} | {_plain(rule.because)} |"


def main() -> int:
    """Write the pages made from the code into the folder named."""
    folder = Path(sys.argv[1])
    (folder / "cli.md").write_text(pages(), encoding="utf-8")
    (folder / "reasons.md").write_text(reasons(), encoding="utf-8")
    (folder / "reference").mkdir(exist_ok=True)
    (folder / "reference" / "conditions.md").write_text(condition_reference(), encoding="utf-8")
    (folder / "reference" / "journeys.md").write_text(journey_reference(), encoding="utf-8")
    (folder / "reference" / "traits.md").write_text(trait_reference(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
