"""A journey as an outline and as a picture: the same boxes, once nested and once placed."""

from __future__ import annotations

from dataclasses import dataclass

from regard.decide.selectors import Outline, StepRow
from regard.playbooks.steps import Op, Step
from regard.web.charts.layered import HEIGHT, WIDTH, ChartEdge, Node, lay_out
from regard.web.journeys.wording import entry_title, goal_words
from regard.web.templatetags.ui import count, plural
from regard.web.words import CHANNEL_WORDS, quoted, sentence

DEEPEST_DRAWN = 4
LONGEST_LABEL = 24
LONGEST_TITLE = 26


@dataclass(frozen=True, slots=True)
class Drawn:
    """One box: what it says, and how deep it stands in the outline under which words."""

    key: str
    icon: str
    kind: str
    title: str
    under: str
    number: str
    depth: int = 0
    when: str = ""
    here: int = 0  # who stands at it now

    @property
    def is_long(self) -> bool:
        """Say whether the title needs two lines of its box."""
        return len(self.title) > LONGEST_TITLE


@dataclass(frozen=True, slots=True)
class Picture:
    """The outline, and the same boxes with their places."""

    outline: list[Drawn]
    boxes: list[tuple[Drawn, Node]]
    edges: list[ChartEdge]
    width: int
    height: int
    box_width: int = WIDTH
    box_height: int = HEIGHT


@dataclass(frozen=True, slots=True)
class _End:
    """A loose end: the box a line leaves, its words, and the side the next box stands on."""

    key: str
    label: str = ""
    side: int = 0


class _Drawing:
    """Collects boxes and lines while walking the steps."""

    def __init__(self, rows: dict[str, StepRow]) -> None:
        self.rows = rows
        self.drawn: list[Drawn] = []
        self.nodes: list[Node] = []
        self.edges: list[ChartEdge] = []

    def box(self, drawn: Drawn, weight: int, after: list[_End]) -> str:
        """Add a box below the loose ends."""
        side = after[0].side if len(after) == 1 else 0
        self.drawn.append(drawn)
        self.nodes.append(Node(drawn.key, weight, side))
        self.edges += [ChartEdge(end.key, drawn.key, end.label, weight) for end in after]
        return drawn.key

    def steps(self, steps: tuple[Step, ...], after: list[_End], depth: int, when: str) -> list[_End]:
        """Add steps in order; return the loose ends that lead on."""
        for step in steps:
            row = self.rows[step.step]
            weight = row.here + row.through
            key = self.box(_box_of(step, row, depth, when), weight, after)
            when = ""
            if step.op is Op.EXIT:
                return []
            after = self.arms(step, key, depth)
        return after

    def arms(self, step: Step, key: str, depth: int) -> list[_End]:
        """Add what is nested in a step; a step without arms simply leads on."""
        arms = step.arms()
        if not arms:
            return [_End(key)]
        is_wait = step.op is Op.AWAIT
        ends = [_End(key, "in time")] if is_wait else []
        sides = _sides([a.steps for a in arms], is_wait)
        for arm, side in zip(arms, sides, strict=True):
            start = [_End(key, _short(arm.label), side)]
            ends += self.steps(arm.steps, start, depth + 1, arm.label) if arm.steps else start
        return ends


def _sides(arms: list[tuple[Step, ...]], is_wait: bool) -> list[int]:
    """Return where each arm stands: the first that sends straight on, people to the left, ends to the right."""
    sides: list[int] = []
    has_main = is_wait
    for steps in arms:
        kind = steps[0].tone if steps else ""
        if not kind and not has_main:
            sides.append(0)
            has_main = True
        else:
            sides.append(-1 if kind == "human" else 1)
    return sides


def draw(outline: Outline, segment_names: dict[str, str]) -> Picture:
    """Return a journey's picture with the numbers of what happened."""
    row, journey = outline.row, outline.journey
    drawing = _Drawing({s.step: s for s in outline.steps})
    entered = row.inside + row.finished + row.held_out
    entry = Drawn(
        "entry",
        "zap",
        "",
        entry_title(journey, segment_names),
        "how people come in",
        f"{count(entered)} came in",
    )
    start = drawing.box(entry, entered, [])
    if row.holdout:
        share = f"{row.holdout:.0%}"
        people = plural(row.held_out, "person,people")
        held = Drawn(
            "held_out",
            "flask-conical",
            "hold",
            f"Hold out {share}",
            "measured, not messaged",
            people,
            1,
            f"chance, {share}",
        )
        drawing.box(held, row.held_out, [_End(start, share, 1)])
    ends = drawing.steps(journey.steps, [_End(start)], 0, "")
    if journey.goal is not None and ends:
        goal = Drawn(
            "goal",
            "flag",
            "goal",
            sentence(goal_words(journey.goal)),
            "goal, against the held out",
            f"{count(row.finished)} ran to the end",
        )
        drawing.box(goal, row.finished, [_End(e.key, e.label) for e in ends])
    layout = lay_out(drawing.nodes, drawing.edges)
    boxes = [(d, layout.nodes[d.key]) for d in drawing.drawn]
    return Picture(drawing.drawn, boxes, layout.edges, layout.width, layout.height)


def _box_of(step: Step, row: StepRow, depth: int, when: str) -> Drawn:
    name = sentence(step.step.replace("-", " ").replace("_", " "))
    return Drawn(
        step.step,
        step.icon,
        step.tone,
        step.headline() or name,
        quoted(step.brief(CHANNEL_WORDS)),
        _numbers(step, row),
        min(depth, DEEPEST_DRAWN),
        when,
        row.here,
    )


def _numbers(step: Step, row: StepRow) -> str:
    if not step.went:
        waiting = f"{count(row.here)} waiting" if row.here else ""
        through = f"{count(row.through)} went on" if step.op is not Op.EXIT else f"{count(row.through)} ended here"
        return " · ".join(x for x in (waiting, through) if x)
    held = sum(h.people for h in row.held if not h.is_delay)
    delayed = sum(h.people for h in row.held if h.is_delay)
    parts = [f"{count(row.went)} {step.went}"]
    parts += [f"{count(held)} held back"] if held else []
    parts += [f"{count(delayed)} delayed"] if delayed else []
    return " · ".join(parts)


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 2]}…"
