"""A small top-down layered layout: the main path runs straight, side paths stand beside it. Pure.

1. Rank every node one below its lowest predecessor.
2. Row by row: the main child stands under its parent, the others beside it on the side they ask for.
3. The heaviest node of a row keeps its place; the rest move away from it until nothing overlaps.
4. Route edges with rounded corners; their width is the square root of the people on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

WIDTH, HEIGHT, GAP_X, GAP_Y = 232, 68, 20, 48
RADIUS = 10


@dataclass(slots=True)
class Node:
    """A box: `weight` is how many people came to it; `side` where it stands beside its parent: -1, 0 or 1."""

    key: str
    weight: int = 0
    side: int = 0
    rank: int = 0
    x: float = 0.0  # centre
    y: float = 0.0  # top

    @property
    def left(self) -> int:
        """Left edge in pixels."""
        return round(self.x - WIDTH / 2)


@dataclass(slots=True)
class ChartEdge:
    """A line from one box to another, with words on it."""

    start: str
    end: str
    label: str = ""
    weight: int = 0
    path: str = ""
    stroke: float = 1.25
    label_x: float = 0.0
    label_y: float = 0.0


@dataclass(slots=True)
class Layout:
    """Everything placed; width and height in pixels."""

    nodes: dict[str, Node]
    edges: list[ChartEdge]
    width: int = 0
    height: int = 0


def lay_out(nodes: list[Node], edges: list[ChartEdge]) -> Layout:
    """Return the nodes and edges with their places. Nodes come in reading order."""
    layout = Layout({n.key: n for n in nodes}, edges)
    above: dict[str, list[str]] = {n.key: [] for n in nodes}
    for edge in edges:
        above[edge.end].append(edge.start)
    for node in nodes:
        node.rank = 1 + max((layout.nodes[p].rank for p in above[node.key]), default=-1)
    for rank in range(1 + max((n.rank for n in nodes), default=0)):
        _place_row([n for n in nodes if n.rank == rank], layout.nodes, above)
    left = min((n.x for n in nodes), default=0.0) - WIDTH / 2
    for node in nodes:
        node.x, node.y = round(node.x - left, 1), node.rank * (HEIGHT + GAP_Y)
        layout.width = max(layout.width, round(node.x + WIDTH / 2))
        layout.height = max(layout.height, round(node.y + HEIGHT))
    heaviest = max((e.weight for e in edges), default=0) or 1
    for edge in edges:
        _route(layout.nodes, edge, heaviest)
    return layout


def _place_row(row: list[Node], nodes: dict[str, Node], above: dict[str, list[str]]) -> None:
    for node in row:
        parents = [nodes[p] for p in above[node.key]]
        main = max(parents, key=lambda p: p.weight, default=None)
        node.x = (main.x if main else 0.0) + node.side * (WIDTH + GAP_X)
    row.sort(key=lambda n: n.x)
    if not row:
        return
    middle = max(range(len(row)), key=lambda i: (row[i].side == 0, row[i].weight))
    for i in range(middle + 1, len(row)):
        row[i].x = max(row[i].x, row[i - 1].x + WIDTH + GAP_X)
    for i in range(middle - 1, -1, -1):
        row[i].x = min(row[i].x, row[i + 1].x - WIDTH - GAP_X)


def _route(nodes: dict[str, Node], edge: ChartEdge, heaviest: int) -> None:
    a, b = nodes[edge.start], nodes[edge.end]
    x0, y0, x1, y1 = a.x, a.y + HEIGHT, b.x, b.y
    middle = y1 - GAP_Y / 2
    if abs(x1 - x0) < 2:
        edge.path = f"M{x0:.0f},{y0:.0f}V{y1:.0f}"
    else:
        bend = RADIUS if x1 > x0 else -RADIUS
        edge.path = (
            f"M{x0:.0f},{y0:.0f}V{middle - RADIUS:.0f}Q{x0:.0f},{middle:.0f} {x0 + bend:.0f},{middle:.0f}"
            f"H{x1 - bend:.0f}Q{x1:.0f},{middle:.0f} {x1:.0f},{middle + RADIUS:.0f}V{y1:.0f}"
        )
    edge.stroke = round(1.25 + 5 * sqrt(max(edge.weight, 0) / heaviest), 2)
    edge.label_x = round(x1 if abs(x1 - x0) < 2 else x0 + (x1 - x0) * 0.62, 1)
    edge.label_y = round(middle, 1)
