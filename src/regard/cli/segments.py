"""`regard segment`: list, show, people, preview, explain; `people` and `explain` work on files alone as well."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import yaml

from regard.cli.frame import (
    AsJson,
    AsOf,
    clock,
    emit,
    emit_items,
    iso,
    nothing,
    print_table,
    say,
    tell_issues,
)
from regard.kernel.issues import Issue, Refused

if TYPE_CHECKING:
    from regard.engine.understanding.questions import Answered
    from regard.playbooks.model import Playbook
    from regard.playbooks.segments import Segment

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)
PEOPLE_AT_ONCE = 1_000
_COMPANY = "company: {name: File, time_zone: UTC, country: GB, currency: USD, postal_address: '-', senders: {}}"
Log = Annotated[
    Path | None,
    typer.Option("--log", help="NDJSON in the shape of the Segment spec: no database is opened."),
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="A segment, or FILE.yaml#NAME for one in a file.")]


@app.callback()
def segments() -> None:
    """Segments: people for whom a condition holds. Definitions live in the playbook; see docs/segments.md."""


@app.command("list")
def list_command(as_of: AsOf = "", as_json: AsJson = False) -> None:
    """List every segment with its size and what moved in the last seven days."""
    now = clock(as_of)
    playbook = _active()
    from regard.understand.selectors import segment_list

    rows = segment_list(playbook=playbook, as_of=now)
    if as_json:
        emit_items(asdict(row) for row in rows)
        return
    table = [(r.name, f"{r.size:,}", f"{r.share:.1%}", f"+{r.entered_7_days} -{r.left_7_days}", r.words) for r in rows]
    print_table(("segment", "people", "share", "7 days", "who"), table)


@app.command("show")
def show_command(name: Name, as_of: AsOf = "", as_json: AsJson = False) -> None:
    """Show a segment: its sentence, size, overlap, reach by channel with why not, and what uses it."""
    now = clock(as_of)
    playbook = _active()
    from regard.understand import selectors

    row = next((r for r in selectors.segment_list(playbook=playbook, as_of=now) if r.name == name), None)
    if row is None:
        raise nothing(f"there is no segment '{name}'", hint="'regard segment list' names them")
    reach = selectors.reach_of_segment(name, playbook=playbook, as_of=now)
    shared = selectors.overlap(name)
    users = selectors.used_by(name, playbook=playbook)
    if as_json:
        emit(
            {
                **asdict(row),
                "overlap": list(map(asdict, shared)),
                "reach": list(map(asdict, reach)),
                "used_by": users,
            }
        )
        return
    say(f"{row.label}: {row.words}.")
    say(
        f"{row.size:,} people ({row.share:.1%}); in seven days {row.entered_7_days} entered and {row.left_7_days} left."
    )
    print_table(("also in", "shared", "its size"), [(o.segment, o.shared, o.size) for o in shared[:8]])
    whys = [(r.purpose, r.channel, r.reachable, ", ".join(f"{n} {why}" for why, n in r.why_not.items())) for r in reach]
    print_table(("purpose", "channel", "reachable", "why not the others"), whys)
    if users:
        say(f"Used by {', '.join(users)}.")


@app.command("people")
def people_command(
    name: Name,
    log: Log = None,
    only_ids: Annotated[bool, typer.Option("--ids", help="Only the ids, one a line.")] = False,
    as_of: AsOf = "",
    as_json: AsJson = False,
) -> None:
    """List who is in a segment now, or at any past instant; with --log, over a file and without a database."""
    if log is not None:
        _people_of_file(name, log, clock(as_of), as_json)
        return
    playbook = _with_file_segment(name)
    name = name.rpartition("#")[2]
    from regard.understand.selectors import people_in_segment

    if name not in playbook.segments:
        raise nothing(f"there is no segment '{name}'", hint="'regard segment list' names them")
    published = not as_of and name in _active().segments
    people = people_in_segment(name, None if published else clock(as_of), playbook=playbook)
    rows = _people_lines(people, only_ids=only_ids)
    if as_json:
        emit_items(rows, segment=name, count=len(people), as_of=iso(clock(as_of)))
        return
    for row in rows:
        sys.stdout.write("\t".join(row.values()) + "\n")
    say(f"{len(people):,} people")


def _people_lines(people: Sequence[int], *, only_ids: bool) -> Iterator[dict[str, str]]:
    """Yield the id, and name and e-mail where there are, of each of these people."""
    from regard.identify.selectors import public_ids_of
    from regard.profile.selectors import person_cards

    for start in range(0, len(people), PEOPLE_AT_ONCE):
        some = people[start : start + PEOPLE_AT_ONCE]
        if only_ids:
            public = public_ids_of(some)
            yield from ({"person": public[person]} for person in some if person in public)
            continue
        for card in person_cards(some):
            yield {
                "person": card.public_id,
                "name": " ".join(card.name.split()),
                "email": card.email,
            }


@app.command("preview")
def preview_command(name: Name, as_of: AsOf = "", as_json: AsJson = False) -> None:
    """Count a segment row by row with five sampled people; a FILE.yaml#NAME shows who would enter and leave."""
    now = clock(as_of)
    playbook = _with_file_segment(name)
    name = name.rpartition("#")[2]
    from regard.identify.selectors import public_ids_of
    from regard.understand import selectors

    if name not in playbook.segments:
        raise nothing(f"there is no segment '{name}'", hint="'regard segment list' names them")
    segment = playbook.segments[name]
    preview = selectors.preview_segment(segment, playbook=playbook, as_of=now)
    change = selectors.preview_redefinition(name, segment, playbook=_active_with(playbook), as_of=now)
    public = public_ids_of([s.person for s in preview.sample])
    sample = [(public.get(s.person, str(s.person)), s.because) for s in preview.sample]
    if as_json:
        rows = list(map(asdict, preview.rows))
        emit(
            {
                "segment": name,
                "words": preview.words,
                "total": preview.total,
                "of": preview.people,
                "rows": rows,
                "sample": [{"person": p, "because": why} for p, why in sample],
                "change": asdict(change),
            }
        )
        return
    say(f"{preview.words}: {preview.total:,} of {preview.people:,} people")
    print_table(
        ("condition", "alone", "left"),
        [(r.words, f"{r.alone:,}", f"{r.left:,}") for r in preview.rows],
    )
    print_table(("for example", "because"), sample)
    say(f"Saved like this, {change.entering:,} would enter, {change.leaving:,} leave and {change.staying:,} stay.")


