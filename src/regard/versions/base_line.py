"""The line on top of an exported playbook that names the version it was made from.

The line is not part of the playbook: its hash is the hash of the text below, so a file says the same before and
after it is stamped.
"""

from __future__ import annotations

import re
from hashlib import sha256

_LINE = re.compile(r"\A# base: ([0-9a-f]{12,64})[^\n]*\n")


def split_base(text: str) -> tuple[str, str]:
    """Return (base hash or '', the playbook's text without the line)."""
    found = _LINE.match(text)
    return (found.group(1), text[found.end() :]) if found else ("", text)


def with_base(text: str, digest: str) -> str:
    """Return the text with a line on top that names `digest` as what it was made from."""
    _, body = split_base(text)
    return f"# base: {digest[:12]} (the version this file was made from; 'regard playbook apply' keeps it)\n{body}"


def hash_of(text: str) -> str:
    """Return the hash of a playbook's text, its base line left out."""
    return sha256(split_base(text)[1].encode()).hexdigest()
