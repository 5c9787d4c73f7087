"""The language of letters is bounded, values are text, and the check names every mistake with its line (F7)."""

from __future__ import annotations

import time

import pytest

from regard.playbooks.letters.language import (
    LARGEST_LETTER,
    Items,
    LetterError,
    LetterRun,
    Mark,
    Paragraph,
    blocks,
    fill,
    fill_line,
    plain,
    uses_of,
)

# What a customer can be called, and what must stay nothing but text in a letter.
VALUES = [
    "<script>window.__x=1</script>",
    "<img src=x onerror=window.__x=1>",
    '"><svg onload=window.__x=1>',
    "javascript:alert(1)",
    "{{ company.name }}",
    "{% assign a = 1 %}{{ a }}",
    "{{ settings.SECRET_KEY }}",
    "{{ 7 | times: 7 }}",
    "{% include 'x' %}",
    "{{ person.__class__ }}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "[tap](https://evil.example)",
    "**loud**",
    "\n\n[products]\n\n",
    "\n- a list\n- of things",
    "name\r\nBcc: everyone@example.org",
    "\u202eevil\u202c",
    "a\x00b\x1b[31m",
    "\ue000x\ue001\ue002https://evil.example\ue003",
    "x" * 100_000,
]


@pytest.mark.parametrize("value", VALUES)
def test_a_value_is_text_whatever_it_says(value: str) -> None:
    filled = fill("Hello {{ person.name }}, [our shop](https://shop.example/).", {"person": {"name": value}})

    (paragraph,) = blocks(filled)

    assert isinstance(paragraph, Paragraph)
    assert [run.url for run in paragraph.runs if run.url] == ["https://shop.example/"]
    assert not any(run.is_strong for run in paragraph.runs)
    assert len(filled) < 1000


@pytest.mark.parametrize("value", VALUES)
def test_a_subject_is_one_printable_line(value: str) -> None:
    line = fill_line("For {{ person.name }}", {"person": {"name": value}})

    assert line.startswith("For ")
    assert "\n" not in line
    assert "\r" not in line
    assert len(line) <= 200


HOSTILE = [
    "{% for i in (1..1000000000) %}x{% endfor %}",
    "{% for i in (1..200) %}{% for j in (1..200) %}{{ i }}{{ j }}{% endfor %}{% endfor %}",
    "{% assign a = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' %}" + "{% assign a = a | append: a %}" * 60 + "{{ a }}",
    "{{ 'a' | replace: 'a', 'aaaaaaaaaa' }}",
    "{% include '/etc/passwd' %}",
    "{% render 'x' %}",
    "{% raw %}{{ x }}{% endraw %}",
    "{% if 1 %}" * 1500,
    "{{ person" + "[person" * 2000 + "]" * 2000 + " }}",
    "{{ '" + "x" * 30_000 + "' }}",
    "{{ " + "9" * 15_000 + " }}",
    "{% capture a %}{% for i in (1..200) %}xxxxxxxxxx{% endfor %}{% endcapture %}",
    "{{ (1..1000000000) | join: ',' }}",
    "{% tablerow i in (1..1000) %}x{% endtablerow %}",
    "{% cycle 'a', 'b' %}",
    "{{ 'x' | safe }}",
]


@pytest.mark.parametrize("source", HOSTILE)
def test_a_template_is_refused_or_stays_small_and_quick(source: str) -> None:
    began = time.process_time()
    try:
        told = fill(source, {"person": {"name": "Ines"}})
    except LetterError:
        told = ""

    assert len(told) <= LARGEST_LETTER
    # A bound on work, not a benchmark: without its limits each of these runs for minutes or eats all memory.
    assert time.process_time() - began < 5


@pytest.mark.parametrize("path", ["__class__", "__class__.__mro__", "keys", "items", "get", "__init__.__globals__"])
def test_nothing_behind_a_value_can_be_reached(path: str) -> None:
    assert fill(f"[{{{{ person.{path} }}}}]", {"person": {"name": "Ines"}}) == "[]"


def test_only_plain_values_get_in() -> None:
    class Secret:
        def __str__(self) -> str:
            return "as text"

        key = "secret"

    assert plain({"a": Secret(), "b": [1, None, True, 2.5]}) == {
        "a": "as text",
        "b": [1, None, True, 2.5],
    }
    assert fill("{{ a.key }}{{ a }}", {"a": Secret()}) == "as text"


def test_the_structure_is_read_from_the_template_only() -> None:
    told = fill(
        "One\ntwo\n\n[products]\n\n- a\n- **b**\n\nSee [us](https://x.example/?q={{ q }}).",
        {"q": "a b&c=(d)"},
    )

    assert blocks(told) == (
        Paragraph((LetterRun("One two"),)),
        Mark("products"),
        Items(((LetterRun("a"),), (LetterRun("b", is_strong=True),))),
        Paragraph((LetterRun("See "), LetterRun("us", "https://x.example/?q=a%20b&c=(d)"), LetterRun("."))),
    )


@pytest.mark.parametrize(
    "source",
    [
        "[x](javascript:alert(1))",
        "[x]({{ person.url }})",
        "[x](https://{{ person.host }}/)",
        "[x](//evil)",
    ],
)
def test_where_a_link_leads_is_written_out(source: str) -> None:
    with pytest.raises(LetterError, match="written-out"):
        fill(source, {"person": {}})


def test_uses_are_found_with_their_lines() -> None:
    found = uses_of(
        "Hi {{ person.first_name | default: 'you' }}\n{% if trait.orders > 3 %}\n{{ person.city }}{% endif %}"
    )

    assert [(use.path, use.line, use.has_default) for use in found] == [
        (("person", "first_name"), 1, True),
        (("trait", "orders"), 2, True),
        (("person", "city"), 3, False),
    ]
