"""The `regard` command. Commands load lazily: `regard --help` imports no command and no Django.

`COMMANDS` is the one table: a name, the module that holds its typer app (`app`), and the line `--help` shows.
To add a command, write `cli/<module>.py` with `app = typer.Typer()` and add its line here.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command as command_of

from regard.cli.frame import choose_data_folder, run_guarded


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """One line of the table: where a command lives and what `--help` says of it."""

    module: str
    words: str


SECTIONS: dict[str, dict[str, CommandEntry]] = {
    "Run": {
        "up": CommandEntry("up", "Start the product and print one login link"),
        "doctor": CommandEntry("doctor", "Check this installation and say what to do"),
        "backup": CommandEntry("backup", "Write everything into one file, while running"),
        "restore": CommandEntry("restore", "Bring a backup back into an empty folder"),
        "key": CommandEntry("key", "Keys for the API: create, list, revoke"),
        "staff": CommandEntry("staff", "Colleagues: add, list, login-link"),
    },
    "Data in and out": {
        "import": CommandEntry("imports", "Read people, orders, tickets, answers or touchpoints from a file"),
        "export": CommandEntry("exports", "Write touchpoints, or all that is held of one person"),
        "sample": CommandEntry("sample", "The sample shop: load it"),
        "erase": CommandEntry("privacy", "Erase a person everywhere, with a receipt"),
    },
    "People": {
        "person": CommandEntry("person", "What is known of a person"),
        "why": CommandEntry("why", "Why a person is where they are, and why they got what they got"),
        "segment": CommandEntry("segments", "Segments: list, show, people"),
    },
    "The loop": {
        "cycle": CommandEntry("cycle", "Run one cycle: understand, decide, act, learn"),
        "refresh": CommandEntry("refresh", "Compute everybody anew from the whole log"),
        "journey": CommandEntry("journeys", "Journeys: list, show, check, replay"),
        "playbook": CommandEntry("playbook", "The playbook: plan, apply, export"),
        "outbox": CommandEntry("outbox", "Messages: list"),
    },
}
COMMANDS: dict[str, CommandEntry] = {name: e for part in SECTIONS.values() for name, e in part.items()}


class LazyGroup(TyperGroup):
    """The root group: knows the table, imports a command's module only when it runs."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 (click's signature)
        """Return every command, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """Import the module of one command and return its command; None where there is none."""
        entry = COMMANDS.get(cmd_name)
        if entry is None or find_spec(f"{__name__}.{entry.module}") is None:
            return None
        command = command_of(import_module(f"{__name__}.{entry.module}").app)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write the table by section, without importing anything."""
        for title, entries in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, entry.words) for name, entry in entries.items()])


app = typer.Typer(
    cls=LazyGroup,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,  # a bug's traceback shows no values of variables
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"regard {import_module('regard').__version__}")
        raise typer.Exit


@app.callback()
def root(
    data: Annotated[str, typer.Option(help="The data folder (else REGARD_DATA, else the platform's).")] = "",
    version: Annotated[  # noqa: ARG001 (eager: the callback answers)
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Regard, a self-hosted relationship engine.

    Data goes to stdout, words to stderr; reads take --json. Exit codes: 0 done, 1 failed, 2 used wrongly, 3 nothing matched, 4 refused by policy.
    """
    if data:
        choose_data_folder(data)


def main() -> None:
    """Run the command line; mistakes are told in lines, never as a traceback."""
    sys.exit(run_guarded(app))
