"""Which column is which field: headings compared, values looked at, each match with its confidence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.fuzz import ratio

from regard.collect.importing.kinds.base import Field, Kind
from regard.collect.importing.looks import Looks, fits

_ENOUGH = 0.55
_NEARLY = 84.0  # rapidfuzz ratio from which a heading counts as a misspelling of a known one


@dataclass(frozen=True, slots=True)
class Match:
    """A column and the field it was taken for; confidence in 0..1, 1 where a person said so."""

    column: str
    field: str
    confidence: float


def match_columns(kind: Kind, looks: Mapping[str, Looks], fixed: Mapping[str, str]) -> list[Match]:
    """Return the matches of a file's columns to a kind's fields; each column and each field at most once.

    `fixed` is column -> field as a person said it; an empty field keeps the column unmatched.
    """
    matches = [Match(column, field, 1.0) for column, field in fixed.items() if field]
    columns = [column for column in looks if column not in fixed]
    taken = {match.field for match in matches}
    scored = [
        (score, -at, column, field.name)
        for at, column in enumerate(columns)
        for field in kind.fields
        if field.name not in taken and (score := _score(column, field, looks[column])) >= _ENOUGH
    ]
    for score, _, column, field in sorted(scored, reverse=True):
        if field not in taken and column in columns:
            matches.append(Match(column, field, round(score, 2)))
            taken.add(field)
            columns.remove(column)
    return matches


def _score(column: str, field: Field, looks: Looks) -> float:
    heading = plain_heading(column)
    best = 0.0
    for rank, known in enumerate((field.name.replace("_", " "), *field.headings)):
        if heading == known:
            best = max(best, 1.0 - rank * 0.004)  # earlier headings say it more surely
        elif (near := ratio(heading, known, score_cutoff=_NEARLY)) and len(heading) > 4:
            best = max(best, near / 100 * 0.9)
    suits = fits(field.looks, looks)
    # An e-mail address is one whatever the heading says; other looks alone prove nothing.
    if not best and field.looks == "email" and suits > 0.9:
        return 0.8
    return best * suits


def plain_heading(column: str) -> str:
    """Return a heading as plain words: 'InvoiceNo', 'invoice_no' and 'Invoice No.' are the same."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", column)
    ascii_only = unicodedata.normalize("NFKD", spaced).encode("ascii", "ignore").decode()
    return " ".join(re.findall(r"[a-z0-9]+", ascii_only.lower()))


def strength(kind: Kind, matches: Sequence[Match], looks: Mapping[str, Looks]) -> float:
    """Return how surely a file is of this kind: 0 where it lacks what the kind needs."""
    found = {match.field: match for match in matches}
    if not all(any(name in found for name in group) for group in kind.needs):
        return 0.0
    # Every order once in the sample, and nothing of a product but words: rather orders than lines of them.
    is_once = (
        bool(kind.group_by) and looks[found[kind.group_by].column].distinct > 0.97 and not {"sku", "price"} & set(found)
    )
    weight = {field.name: field.weight for field in kind.fields}
    needed = sum(max(found[n].confidence for n in group if n in found) for group in kind.needs)
    return (0.1 if is_once else 1.0) * needed * 2 + sum(m.confidence * weight.get(m.field, 0.5) for m in matches)


def missing_words(kind: Kind, matches: Sequence[Match]) -> list[str]:
    """Return, for each need of the kind that no column meets, the fields that would."""
    found = {match.field for match in matches}
    return [" or ".join(group) for group in kind.needs if not any(name in found for name in group)]
