"""Lay the stylesheets out: one declaration a line, each closed by a semicolon. `--check` only says which are not.

    python tools/format_styles.py [--check]

cssbeautifier does the laying out; this file is its settings and the one rule it lacks. What browsers fetch is made small
again when it is read (`regard.web.serving.assets`).
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import cssbeautifier

FOLDER = Path(__file__).parent.parent / "src" / "regard" / "web" / "static" / "web"
_OPEN_DECLARATION = re.compile(r"(?<=[^\s;{}/])(?=\n *\})")


def formatted(text: str) -> str:
    """Return a stylesheet as it should stand in its file."""
    options = cssbeautifier.default_options()
    options.indent_size = 2
    options.end_with_newline = True
    options.newline_between_rules = False
    options.max_preserve_newlines = 2
    return _OPEN_DECLARATION.sub(";", cssbeautifier.beautify(text, options))


def main(arguments: list[str]) -> int:
    """Format every stylesheet of ours, or with `--check` name those that are not; returns how many those were."""
    is_check = arguments == ["--check"]
    untidy = 0
    for path in sorted(FOLDER.glob("*.css")):
        text = path.read_text()
        tidy = formatted(text)
        if text == tidy:
            continue
        if is_check:
            untidy += 1
            sys.stdout.write(f"{path.name} is not formatted: make format\n")
        else:
            path.write_text(tidy)
    return untidy


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
