"""Words and marks for what is stored as codes: channels, states, touchpoints."""

from __future__ import annotations

import re

from regard.playbooks.channels import TO_PEOPLE

_PLACES = {  # where things happen that reach nobody (collect/vocabulary.py): word, icon
    "server": ("Server", "server"),
    "shop": ("Shop", "store"),
    "community": ("Community", "users"),
    "survey": ("Survey", "quote"),
    "device": ("Device", "cpu"),
    "staff": ("Staff", "user-round"),
}
_CHANNELS = {channel.name: (channel.words, channel.icon) for channel in TO_PEOPLE} | _PLACES
CHANNEL_WORDS = {name: word for name, (word, _) in _CHANNELS.items()}
CHANNEL_ICONS = {name: icon for name, (_, icon) in _CHANNELS.items()}
STATE_TONES = {
    "sent": "go",
    "go": "go",
    "done": "go",
    "active": "go",
    "queued": "wait",
    "claimed": "wait",
    "deferred": "wait",
    "wait": "wait",
    "running": "wait",
    "uncertain": "bad",
    "refused": "bad",
    "broken": "bad",
}
END_WORDS = {"done": "went to the end", "held_out": "", "goal": "reached the goal"}
FACT_WORDS = {
    "consent": "consent",
    "consent_seq": "row of the consent ledger",
    "automated": "automated messages lately",
    "crowd": "others at this step today",
    "zone": "their clock",
    "priority": "priority of the journey",
    "worth_milli": "worth of the message, in thousandths",
}
_QUOTED = re.compile(r"(?<!\w)'([^'\n]+)'(?!\w)")


def initials_of(name: str) -> str:
    """Return up to two letters of a name, or a dot where it has none."""
    parts = [p for p in name.replace("@", " ").replace(".", " ").split() if p[:1].isalnum()]
    if not parts:
        return "·"
    return (parts[0][0] + (parts[-1][0] if len(parts) > 1 else "")).upper()


def quoted(words: str) -> str:
    """Return words with the marks of print around names, in place of the playbook's straight ones."""
    return _QUOTED.sub("\u201c\\1\u201d", words)


def sentence(words: str) -> str:
    """Return words with a capital, and without brackets that hold all of them."""
    if words.startswith("(") and words.endswith(")") and words.find(")") == len(words) - 1:
        words = words[1:-1]
    return words[:1].upper() + words[1:]
