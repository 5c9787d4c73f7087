"""The bounded language of letters: Liquid without objects, files or endless loops, and a few marks of structure.

1. `fill` puts values into the text. A customer's value is text and stays text: the characters that carry structure
   are set aside in it first, so no value can open a link, a list or a new paragraph (promise F7).
2. `blocks` reads the structure: a blank line parts paragraphs, lines that begin with "- " are a list,
   `[words](https://...)` is a link, `**words**` are strong, and `[products]` or `[scores]` alone in a paragraph is that block.
3. What comes out is plain data; whoever makes HTML of it escapes every run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from liquid import BoundTemplate, Environment
from liquid.exceptions import LiquidError
from liquid.undefined import Undefined

LARGEST_TEMPLATE = 20_000  # characters
LARGEST_LETTER = 50_000
LARGEST_VALUE = 500
_TAGS = (
    "content",
    "output",
    "illegal",
    "#",
    "comment",
    "if",
    "unless",
    "case",
    "for",
    "break",
    "continue",
    "assign",
)
_ASIDE = dict(zip("[]()\n-*", "\ue000\ue001\ue002\ue003\ue004\ue005\ue006", strict=True))
_BACK = str.maketrans({mark: "" if char == "\n" else char for char, mark in _ASIDE.items()} | {"\ue004": " "})
_PRIVATE = re.compile("[\ue000-\uf8ff\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SPAN = re.compile(r"\[([^\[\]\n]{1,200})\]\(([^()\n]{1,1000})\)|\*\*([^*\n]{1,500})\*\*")
_TARGET = re.compile(r"\]\((?!https?://[A-Za-z0-9.-]+(?::\d+)?[/?#)])")
_URL_SAFE = "/:?#[]@!$&'()*+,;=%~-._"
_MARK = re.compile(r"\[([a-z]+)\]")
MARKS = frozenset({"products", "scores"})


class LetterError(Exception):
    """A template that cannot be read or filled; `line` is the line inside it, 1-based, where known."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Use:
    """A value a template asks for, such as person.first_name, and its line."""

    path: tuple[str, ...]
    line: int
    has_default: bool


