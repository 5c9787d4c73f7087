"""Fetch the pages' fonts, icons and htmx from npm, cut them down to what is used, and write them into the package.

Run by hand when a version or the list of icons changes; the results are committed, so nobody needs npm to run
Regard. Needs `npm` and `pyftsubset` (fonttools, brotli) on the path.

1. `npm pack` each package at its pinned version into a temporary folder.
2. Fonts: Figtree (variable, Latin and Latin-ext) as shipped; Source Serif 4 cut to Latin text and punctuation.
3. Icons: the inner shapes of the listed lucide icons, as one JSON file the `icon` template tag reads.
4. htmx: the minified file as shipped. Each comes with its licence.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

STATIC = Path(__file__).resolve().parents[1] / "src/regard/web/static/web"
ICONS = STATIC.parents[1] / "icons.json"
LICENCES = STATIC / "licences"
PACKAGES = {
    "figtree": "@fontsource-variable/figtree@5.3.0",
    "serif": "@fontsource/source-serif-4@5.3.1",
    "lucide": "lucide-static@1.62.0",
    "htmx": "htmx.org@4.0.1",
}
SERIF_TEXT = "U+0020-007E,U+00A0-00FF,U+0152-0153,U+2013-2014,U+2018-201E,U+2022,U+2026,U+20AC"
ICON_NAMES = [
    "search",
    "sun",
    "users",
    "messages-square",
    "funnel",
    "route",
    "map",
    "quote",
    "gift",
    "target",
    "clipboard-check",
    "shield-check",
    "settings",
    "sun-moon",
    "map-pin",
    "languages",
    "message-circle",
    "user-round",
    "pen-line",
    "phone",
    "notebook-pen",
    "ellipsis",
    "handshake",
    "check",
    "x",
    "clock",
    "ban",
    "package",
    "mail",
    "globe",
    "store",
    "trending-down",
    "trending-up",
    "circle-play",
    "flask-conical",
    "zap",
    "split",
    "send",
    "hourglass",
    "user",
    "flag",
    "circle-slash",
    "sliders-horizontal",
    "shopping-bag",
    "bell",
    "smartphone",
    "message-square-text",
    "radio",
    "cpu",
    "star",
    "inbox",
    "key-round",
    "log-out",
    "chevron-right",
    "chevron-down",
    "chevron-left",
    "arrow-right",
    "tag",
    "sticky-note",
    "eye",
    "download",
    "upload",
    "trash-2",
    "undo-2",
    "plus",
    "pause",
    "play",
    "info",
    "triangle-alert",
    "history",
    "git-merge",
    "lock",
    "layers",
    "calendar",
    "heart",
    "external-link",
    "file-text",
    "server",
    "circle-help",
    "database",
    "hand-heart",
    "repeat",
    "keyboard",
    "list-checks",
    "unplug",
    "plug",
    "building-2",
    "circle-dot",
    "copy",
    "link",
    "scale",
    "sparkles",
    "menu",
    "thumbs-up",
    "code",
    "mouse-pointer-click",
    "mail-open",
    "circle-check",
    "bookmark",
    "arrow-up",
    "arrow-down",
    "id-card",
    "wand-sparkles",
]
SHAPE = re.compile(r"<(path|circle|rect|line|polyline|polygon|ellipse)\b[^>]*/>", re.DOTALL)


def main() -> None:
    """Fetch, cut and write everything."""
    with tempfile.TemporaryDirectory() as scratch:
        unpacked = {name: unpack(spec, Path(scratch) / name) for name, spec in PACKAGES.items()}
        LICENCES.mkdir(parents=True, exist_ok=True)
        for name, folder in unpacked.items():
            licence = next(p for p in folder.iterdir() if p.name.upper().startswith("LICENSE"))
            shutil.copyfile(licence, LICENCES / f"{name}.txt")
        write_fonts(unpacked)
        ICONS.write_text(json.dumps(icon_shapes(unpacked["lucide"] / "icons"), indent=0) + "\n")
        shutil.copyfile(unpacked["htmx"] / "dist/htmx.min.js", STATIC / "htmx-4.0.1.min.js")


def unpack(spec: str, folder: Path) -> Path:
    """Download one npm package without running its scripts; return the unpacked folder."""
    folder.mkdir()
    command = ["npm", "pack", spec, "--silent", "--pack-destination", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def write_fonts(unpacked: dict[str, Path]) -> None:
    """Copy Figtree; cut Source Serif 4 down to Latin text."""
    for part in ("latin", "latin-ext"):
        file = unpacked["figtree"] / f"files/figtree-{part}-wght-normal.woff2"
        shutil.copyfile(file, STATIC / f"figtree-{part}-5.3.0.woff2")
    source = unpacked["serif"] / "files/source-serif-4-latin-400-normal.woff2"
    target = STATIC / "source-serif-4-5.3.1.woff2"
    command = [
        "pyftsubset",
        str(source),
        f"--unicodes={SERIF_TEXT}",
        "--flavor=woff2",
        f"--output-file={target}",
    ]
    subprocess.run(command, check=True)


def icon_shapes(folder: Path) -> dict[str, str]:
    """Return the shapes inside each listed icon, on one line each."""
    shapes = {}
    for name in sorted(set(ICON_NAMES)):
        text = (folder / f"{name}.svg").read_text()
        shapes[name] = "".join(re.sub(r"\s+", " ", m.group(0)).replace(" />", "/>") for m in SHAPE.finditer(text))
    return shapes


if __name__ == "__main__":
    main()
