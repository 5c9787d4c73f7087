"""What every command shares: words to stderr, data to stdout, issues in lines, exit codes.

Nothing here imports Django or rich before it is needed, so `regard --help` stays quick.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from regard.config import NotConfigured
from regard.kernel.issues import Issue, Refused

OK, FAILED, USAGE, NOTHING, POLICY = 0, 1, 2, 3, 4
STOPPED = 130  # what a shell expects after Ctrl-C
SHAPE_VERSION = 1  # of every --json answer; a field is added freely, never renamed or removed

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON (version 1) instead of words.")]
AsOf = Annotated[
    str,
    typer.Option("--as-of", help="The clock: ISO 8601, such as 2026-11-16T12:00Z. Default: now."),
]


class DefaultGroup(TyperGroup):
    """A group whose first word may be left out: `regard import FILE` is `regard import file FILE`.

    Give the name of the default command as `default` on a subclass.
    """

    default = ""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Put the default command's name in front where the first word is no command."""
        if self.default and args and self.get_command(ctx, args[0]) is None:
            args = [self.default, *args]
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Let an option of the default command come first: `regard import --dry-run FILE`."""
        if self.default and args and args[0].startswith("-") and args[0] not in ("-h", "--help"):
            args = [self.default, *args]
        return super().parse_args(ctx, args)


def choose_data_folder(folder: str) -> None:
    """Make `folder` this process's data folder, and its children's."""
    os.environ["REGARD_DATA"] = str(Path(folder).expanduser().absolute())


def say(words: str) -> None:
    """Write one line for people to stderr."""
    sys.stderr.write(words + "\n")


def say_next(command: str) -> None:
    """Name the next useful command after a success; only to a terminal."""
    if sys.stderr.isatty():
        say(f"Next: {command}")


def emit(value: Mapping[str, Any]) -> None:
    """Print one JSON object to stdout, with the version of its shape on top."""
    sys.stdout.write(
        json.dumps({"version": SHAPE_VERSION, **value}, ensure_ascii=False, indent=2, default=_plain) + "\n"
    )


def emit_items(items: Iterable[Any], **more: Any) -> None:
    """Print a list as `{"version": 1, "items": [...]}`."""
    emit({"items": list(items), **more})


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    return str(value)


def iso(instant: datetime | None) -> str | None:
    """Return an instant as ISO 8601 in UTC, or None."""
    return None if instant is None else instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, empty: str = "Nothing yet.") -> None:
    """Print rows as a table to stdout; a line to stderr where there are none. Honours NO_COLOR."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*("" if cell is None else _cell(cell) for cell in row))
    if not table.rows:
        say(empty)
        return
    wide = None if sys.stdout.isatty() else 200
    Console(width=wide, highlight=False, markup=False).print(table)


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[str, int, int], None]]:
    """Show progress on stderr while the block runs; yields `tell(words, done, of)`. Still where nobody watches."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True, highlight=False)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f}"),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    ) as bar:
        task = bar.add_task(title, total=1)

        def tell(words: str, done: int, of: int) -> None:
            bar.update(task, description=f"{title}: {words}", completed=done, total=max(of, 1))

        yield tell


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    return str(value)


def clock(as_of: str = "") -> datetime:
    """Return the instant a command speaks of: the one given, else now. Raises typer.BadParameter."""
    if not as_of:
        return datetime.now(UTC)
    try:
        instant = datetime.fromisoformat(as_of)
    except ValueError as error:
        raise typer.BadParameter(f"'{as_of}' is not an ISO 8601 time such as 2026-11-16T12:00Z") from error
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def nothing(words: str, *, hint: str = "") -> Refused:
    """Return the error of a command that found nothing (exit code 3)."""
    return Refused(Issue("regard", words, hint=hint, code="not_found"))


def confirm(question: str, *, yes: bool) -> None:
    """Ask before something that cannot be undone. Raises typer.Abort at no; `--yes` or no terminal skips it."""
    if not yes and sys.stdin.isatty():
        typer.confirm(question, abort=True, err=True)
    elif not yes:
        raise typer.BadParameter(f"{question} Say --yes to do it without a terminal.")


def tell_issues(issues: Iterable[Issue]) -> None:
    """Write each issue in one line to stderr: place, level, message, hint."""
    for issue in issues:
        say(str(issue))


def exit_code_of(issues: Sequence[Issue]) -> int:
    """Return the exit code a refusal ends with: 2 wrong words on the line, 3 nothing matched, 4 policy, else 1.

    An issue is about the line where it names an option (`--map`), or says so by its code "usage" (no such file).
    """
    codes = {issue.code for issue in issues}
    if "usage" in codes or any(issue.where.startswith("--") for issue in issues):
        return USAGE
    if codes == {"not_found"}:
        return NOTHING
    return POLICY if "policy" in codes else FAILED


def run_guarded(command: Callable[[], Any]) -> int:
    """Run the command line and return its exit code; errors a person can act on become lines."""
    try:
        command()
    except SystemExit as leave:
        return leave.code if isinstance(leave.code, int) else (FAILED if leave.code else OK)
    except Refused as refused:
        tell_issues(refused.issues)
        return exit_code_of(refused.issues)
    except NotConfigured as missing:
        say(f"regard: {missing}")
        return FAILED
    except BrokenPipeError:  # `regard ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except KeyboardInterrupt:  # Ctrl-C is no bug: a traceback would say so
        say("Stopped.")
        return STOPPED
    except Exception as error:
        words = _known_trouble(error)
        if words is None:
            raise
        say(f"regard: {words}")
        return FAILED
    return OK


def _known_trouble(error: Exception) -> str | None:
    """Return one line for the troubles of a machine that have a known way out, else None."""
    kind = f"{type(error).__module__}.{type(error).__name__}"
    text = " ".join(str(error).split())
    if kind in ("django.db.utils.OperationalError", "django.db.utils.ProgrammingError"):
        if "no such table" in text or "does not exist" in text:
            return f"the database is not of this version ({text}): run 'regard up' once"
        if "is locked" in text:
            return "the database is busy: another command or the worker writes for long; try again"
        return f"the database does not answer ({text}): check DATABASE_URL and the data folder, then 'regard doctor'"
    if isinstance(error, PermissionError):
        return f"no right to write {error.filename}: give another folder with --data or REGARD_DATA"
    if isinstance(error, FileNotFoundError | IsADirectoryError):
        return f"{error.filename}: {error.strerror}"
    return None