@dataclass(frozen=True, slots=True)
class LetterRun:
    """Words in a row: plain, strong, or a link with where it leads."""

    text: str
    url: str = ""
    is_strong: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Runs one after the other."""

    runs: tuple[LetterRun, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list; each item is a row of runs."""

    items: tuple[tuple[LetterRun, ...], ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A block the product makes: products or scores."""

    name: str


Block = Paragraph | Items | Mark


class _Bounded(Environment):
    block_nesting_limit = 8
    context_depth_limit = 8
    loop_iteration_limit = 200
    local_namespace_limit = 20_000
    output_stream_limit = LARGEST_LETTER


def _text(value: object) -> str:
    return str(value)[:LARGEST_LETTER] if isinstance(value, str | bool | int | float) else ""


def _default(value: object, other: object = "", **_: object) -> object:
    return other if isinstance(value, Undefined) or value in (None, "", False, []) else value


def _truncate(value: object, length: object = 50) -> str:
    text, limit = _text(value), max(1, min(int(_text(length)), LARGEST_VALUE))
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _join(value: object, between: object = ", ") -> str:
    parts = value if isinstance(value, list | tuple) else [value]
    return _text(between)[:20].join(_text(part) for part in parts)


def _size(value: object) -> int:
    return len(value) if isinstance(value, str | list | tuple | dict) else 0


# Filters are a short list by choice: `replace`, `split` or a free date format can make a page out of one letter.
_FILTERS: dict[str, Callable[..., Any]] = {
    "default": _default,
    "upcase": lambda value: _text(value).upper(),
    "downcase": lambda value: _text(value).lower(),
    "capitalize": lambda value: _text(value)[:1].upper() + _text(value)[1:],
    "append": lambda value, other: (_text(value) + _text(other))[:LARGEST_LETTER],
    "prepend": lambda value, other: (_text(other) + _text(value))[:LARGEST_LETTER],
    "truncate": _truncate,
    "join": _join,
    "size": _size,
    "first": lambda value: value[0] if isinstance(value, list | tuple) and value else "",
    "last": lambda value: value[-1] if isinstance(value, list | tuple) and value else "",
}


def _environment() -> _Bounded:
    environment = _Bounded()
    environment.tags = {name: tag for name, tag in environment.tags.items() if name in _TAGS}
    environment.filters = dict(_FILTERS)
    return environment


_ENVIRONMENT = _environment()


@lru_cache(maxsize=512)
def read_template(source: str) -> BoundTemplate:
    """Return the parsed template. Raises LetterError with the line where it cannot be read."""
    if len(source) > LARGEST_TEMPLATE:
        raise LetterError(f"longer than {LARGEST_TEMPLATE:,} characters")
    _refuse_loose_links(source)
    try:
        return _ENVIRONMENT.from_string(source)
    except LiquidError as error:
        raise LetterError(_words_of(error), _line_of(source, error)) from None
    except (ValueError, RecursionError, OverflowError) as error:
        raise LetterError(f"cannot be read: {type(error).__name__}") from None


def _refuse_loose_links(source: str) -> None:
    """Raise LetterError for a link without its host: a value may fill in a path or a query, never where a link leads."""
    loose = _TARGET.search(source)
    if loose:
        line = source.count("\n", 0, loose.start()) + 1
        raise LetterError("a link leads to a written-out https:// address", line)


def uses_of(source: str) -> tuple[Use, ...]:
    """Return every value the template asks for, loop variables left out, in the order of the text."""
    template = read_template(source)
    found = []
    for variables in template.analyze(include_partials=False).globals.values():
        for variable in variables:
            at = variable.span.index
            rest = source[at : source.find("}}", at) + 1 or len(source)]
            path = tuple(str(part) if isinstance(part, str | int) else "*" for part in variable.segments)
            found.append(
                (
                    at,
                    Use(
                        path,
                        source.count("\n", 0, at) + 1,
                        "default" in rest or _in_tag(source, at),
                    ),
                )
            )
    return tuple(use for _, use in sorted(found, key=lambda pair: pair[0]))


def fill(source: str, values: Mapping[str, object]) -> str:
    """Return the text with values put in, structure of values set aside. Raises LetterError."""
    template = read_template(source)
    try:
        return template.render(**{name: plain(value) for name, value in values.items()})
    except LiquidError as error:
        raise LetterError(_words_of(error), _line_of(source, error)) from None
    except (ValueError, TypeError, RecursionError, OverflowError, ArithmeticError) as error:
        raise LetterError(f"cannot be filled: {type(error).__name__}") from None


def fill_line(source: str, values: Mapping[str, object], *, limit: int = 200) -> str:
    """Return one line of plain words, for a subject: no line break survives (promise C6)."""
    return " ".join(plain_words(fill(source, values)).split())[:limit]


def plain(value: object, depth: int = 0) -> Any:
    """Return a value as the language may see it: text, numbers, lists and dicts of them, nothing with methods."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping) and depth < 4:
        return {str(k)[:80]: plain(v, depth + 1) for k, v in list(value.items())[:100]}
    if isinstance(value, list | tuple) and depth < 4:
        return [plain(v, depth + 1) for v in value[:50]]
    text = _PRIVATE.sub("", str(value)[:LARGEST_VALUE].replace("\r", ""))
    for char, mark in _ASIDE.items():
        text = text.replace(char, mark)
    return text


def plain_words(text: str) -> str:
    """Return text with what `fill` set aside put back as ordinary characters."""
    return text.translate(_BACK)


def blocks(filled: str) -> tuple[Block, ...]:
    """Return the structure of a filled letter."""
    return tuple(_block(part.strip()) for part in re.split(r"\n\s*\n", filled) if part.strip())


def written(text: str) -> tuple[Block, ...]:
    """Return the structure of words somebody wrote for one person: nothing is filled in, and nothing the product makes.

    Raises LetterError where they are too long, or a link leads to no https:// address.
    """
    if len(text) > LARGEST_TEMPLATE:
        raise LetterError(f"longer than {LARGEST_TEMPLATE:,} characters")
    _refuse_loose_links(text)
    plainly = _PRIVATE.sub("", text.replace("\r", ""))
    return tuple(Paragraph((LetterRun(f"[{b.name}]"),)) if isinstance(b, Mark) else b for b in blocks(plainly))


def _block(text: str) -> Block:
    mark = _MARK.fullmatch(text)
    if mark and mark[1] in MARKS:
        return Mark(mark[1])
    lines = [line.strip() for line in text.split("\n")]
    if all(line.startswith("- ") for line in lines):
        return Items(tuple(_runs(line[2:]) for line in lines))
    return Paragraph(_runs(" ".join(lines)))


def _runs(text: str) -> tuple[LetterRun, ...]:
    runs, at = [], 0
    for span in _SPAN.finditer(text):
        words, target, strong = span.groups()
        runs.append(LetterRun(plain_words(text[at : span.start()])))
        if strong:
            runs.append(LetterRun(plain_words(strong), is_strong=True))
        else:
            runs.append(LetterRun(plain_words(words), quote(plain_words(target).strip(), safe=_URL_SAFE)))
        at = span.end()
    runs.append(LetterRun(plain_words(text[at:])))
    return tuple(run for run in runs if run.text)


def _words_of(error: LiquidError) -> str:
    return str(error.args[0] if error.args else type(error).__name__).strip()[:200]


def _line_of(source: str, error: LiquidError) -> int | None:
    token = getattr(error, "token", None)
    index = getattr(token, "start_index", None)
    return source.count("\n", 0, index) + 1 if isinstance(index, int) and index >= 0 else None


def _in_tag(source: str, index: int) -> bool:
    """Say whether a place is inside {% ... %}: a condition needs no default."""
    return source.rfind("{%", 0, index) > source.rfind("{{", 0, index)
