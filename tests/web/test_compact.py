"""A page reads the same when the white space that nobody sees is left out, and nobody's words are touched."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template import Context, Template, engines
from django.template.loaders.app_directories import Loader

import regard.web
from regard.web.serving.assets import FOLDER, assets
from regard.web.serving.compact import BOXES, LINES, compact

TEMPLATES = sorted(Path(regard.web.__file__).with_name("templates").rglob("*.html"))
PAGES = (
    "/today",
    "/customers",
    "/customers/{ines}",
    "/segments/high-value/edit",
    "/journeys/thank-high-value",
    "/journeys/drafts/{draft}",
    "/outbox/{message}",
    "/settings",
)


@pytest.mark.parametrize(
    ("written", "served"),
    [
        ("<ul>\n  <li>one</li>\n  <li>two</li>\n</ul>\n", "<ul><li>one</li><li>two</li></ul>"),
        ("<p>\n  Some\n  words\n</p>", "<p>Some words</p>"),
        ("<b>a</b>\n<i>b</i>", "<b>a</b> <i>b</i>"),
        ("<b>a</b><i>b</i>", "<b>a</b><i>b</i>"),
        ("<button\n  class='btn'\n>\n  Go\n</button>\n<a>x</a>", "<button class='btn'>Go</button> <a>x</a>"),
        ("<i title='a  b'\n  lang=en>x</i>", "<i title='a  b' lang=en>x</i>"),
        ("<td>\n{% if a %}\n<b>x</b>\n{% endif %}\n</td>", "<td>{% if a %}<b>x</b>{% endif %}</td>"),
        ("<p>a{% if b %}\n<b>x</b>{% endif %}\n c</p>", "<p>a{% if b %} <b>x</b>{% endif %} c</p>"),
        ("<p>a {% if b %}\nb{% else %}\nc{% endif %}</p>", "<p>a {% if b %}b{% else %}c{% endif %}</p>"),
        ("<p>{% for a in b %}\n{{ a }}{% endfor %}</p>", "<p>{% for a in b %} {{ a }}{% endfor %}</p>"),
        ("{{ a }}\n{{ b }}", "{{ a }} {{ b }}"),
        ("<p>{# why #}\n a</p>", "<p>a</p>"),
        ("<p>a &nbsp; b\u00a0 c</p>", "<p>a &nbsp; b\u00a0 c</p>"),
        ("<textarea>\n  a\n\n b </textarea>", "<textarea>\n  a\n\n b </textarea>"),
        ("<div>\n<pre>a\n  b</pre>\n</div>", "<div><pre>a\n  b</pre></div>"),
        ("<p>1 < 2\n{ x }</p>", "<p>1 < 2 { x }</p>"),
        ("{% verbatim %}\n{{ a }}\n{% endverbatim %}", "{% verbatim %}\n{{ a }}\n{% endverbatim %}"),
    ],
)
def test_white_space_goes_where_no_page_shows_it(written, served):
    assert compact(written) == served


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_loses_white_space_and_notes_only(path):
    def bare(text: str) -> str:
        return re.sub(r"\s", "", re.sub(r"\{#.*?#\}", "", text))

    source = path.read_text(encoding="utf-8")
    assert bare(compact(source)) == bare(source)
    assert compact(compact(source)) == compact(source)


def test_words_of_people_stay_as_they_wrote_them():
    words = "two  blanks\n\n  a line\tand <tags>"
    page = Template(compact("<p>\n  <q>{{ words }}</q>\n</p>\n<pre>{{ words }}</pre>"))
    escaped = words.replace("<", "&lt;").replace(">", "&gt;")
    assert page.render(Context({"words": words})) == f"<p><q>{escaped}</q></p><pre>{escaped}</pre>"


class _Read(HTMLParser):
    """What a reader sees of a page, line by line; the elements in their order beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.words = ""
        self.elements: list[tuple[str, list[tuple[str, str | None]]]] = []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, [a for a in attrs if "csrf" not in str(attrs).lower()]))
        self.words += "\n" if tag in LINES or tag in BOXES else ""

    def handle_endtag(self, tag):
        self.words += "\n" if tag in LINES or tag in BOXES else ""

    def handle_data(self, data):
        self.words += re.sub(r"\s+", " ", data)


def _read(reply) -> tuple[list[str], list[tuple[str, list[tuple[str, str | None]]]]]:
    reader = _Read()
    reader.feed(reply.content.decode())
    return [re.sub(" +", " ", line).strip() for line in reader.words.split("\n") if line.strip()], reader.elements


@pytest.mark.django_db
@pytest.mark.parametrize("address", PAGES)
def test_a_page_reads_the_same(address, house, owner, monkeypatch):
    place = address.format(ines=house.ines, message=house.message.public_id.hex, draft=house.draft)
    served = owner.get(place)
    engine = engines["django"].engine
    monkeypatch.setattr(engine, "template_loaders", [Loader(engine)])
    written = owner.get(place)
    assert served.status_code == written.status_code == 200
    assert _read(served) == _read(written)
    assert len(served.content) < len(written.content)


@pytest.mark.parametrize("name", ["app.css", "editor.css", "public.css", "app.js", "theme.js"])
def test_a_file_for_browsers_loses_white_space_and_notes_only(name):
    def bare(text: str) -> str:
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
        return re.sub(r"\s", "", text).replace(";}", "}")

    written, served = (FOLDER / name).read_text(encoding="utf-8"), assets()[name].plain.decode()
    assert bare(served) == bare(written)
    assert len(served) < len(written)
