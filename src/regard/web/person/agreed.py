"""What a person agreed to: purpose by channel, each cell with the row it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from regard.consent.contracts import WordTold
from regard.consent.folding import State, standing_of
from regard.consent.selectors import ledger_of, limits_of, word_of
from regard.playbooks.model import Playbook
from regard.web.words import CHANNEL_WORDS

ICONS = {"granted": "check", "withdrawn": "ban", "needed": "check", "unknown": ""}
WORDS = {
    "granted": "agreed",
    "withdrawn": "withdrew",
    "needed": "no consent needed",
    "unknown": "not asked",
    "none": "not done here",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One purpose on one channel: its state, its icon, and the row behind it."""

    state: str
    icon: str
    words: str
    row: WordTold | None


@dataclass(frozen=True, slots=True)
class AgreedMatrix:
    """The matrix, the limits that hold (restricted, objected), and every word newest first."""

    channels: list[str]
    lines: list[tuple[str, list[Cell]]]
    limits: list[str]
    ledger: list[WordTold]


def agreed_of(origins: list[int], playbook: Playbook | None, as_of: datetime) -> AgreedMatrix:
    """Return the matrix of the active playbook's purposes: two queries, whatever their number."""
    rows = {row.seq: row for row in ledger_of(origins, as_of=as_of)}
    words = [word_of(row) for row in rows.values()]
    ledger = list(reversed(rows.values()))
    purposes = playbook.purposes if playbook else {}
    used = [c for c in CHANNEL_WORDS if any(c in p.channels for p in purposes.values())]
    lines = []
    for slug, purpose in purposes.items():
        cells = []
        for channel in used:
            if channel not in purpose.channels:
                cells.append(Cell("none", "", WORDS["none"], None))
                continue
            standing = standing_of(words, slug, channel)
            state = standing.state.value
            if standing.state is State.UNKNOWN and purpose.basis in (
                "contract",
                "legal_obligation",
            ):
                state = "needed"
            row = rows.get(standing.word.seq) if standing.word else None
            cells.append(Cell(state, ICONS[state], WORDS[state], row))
        lines.append((purpose.name, cells))
    channels = [CHANNEL_WORDS[c] for c in used]
    return AgreedMatrix(channels, lines, sorted(limits_of(origins[:1], as_of=as_of).get(origins[0], ())), ledger[:50])
