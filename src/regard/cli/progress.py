"""Progress on stderr: rate and time left on a terminal, nothing but words elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


def _bar(*, quiet: bool):  # type: ignore[no-untyped-def]
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        """Rows a second."""

        def render(self, task: Task) -> Text:
            return Text(f"{task.speed or 0:,.0f}/s")

    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
        console=console,
        disable=quiet or not console.is_terminal,
        transient=True,
    )


@contextmanager
def rows_bar(words: str, about: int, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """Show one bar; the value given is called with (rows done, rows in all)."""
    with _bar(quiet=quiet) as bar:
        task = bar.add_task(words, total=about)

        def tell(done: int, of: int) -> None:
            bar.update(task, completed=done, total=max(of, done))

        yield tell


@contextmanager
def stages_bar(*, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Show one bar a stage; the value given is called with (words, done, of)."""
    with _bar(quiet=quiet) as bar:
        tasks: dict[str, object] = {}

        def tell(words: str, done: int, of: int) -> None:
            if words not in tasks:
                tasks[words] = bar.add_task(words, total=of)
            bar.update(tasks[words], completed=done, total=of)

        yield tell
