"""No file names a package index, a path of somebody's machine or a secret."""

from __future__ import annotations

import re

from tests.rules.sources import short, text_files

INDEX = re.compile(r"--(extra-)?index" + r"-url|--find" + r"-links|trusted" + r"-host", re.IGNORECASE)
MACHINE = re.compile(r"(?<![\w.])/(work" + r"/(main|shared)|root" + r"/|home" + r"/\w+/|Users" + r"/\w+/|tmp" + r"/v0)")
SECRET = re.compile(r"-----BEGIN [A-Z ]*PRIVATE" + r" KEY-----|AKIA[0-9A-Z]{16}")
KNOWS_THE_WORDS = {"tests/rules/test_addresses.py", "Makefile"}


def test_no_file_names_an_index_a_machine_or_a_secret():
    found = []
    for path in text_files():
        text = path.read_text(encoding="utf-8", errors="replace")
        patterns = (MACHINE, SECRET) if short(path) in KNOWS_THE_WORDS else (INDEX, MACHINE, SECRET)
        found += [f"{short(path)}: {match.group(0)}" for pattern in patterns for match in pattern.finditer(text)]
    assert found == []


def test_the_lock_pins_every_package_with_a_hash():
    (lock,) = (path for path in text_files() if path.name == "requirements.lock")
    pins = re.findall(
        r"^([a-z0-9][\w.-]*(?:\[[\w,-]+\])?)==[^\n]*\\\n((?:\s+--hash=sha256:[0-9a-f]{64}[^\n]*\n?)+)",
        lock.read_text(),
        re.MULTILINE,
    )
    names = re.findall(r"^[a-z0-9][\w.-]*", lock.read_text(), re.MULTILINE)
    assert len(pins) == len(names) > 50