@app.command("explain")
def explain_command(
    name: Name,
    person: Annotated[str, typer.Option(help="A person: why they are in it, or are not.")] = "",
    log: Log = None,
    as_of: AsOf = "",
    as_json: AsJson = False,
) -> None:
    """Explain a segment: the steps that compute it with their SQL, or why one person is in it."""
    now = clock(as_of)
    if person and log is None:
        _why(name, person, now, as_json)
        return
    playbook = _playbook_in_file(name) if "#" in name else _active()
    name = name.rpartition("#")[2]
    with _answered(playbook, name, log, now) as (answered, names):
        if person:
            _why_in_file(answered, name, names, person, as_json)
            return
        steps = [{"step": s, "why": why, "sql": sql} for s, why, sql in answered.understanding.plan().explain()]
    if as_json:
        emit_items(steps, segment=name)
        return
    for step in steps:
        sys.stdout.write(f"-- {step['step']}: {step['why']}\n{step['sql']}\n\n")


# Definitions


def _active() -> Playbook:
    from regard.cli.start import start_django

    start_django()
    from regard.versions.selectors import active_playbook

    return active_playbook().playbook


def _active_with(playbook: Playbook) -> Playbook:
    """Return the active playbook, able to compute what the file's traits name."""
    active = _active()
    return active.model_copy(update={"traits": {**playbook.traits, **active.traits}})


def _with_file_segment(name: str) -> Playbook:
    """Return the active playbook; for FILE.yaml#NAME with the file's traits and segments over its own."""
    active = _active()
    if "#" not in name:
        return active
    told = _playbook_in_file(name)
    return active.model_copy(
        update={
            "traits": {**active.traits, **told.traits},
            "segments": {**active.segments, **told.segments},
        }
    )


