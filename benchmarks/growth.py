"""Draw docs/images/engine-growth.svg and write the tables of docs/engine.md from benchmarks/results/engine.json.

python -m benchmarks.growth
"""

from __future__ import annotations

import json
import math
import re
import statistics
from pathlib import Path

IMAGES = Path(__file__).parents[1] / "docs" / "images"
PAGE = Path(__file__).parents[1] / "docs" / "engine.md"
BEGIN = "<!-- figures: made by `python -m benchmarks.growth` from benchmarks/results/engine.json -->"
END = "<!-- end of figures -->"
RESULTS = Path(__file__).parent / "results" / "engine.json"
LINES = {
    "refresh, everybody, written": ("refresh", "#1f5fbf", 8.0),
    "cycle of 10,000 new": ("cycle of 10,000 new", "#b3541e", 0.6),
    "preview of one segment": ("preview", "#2d7d46", None),
}
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 720, 360, 60, 24, 180, 48
LOWEST, HIGHEST = 0.1, 100.0


def touchpoints(row: dict) -> int:
    return int(re.sub(r"\D", "", row["size"].split(" x ")[1]))


def seconds(row: dict) -> float:
    return statistics.median(row["values"])


def series(rows: list[dict], name: str) -> list[tuple[int, float]]:
    return sorted((touchpoints(r), seconds(r)) for r in rows if r["name"] == name and r["unit"] == "s")


def table(rows: list[dict]) -> str:
    """Return one line a size, one column a figure."""
    wanted = {
        "build s": ("columnar build", "append s"),
        "cluster s": ("columnar build", "cluster s"),
        "MB on disk": ("columnar build", "MB on disk"),
        "refresh s": ("refresh, everybody, written", "s"),
        "cycle s": ("cycle of 10,000 new", "s"),
        "preview s": ("preview of one segment", "s"),
    }
    lines = [
        "| people x touchpoints | " + " | ".join(wanted) + " | refresh CPU s | cycle CPU s | refresh peak MiB |",
        "| --- |" + " --- |" * (len(wanted) + 3),
    ]
    for size in sorted({touchpoints(r) for r in rows}):
        mine = [r for r in rows if touchpoints(r) == size]
        cells = [f"{seconds(next(r for r in mine if (r['name'], r['unit']) == key)):,.3g}" for key in wanted.values()]
        whole = next(r for r in mine if r["name"] == "refresh, everybody, written")
        moved = next(r for r in mine if r["name"] == "cycle of 10,000 new")
        cells += [f"{whole['cpu_s']:.1f}", f"{moved['cpu_s']:.1f}", f"{whole['peak_mib']:,.0f}"]
        lines.append(f"| {mine[0]['size']} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def beside(rows: list[dict]) -> str:
    """Return what the comparable part takes elsewhere."""
    names = sorted({r["name"] for r in rows if r["name"].startswith("comparable part")})
    sizes = sorted({touchpoints(r) for r in rows})
    lines = [
        "| comparable part | " + " | ".join(f"{s:,}" for s in sizes) + " |",
        "| --- |" + " --- |" * len(sizes),
    ]
    for name in names:
        found = dict(series(rows, name))
        cells = [f"{found[s]:,.3g} s" if s in found else "not run" for s in sizes]
        lines.append(f"| {name.removeprefix('comparable part: ')} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def plot(rows: list[dict]) -> str:
    """Return the growth as SVG: both axes logarithmic, geometry as attributes."""
    sizes = [touchpoints(r) for r in rows]
    low, high = math.log10(min(sizes)), math.log10(max(sizes))
    span = high - low or 1

    def x(count: float) -> float:
        return LEFT + (math.log10(count) - low) / span * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        share = (math.log10(value) - math.log10(LOWEST)) / (math.log10(HIGHEST) - math.log10(LOWEST))
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Seconds against touchpoints, one million people">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
    ]
    for value in (0.1, 0.3, 1, 3, 10, 30, 100):
        parts.append(
            f'<line x1="{LEFT}" y1="{y(value):.1f}" x2="{WIDTH - RIGHT}" y2="{y(value):.1f}" stroke="#e4e4e0"/>'
        )
        parts.append(
            f'<text x="{LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end" font-family="sans-serif" font-size="12" fill="#44443f">{value:g} s</text>'
        )
    for count in sorted(set(sizes)):
        parts.append(
            f'<text x="{x(count):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle" font-family="sans-serif" font-size="12" fill="#44443f">{count / 1e6:g} M touchpoints</text>'
        )
    for name, (label, colour, target) in LINES.items():
        points = series(rows, name)
        if not points:
            continue
        path = " ".join(f"{x(c):.1f},{y(v):.1f}" for c, v in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        parts += [f'<circle cx="{x(c):.1f}" cy="{y(v):.1f}" r="4" fill="{colour}"/>' for c, v in points]
        last = points[-1]
        parts.append(
            f'<text x="{x(last[0]) + 10:.1f}" y="{y(last[1]) + 4:.1f}" font-family="sans-serif" font-size="13" fill="{colour}">{label} {last[1]:.2g} s</text>'
        )
        if target:
            parts.append(
                f'<line x1="{LEFT}" y1="{y(target):.1f}" x2="{WIDTH - RIGHT}" y2="{y(target):.1f}" stroke="{colour}" stroke-dasharray="3 5"/>'
            )
            parts.append(
                f'<text x="{LEFT + 6}" y="{y(target) - 5:.1f}" font-family="sans-serif" font-size="11" fill="{colour}">target {target:g} s</text>'
            )
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    kept = json.loads(RESULTS.read_text())
    rows = kept["rows"]
    IMAGES.mkdir(exist_ok=True)
    (IMAGES / "engine-growth.svg").write_text(plot(rows), encoding="utf-8")
    head, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    middle = f"{kept['machine']}. {kept['note']}\n\n{table(rows)}\n\n{beside(rows)}\n"
    PAGE.write_text(f"{head}{BEGIN}\n{middle}{END}{rest.split(END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()
