"""One pass over a file's bytes: its hash, its coding and its format, before anything is believed about it.

Memory stays bounded whatever the file's size; a name's ending is never trusted, only the content (promise F11).
"""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from charset_normalizer import from_bytes

from regard.kernel.issues import Issue, Refused

PIECE = 1 << 20
_HEAD = 256 * 1024
_WINDOW = 160  # bytes around a character that is not ASCII, enough for a word on both sides
_WINDOWS = 400
# What shops' files are written in; the detector choosing among a hundred rare codings guesses worse.
_CODINGS = [
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "iso8859_15",
    "mac_roman",
    "shift_jis",
    "euc_jp",
    "gb18030",
    "big5",
    "euc_kr",
    "koi8_r",
]
_USUAL = "cp1252"
_HEAD_OF_TEXT = 4096
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r\f\x1b")
_ODD_SHARE = 0.02  # packed bytes hold five times as many; a text with a broken row hardly any


@dataclass(frozen=True, slots=True)
class FileSurvey:
    """What one pass over the bytes told."""

    path: Path
    size: int
    sha256: str
    is_gzip: bool
    format: str  # csv, ndjson or parquet
    encoding: str
    lines: int


def survey_file(path: Path) -> FileSurvey:
    """Return what the file is. Raises Refused where it is missing, empty or damaged."""
    if not path.is_file():
        words = "is a folder, not a file" if path.is_dir() else "there is no such file"
        hint = "give the path of one CSV, NDJSON or Parquet file"
        raise Refused(Issue(str(path), words, hint, code="usage"))
    if path.stat().st_size == 0:
        raise Refused(Issue(str(path), "the file is empty"))
    with path.open("rb") as file:
        magic = file.read(4)
    if magic == b"PAR1":
        return FileSurvey(path, path.stat().st_size, _hash_of(path), False, "parquet", "", 0)
    is_gzip = magic[:2] == b"\x1f\x8b"
    reader = _TextSurvey()
    try:
        with open_bytes(path, is_gzip) as file:
            for piece in _pieces(file):
                reader.add(piece)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Refused(Issue(str(path), f"the gzip file is damaged: {error}", "copy or pack it again")) from error
    encoding = reader.encoding()
    if not encoding.startswith("utf-16") and _is_no_text(reader.head[:_HEAD_OF_TEXT]):
        raise Refused(
            Issue(
                str(path),
                "this is no text",
                "give a CSV, NDJSON or Parquet file; a spreadsheet is saved as CSV first",
            )
        )
    starts_as_json = reader.head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    form = "ndjson" if starts_as_json else "csv"
    return FileSurvey(path, path.stat().st_size, _hash_of(path), is_gzip, form, encoding, reader.lines)


def _is_no_text(start: bytes) -> bool:
    """Tell pictures, archives and spreadsheets from text; one odd byte costs only its row."""
    odd = len(start) - len(start.translate(None, _CONTROLS))
    return odd > 2 + len(start) * _ODD_SHARE


def open_bytes(path: Path, is_gzip: bool) -> BinaryIO:
    """Open the file's content for reading, unpacked on the way where it is gzip."""
    return gzip.open(path, "rb") if is_gzip else path.open("rb")  # type: ignore[return-value]


def open_text(survey: FileSurvey) -> io.TextIOWrapper:
    """Open the content as text. Bytes that do not fit the coding become lone surrogates, told row by row."""
    raw = open_bytes(survey.path, survey.is_gzip)
    return io.TextIOWrapper(raw, encoding=survey.encoding, errors="surrogateescape", newline="")


def _hash_of(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        for piece in _pieces(file):
            digest.update(piece)
    return digest.hexdigest()


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece


class _TextSurvey:
    """Looks at the bytes as they pass: is it UTF-8 to the end, how many lines, which odd characters."""

    def __init__(self) -> None:
        self.head = b""
        self.lines = 0
        self._odd: list[bytes] = []
        self._utf8: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()

    def add(self, piece: bytes) -> None:
        """Take the next piece of the content."""
        if len(self.head) < _HEAD:
            self.head += piece[: _HEAD - len(self.head)]
        self.lines += piece.count(b"\n")
        if self._utf8 is not None:
            try:
                self._utf8.decode(piece)
            except UnicodeDecodeError:
                self._utf8 = None
        if len(self._odd) < _WINDOWS and not piece.isascii():
            self._keep_windows(piece)

    def _keep_windows(self, piece: bytes) -> None:
        at = 0
        while len(self._odd) < _WINDOWS and at < len(piece):
            rest = piece[at : at + 65536]
            if rest.isascii():
                at += 65536
                continue
            place = at + next(i for i, byte in enumerate(rest) if byte > 127)
            self._odd.append(piece[max(0, place - _WINDOW) : place + _WINDOW])
            at = place + _WINDOW

    def encoding(self) -> str:
        """Return the name of the coding Python should read this content with."""
        if self.head.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        if self.head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        start = self.head[:2000]
        if start.count(b"\0") * 3 > len(start):
            return "utf-16-le" if start[1::2].count(b"\0") > start[::2].count(b"\0") else "utf-16-be"
        if self._utf8 is not None:
            return "utf-8"
        found = from_bytes(b"\n".join(self._odd), cp_isolation=_CODINGS)
        best = found.best()
        western = next((m for m in found if m.encoding == _USUAL), None)
        if best is None:  # every byte has a meaning in it, and it is what old spreadsheets write
            return _USUAL
        is_tie = western is not None and (western.chaos, -western.coherence) <= (
            best.chaos,
            -best.coherence,
        )
        return _USUAL if is_tie else best.encoding
