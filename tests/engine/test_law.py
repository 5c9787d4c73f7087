"""The law of the engine: it equals a plain re-computation, and a cycle equals a refresh, whatever happened in what order."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regard.engine.bench.columnar import times_of
from regard.engine.bench.store import Workbench
from regard.engine.understanding.plan import Coordinates, Understanding
from regard.engine.understanding.sources.fields import FieldSource
from regard.engine.understanding.who_changes_with_time import Slides
from regard.kernel.instant import DAY_US, HOUR_US, from_us, to_us
from regard.playbooks.values.windows import Clock
from tests.engine.benches import EVERYTHING, code_world, lay_world, playbook_of, understand
from tests.engine.oracle import Oracle, Touch, World

NOON = to_us(datetime(2026, 11, 16, 12, tzinfo=UTC))
PLAYBOOK = playbook_of(EVERYTHING.read_text())
PEOPLE = [1, 2, 3, 4]

# Times lie on whole hours and days as well, so that edges are met exactly and not only nearly.
moments = st.one_of(
    st.integers(-120, 6).map(lambda d: NOON + d * DAY_US),
    st.integers(-2400, 100).map(lambda h: NOON + h * HOUR_US),
    st.integers(-90 * DAY_US, 3 * DAY_US).map(lambda us: NOON + us),
)
genres = st.sampled_from(["Jazz", "Folk", "Rock", None, 7, True])
prices = st.sampled_from([5, 9.5, "12.25", "free", None, -3, "1e2", [1]])
products = st.lists(st.fixed_dictionaries({}, optional={"genre": genres, "price": prices}), max_size=3)
properties = st.fixed_dictionaries(
    {},
    optional={
        "products": st.one_of(products, st.just("none"), st.just({"genre": "Jazz"})),
        "plan": st.sampled_from(["pro", "pro-team", "free", 3, False, None, {"a": 1}]),
        "seats": st.sampled_from([1, 2.5, "3", " 4 ", "many", None, 10**13, "nan"]),
    },
)


@st.composite
def touches(draw, seq: int) -> Touch:
    name = draw(
        st.sampled_from(
            [
                "Order Completed",
                "Order Completed",
                "Order Refunded",
                "Page Viewed",
                "Page Left",
                "Survey Answered",
                "Note",
            ]
        )
    )
    return Touch(
        seq=seq,
        origin=draw(st.sampled_from(PEOPLE)),
        at=draw(moments),
        name=name,
        channel=draw(st.sampled_from(["web", "shop", "email"])),
        direction=draw(st.sampled_from(["in", "out"])),
        actor=draw(st.sampled_from(["customer", "staff"])),
        value=draw(st.sampled_from([None, 0, 499, 500, 1250, 9999, -300])) if name.startswith("Order") else None,
        currency=draw(st.sampled_from(["USD", "USD", "", "EUR"])),
        score=draw(st.sampled_from([None, 0, 7000, 9500])) if name == "Survey Answered" else None,
        properties=draw(properties),
    )


told = st.tuples(
    st.sampled_from(PEOPLE),
    moments,
    st.one_of(
        st.tuples(st.just("country"), st.sampled_from(["GB", "FR", None])),
        st.tuples(st.just("seats"), st.sampled_from([5, 12, "20", "many"])),
        st.tuples(
            st.just("trial_ends_on"),
            st.one_of(
                moments.map(lambda us: from_us(us).date().isoformat()),
                moments.map(lambda us: from_us(us).isoformat()),
                st.just("soon"),
            ),
        ),
    ),
)
words = st.one_of(st.none(), st.integers(-5, 5).map(lambda d: NOON + d * DAY_US))


@st.composite
def worlds(draw) -> World:
    count = draw(st.integers(0, 14))
    log = [draw(touches(seq)) for seq in range(1, count + 1)]
    fields = [
        (100 + i, person, at, name, value)
        for i, (person, at, (name, value)) in enumerate(draw(st.lists(told, max_size=6)))
    ]
    moved = draw(st.sampled_from([{}, {}, {2: 1}, {2: 1, 3: 1}, {4: 3}]))
    survivors = [p for p in PEOPLE if p not in moved]
    consents = draw(
        st.lists(
            st.tuples(
                st.sampled_from(survivors),
                st.sampled_from(["news", "service", "*"]),
                st.sampled_from(["email", "sms", "*"]),
                words,
                words,
            ),
            max_size=4,
            unique_by=lambda r: r[:3],
        )
    )
    contacts = draw(
        st.lists(
            st.tuples(
                st.sampled_from(survivors),
                st.sampled_from(["email", "sms"]),
                st.sampled_from(["", "marketing", "all"]),
            ),
            max_size=4,
        )
    )
    accounts = draw(st.sampled_from([{}, dict.fromkeys(survivors, 9), {survivors[0]: 9, survivors[-1]: 8}]))
    return World(PEOPLE, log, moved, fields, consents, contacts, accounts)


QUICK = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
LONG = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


def expected(world: World, clock: Clock, upto: int = 10**9, cuts=None) -> dict[int, dict]:
    oracle = Oracle(PLAYBOOK, world, clock, upto, cuts)
    return {
        person: {f"t_{t}": oracle.trait(person, t) for t in PLAYBOOK.traits}
        | {f"s_{s}": oracle.member(person, s) for s in PLAYBOOK.segments}
        for person in world.survivors()
    }


def equal(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-12)
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def same(ours: dict[int, dict], theirs: dict[int, dict]) -> None:
    assert ours.keys() == theirs.keys()
    for person in ours:
        differing = {
            c: (ours[person][c], theirs[person][c])
            for c in theirs[person]
            if not equal(ours[person][c], theirs[person][c])
        }
        assert not differing, (person, differing)


def check_plain(world: World, clock: Clock) -> None:
    rows, _ = understand(PLAYBOOK, world, clock)
    same(rows, expected(world, clock))


def check_cycle(world: World, later: World, old: Clock, new: Clock) -> None:
    """Publish at the old clock, let things happen and time pass, compute only who moved: equal to computing everybody."""
    published, cuts = understand(PLAYBOOK, world, old)
    codes = code_world(later)
    understanding = Understanding(PLAYBOOK, Coordinates(new, 10**9), codes, keep_cuts=True)
    slides = Slides(understanding, old)
    with Workbench(memory="500MB", threads=1) as bench:
        lay_world(bench, later, understanding, codes)
        bench.show("times", times_of("log"))
        slid = set(bench.take(slides.log_sql()).column("origin").to_pylist())
    known = {t.seq for t in world.log} | {f[0] for f in world.fields}
    touched = {t.origin for t in later.log if t.seq not in known} | {f[1] for f in later.fields if f[0] not in known}
    touched |= {p for p in PEOPLE if world.moved.get(p) != later.moved.get(p)}
    touched |= {world.moved.get(p, p) for p in touched} | {later.moved.get(p, p) for p in touched}
    for slide in FieldSource(understanding.asking).slides(old, understanding.turned(old)):
        for _, origin, at, name, _value in later.fields:
            if name == slide.name and (slide.by_value or slide.low <= at < slide.high):
                touched.add(origin)
    scope = {later.moved.get(o, o) for o in slid | touched}
    shared = {later.accounts[p] for p in scope if p in later.accounts}
    scope |= {p for p, a in later.accounts.items() if a in shared}
    moved_rows, _ = understand(PLAYBOOK, later, new, cuts=cuts, people=scope)
    after = {p: row for p, row in published.items() if p not in later.moved and p not in scope} | moved_rows
    whole, _ = understand(PLAYBOOK, later, new, cuts=cuts)
    same(after, whole)


@QUICK
@given(worlds(), st.integers(-30 * 24, 24).map(lambda h: Clock(NOON + h * HOUR_US, "Europe/London")))
def test_the_engine_equals_a_plain_recomputation(world, clock):
    check_plain(world, clock)


steps = st.sampled_from(
    [60 * 1_000_000, HOUR_US, 7 * HOUR_US, DAY_US, 3 * DAY_US, 8 * DAY_US, 31 * DAY_US, 95 * DAY_US]
)


@st.composite
def histories(draw) -> tuple[World, World, Clock, Clock]:
    """A world, and the same world after more happened: late arrivals, other merges, fields told, the clock gone on."""
    before = draw(worlds())
    more = [draw(touches(seq)) for seq in range(200, 200 + draw(st.integers(0, 4)))]
    fields = [(300 + i, p, at, n, v) for i, (p, at, (n, v)) in enumerate(draw(st.lists(told, max_size=2)))]
    moved = draw(st.sampled_from([before.moved, before.moved, {}, {2: 1}]))
    kept = [p for p in PEOPLE if p not in moved]
    accounts = before.accounts if moved == before.moved else {}
    before.accounts = accounts
    before.consents = [r for r in before.consents if r[0] in kept]
    before.contacts = [r for r in before.contacts if r[0] in kept]
    later = World(
        PEOPLE,
        before.log + more,
        moved,
        before.fields + fields,
        before.consents,
        before.contacts,
        accounts,
    )
    old = Clock(NOON - draw(st.integers(0, 40)) * DAY_US, "Europe/London")
    return before, later, old, Clock(old.us + draw(steps), "Europe/London")


@QUICK
@given(histories())
def test_a_cycle_equals_a_refresh(history):
    check_cycle(*history)


@QUICK
@given(worlds(), st.randoms())
def test_order_of_arrival_and_duplicates_do_not_matter(world, random):
    clock = Clock(NOON, "Europe/London")
    first, _ = understand(PLAYBOOK, world, clock)
    shuffled = World(
        world.people,
        list(world.log),
        world.moved,
        list(world.fields),
        world.consents,
        world.contacts,
        world.accounts,
    )
    random.shuffle(shuffled.log)
    random.shuffle(shuffled.fields)
    second, _ = understand(PLAYBOOK, shuffled, clock)
    same(second, first)


@pytest.mark.promises
@LONG
@given(worlds(), st.integers(-30 * 24, 24).map(lambda h: Clock(NOON + h * HOUR_US, "Europe/London")))
def test_three_hundred_worlds_equal_a_plain_recomputation(world, clock):
    check_plain(world, clock)


@pytest.mark.promises
@LONG
@given(histories())
def test_three_hundred_histories_have_cycle_equal_refresh(history):
    check_cycle(*history)