def _playbook_in_file(name: str) -> Playbook:
    """Return the playbook in FILE.yaml; a file of traits and segments alone gets a company that keeps UTC and USD."""
    from regard.playbooks.load import load_playbook

    path = Path(name.rpartition("#")[0])
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(Issue(str(path), f"cannot be read: {error}")) from None
    try:
        keys = yaml.safe_load(text) or {}
    except yaml.YAMLError:
        keys = {}
    for key, line in (("playbook", "playbook: 1"), ("name", "name: file"), ("company", _COMPANY)):
        if isinstance(keys, dict) and key not in keys:
            text = f"{text.rstrip()}\n{line}\n"
    loaded = load_playbook(text, where=path.name)
    if loaded.playbook is None:
        raise Refused(*loaded.issues)
    return loaded.playbook


# Without a database


@contextmanager
def _answered(
    playbook: Playbook, name: str, log: Path | None, now: datetime
) -> Iterator[tuple[Answered, dict[int, str]]]:
    """Run one segment of a playbook over a log file (an empty one where none is given)."""
    from regard.engine.understanding.questions import cut_down
    from regard.understand.from_file.answering import answered_from
    from regard.understand.from_file.reading import read_log_lines

    company, lines = playbook.company, _lines(log) if log is not None else iter(())
    where = log.name if log else "log"
    read, issues = read_log_lines(lines, currency=company.currency, country=company.country, where=where)
    tell_issues(issues)
    with answered_from(read, cut_down(playbook, segments=(name,)), now) as answered:
        yield answered, read.names()


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            yield from file
    except OSError as error:
        raise Refused(Issue(str(path), f"cannot be read: {error.strerror}")) from None


def _people_of_file(name: str, log: Path, now: datetime, as_json: bool) -> None:
    if "#" not in name:
        raise typer.BadParameter("with --log, name the segment as FILE.yaml#NAME")
    from regard.engine.understanding.questions import because, why_trees

    playbook, name = _playbook_in_file(name), name.rpartition("#")[2]
    with _answered(playbook, name, log, now) as (answered, names):
        trees = why_trees(answered, answered.playbook.segments[name].who, list(names))
        words = answered.playbook.segments[name].who.words(answered.lexicon)
    found = sorted((names[p], because(tree)) for p, tree in trees.items() if tree.holds)
    if as_json:
        rows = [{"person": person, "because": why} for person, why in found]
        emit_items(rows, segment=name, words=words, as_of=iso(now), count=len(found), of=len(names))
        return
    for person, _ in found:
        sys.stdout.write(person + "\n")
    say(f"{len(found):,} of {len(names):,} people: {words}")


# Why


def _why(name: str, who: str, now: datetime, as_json: bool) -> None:
    playbook = _with_file_segment(name)
    from regard.identify.selectors import find_person
    from regard.understand.selectors import why_in_segment

    person = find_person(who)
    if person is None:
        raise nothing(f"nobody is known as '{who}'")
    why = why_in_segment(person, name.rpartition("#")[2], playbook=playbook, as_of=now)
    if why.tree is None:
        raise nothing("nothing may be computed about them, or they were not known then")
    if as_json:
        emit(
            {
                "segment": why.segment,
                "is_member": why.is_member,
                "as_of": iso(now),
                "tree": asdict(why.tree),
            }
        )
        return
    _print_tree(why.tree, 0)


def _why_in_file(answered: Answered, name: str, names: dict[int, str], who: str, as_json: bool) -> None:
    from regard.engine.understanding.questions import why_trees

    numbers = [person for person, called in names.items() if called == who]
    if not numbers:
        raise nothing(f"nobody in the log is called '{who}'")
    segment: Segment = answered.playbook.segments[name]
    tree = why_trees(answered, segment.who, numbers)[numbers[0]]
    if as_json:
        emit({"segment": name, "person": who, "is_member": tree.holds, "tree": asdict(tree)})
        return
    _print_tree(tree, 0)


def _print_tree(tree: Any, depth: int) -> None:
    mark = "yes" if tree.holds else "no "
    seen = ", ".join(f"{s.label} {s.words}" for s in tree.seen)
    sys.stdout.write(f"{'  ' * depth}{mark} {tree.words}{f'   [{seen}]' if seen else ''}\n")
    for part in tree.parts:
        _print_tree(part, depth + 1)
