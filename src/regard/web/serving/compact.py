"""Templates are read for people and served for browsers: white space that no page shows is left out when one is loaded.

A run of blanks in a template's own text becomes one blank, and none beside an element that begins a line of its own
(`LINES`). What stands in `pre`, `textarea`, `script` and `style`, inside quotes of an attribute and inside template tags
stays as it is; what a tag or variable puts in is never looked at, so that nobody's words change. Done once a process.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum

from django.template.base import Origin
from django.template.loaders.app_directories import Loader

_INSERT = r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}"
_QUOTED = rf'"(?:{_INSERT}|[^"])*"|\'(?:{_INSERT}|[^\'])*\''
_PARTS = re.compile(
    rf"(?P<raw><(?P<element>pre|textarea|script|style)\b.*?</(?P=element)>)"
    rf"|(?P<kept>\{{%\s*(?P<keeper>verbatim|comment|blocktranslate|blocktrans)\b.*?\{{%\s*end(?P=keeper)\s*%\}})"
    rf"|(?P<insert>{_INSERT})"
    rf"|(?P<tag></?(?P<name>[a-zA-Z!][\w:-]*)(?:{_INSERT}|{_QUOTED}|[^>])*>)"
    rf"|(?P<text>(?:(?!\{{[%{{#]|</?[a-zA-Z!]).)+)|(?P<odd>.)",
    re.DOTALL,
)
_IN_TAG = re.compile(rf"({_INSERT}|{_QUOTED})", re.DOTALL)
_BLANKS = re.compile(r"[ \t\n\r\f]+")
# Template tags that put nothing in, and those that only close what another opened.
_SILENT = frozenset({"load", "extends", "csrf_token", "with", "endwith"})

# Elements that begin and end a line of their own, or show nothing: blanks beside them are never seen.
_LINES = """
!doctype html head body title meta link script style base template
address article aside blockquote br details dialog div fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr
hx-partial legend main nav p pre section summary
dd dl dt li ol ul datalist optgroup option
caption col colgroup table tbody td tfoot th thead tr
circle defs g line path rect use
"""
LINES = frozenset(_LINES.split())
# Elements that stand in a line of words, but whose inside is one of its own.
BOXES = frozenset({"button", "foreignobject", "select", "svg", "text"})
# Elements without an inside that are drawn within a line of words.
DRAWN = frozenset({"iframe", "img", "input", "textarea"})


class TagSeen(IntEnum):
    """What a reader of the page has seen just before a place: the start of a line, a blank, or words."""

    START = 0
    BLANK = 1
    WORDS = 2


class CompactLoader(Loader):
    """Django's loader of templates beside their apps, each compacted as it is read."""

    def get_contents(self, origin: Origin) -> str:
        """Return a template's text as it is served. Raises TemplateDoesNotExist."""
        return compact(super().get_contents(origin))


def compact(source: str) -> str:
    """Return a template's text without the white space that no page shows."""
    page = _Page()
    for part in _PARTS.finditer(source):
        if part["text"] is not None:
            page.say(part["text"])
        elif part["tag"] is not None:
            page.put(_closed_up(part["tag"]), part["name"].lower())
        elif part["raw"] is not None:
            page.put(part["raw"], part["element"])
        elif part["insert"] is not None and part["insert"].startswith("{%"):
            page.turn(part["insert"])
        else:
            page.fill(part[0])
    return "".join(page.parts)


def _closed_up(tag: str) -> str:
    """Return a tag with one blank between its attributes; what stands in quotes stays."""
    pieces = _IN_TAG.split(tag)
    pieces[::2] = [_BLANKS.sub(" ", piece) for piece in pieces[::2]]
    pieces[-1] = re.sub(r" (/?>)$", r"\1", pieces[-1])
    return "".join(pieces)


@dataclass(slots=True)
class _Branch:
    """A choice or loop of the template that is open: what was seen before it, and at the end of each way through."""

    before: TagSeen
    ends: list[TagSeen] = field(default_factory=list)
    may_be_left_out: bool = True


@dataclass(slots=True)
class _Page:
    """What stands so far, and what its reader has seen last."""

    parts: list[str] = field(default_factory=list)
    seen: TagSeen = TagSeen.WORDS  # a part may be put into the middle of a sentence
    branches: list[_Branch] = field(default_factory=list)
    open_end: int | None = None  # the words that end in a blank, if nothing that shows came after them

    def say(self, text: str) -> None:
        """Add words of the template."""
        text = _BLANKS.sub(" ", text)
        if self.seen is not TagSeen.WORDS:
            text = text.lstrip(" ")
        if not text:
            return
        is_open = text.endswith(" ")
        self.seen, self.open_end = (TagSeen.BLANK, len(self.parts)) if is_open else (TagSeen.WORDS, None)
        self.parts.append(text)

    def put(self, tag: str, name: str) -> None:
        """Add a tag, or an element whose inside is kept."""
        is_end = tag.startswith("</")
        if self.open_end is not None and (name in LINES or (name in BOXES and is_end)):
            self.parts[self.open_end] = self.parts[self.open_end].rstrip(" ")
        self.parts.append(tag)
        self.open_end = None
        if name in LINES or (name in BOXES and not is_end):
            self.seen = TagSeen.START
        elif name in BOXES or name in DRAWN or (is_end and self.seen is TagSeen.BLANK):
            self.seen = TagSeen.WORDS

    def fill(self, insert: str) -> None:
        """Add a place that a value fills, or something that is kept as it is; notes to colleagues are left out."""
        if insert.startswith("{#"):
            return
        self.parts.append(insert)
        self.seen, self.open_end = TagSeen.WORDS, None

    def turn(self, tag: str) -> None:
        """Add a template tag, and follow each way through a choice or a loop."""
        word = tag[2:-2].split()[0]
        self.parts.append(tag)
        if word in _SILENT:
            return
        if word in ("if", "for"):
            self.branches.append(_Branch(self.seen))
            self.seen = TagSeen.WORDS if word == "for" else self.seen  # a turn of a loop follows another
        elif word in ("elif", "else", "empty"):
            branch = self.branches[-1]
            branch.ends.append(self.seen)
            branch.may_be_left_out = word == "elif"
            self.seen = branch.before
        elif word in ("endif", "endfor"):
            branch = self.branches.pop()
            self.seen = max(self.seen, *branch.ends, *([branch.before] if branch.may_be_left_out else []))
        else:
            self.seen = TagSeen.WORDS
        if word != "endif":
            self.open_end = None
