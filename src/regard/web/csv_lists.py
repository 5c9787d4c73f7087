"""Lists handed out as CSV: streamed, and safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterable, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

LINES_AT_ONCE = 400


def streamed_csv(request: HttpRequest, lines: Iterator[str], name: str) -> StreamingHttpResponse:
    """Return lines as a file called `name`."""
    content = _streamed(lines) if isinstance(request, ASGIRequest) else lines
    response = StreamingHttpResponse(content, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    # Django would compress each part of a stream as a member of its own; many clients read the first only.
    response.headers["Content-Encoding"] = "identity"
    return response


def csv_line(cells: Iterable[str]) -> str:
    """Return one line of a CSV file."""
    line = io.StringIO()
    csv.writer(line).writerow([_disarmed(c) for c in cells])
    return line.getvalue()


def _disarmed(cell: str) -> str:
    """Keep a spreadsheet from reading a cell as a formula (promise F10)."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


async def _streamed(lines: Iterator[str]) -> AsyncIterator[str]:
    """Hand out what a thread reads, a few hundred lines at a time, so that the server keeps answering others."""

    def some() -> str:
        return "".join(line for _, line in zip(range(LINES_AT_ONCE), lines, strict=False))

    while part := await sync_to_async(some)():
        yield part
