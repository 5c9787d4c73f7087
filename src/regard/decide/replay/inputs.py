"""What points of the past read: the log by person, and fields, consents and addresses as they stood at each point."""

from __future__ import annotations

import pyarrow as pa

from regard.consent.suppression import address_hash, has_suppressions
from regard.decide.facts.addresses import read_identifiers, read_suppressions
from regard.decide.facts.columns import as_columns, as_input, read_rows
from regard.decide.facts.scope import FactScope
from regard.decide.facts.wishes import read_consents, read_restrictions
from regard.decide.replay.joined import Joined
from regard.engine.bench.consents import newest_of_each
from regard.engine.bench.store import Workbench
from regard.engine.understanding.at_many_instants import names_of
from regard.engine.understanding.plan import Understanding
from regard.engine.understanding.sources.consents import Consents
from regard.identify.columns import EVERYBODY
from regard.kernel.sql import Sql
from regard.playbooks.channels import channels_of, id_kinds
from regard.playbooks.values.measures import Reached
from regard.understand.running.copy_of_log import OpenLog
from regard.understand.running.readers.fields import read_fields

_INSTANT = pa.schema([("person", pa.int64()), ("at_us", pa.int64())])
_CREATED = pa.schema([("origin", pa.int64()), ("at_us", pa.int64())])
_CONTACT = pa.schema(
    [("person", pa.int64()), ("channel", pa.string()), ("address", pa.int64()), ("seen_us", pa.int64())]
)
_BLOCK = pa.schema(
    [
        ("address", pa.int64()),
        ("scope", pa.string()),
        ("is_lifted", pa.bool_()),
        ("seq", pa.int64()),
        ("visible_us", pa.int64()),
    ]
)


def lay_past(bench: Workbench, understanding: Understanding, log: OpenLog, joined: Joined) -> tuple[pa.Table, pa.Table]:
    """Lay the log and what was said out by person; return `known` (since when we know whom) and `words`.

    `words` are the instants, other than touchpoints, at which something a condition asks about was said.
    """
    upto, asking = understanding.at.upto, understanding.asking
    log.lay(bench, understanding.paths())
    bench.lay("moved_held", joined.table())
    listed = ", ".join(str(n) for n in names_of(understanding)) or "-1"
    bench.make("held", _by_person(f"log x WHERE x.name IN ({listed})"))
    known = bench.take(_known(bench, upto))
    bench.lay("fields_laid", read_fields(understanding))
    bench.make("fields_held", _by_person("fields_laid x"))
    scope = FactScope(None, upto, joined, as_then=True)
    said = read_consents(scope) if Consents(asking).each() else as_input("consent", ())
    bench.lay("words_held", said)
    contacts, blocks = _addresses(scope) if asking.asked(Reached) else (_CONTACT.empty_table(), _BLOCK.empty_table())
    bench.lay("contacts_held", contacts)
    bench.lay("blocks_held", blocks)
    bench.lay("limits_held", read_restrictions(scope))
    words = bench.take(
        Sql(
            "SELECT person, seen_us AS at_us FROM fields_held"
            " UNION ALL SELECT person, visible_us FROM words_held"
            " UNION ALL SELECT person, visible_us FROM limits_held"
            " UNION ALL SELECT c.person, b.visible_us FROM blocks_held b JOIN contacts_held c ON c.address = b.address"
            " UNION ALL SELECT person, seen_us FROM contacts_held"
            " UNION ALL SELECT person, since_us FROM moved_held"
        )
    ).cast(_INSTANT)
    bench.make("moved", Sql("SELECT origin, person FROM moved_held LIMIT 0"))
    bench.make("account_of", Sql("SELECT person, person AS account FROM moved_held LIMIT 0"))
    return known, words


def _by_person(table: str) -> Sql:
    text, _, where = table.partition(" WHERE ")
    return Sql(
        f"SELECT COALESCE(m.person, x.origin) AS person, GREATEST(x.occurred_at, m.since_us) AS seen_us,"
        f" x.* EXCLUDE (origin) FROM {text}"
        f" LEFT JOIN moved_held m ON m.origin = x.origin WHERE {where or 'TRUE'}"
        " ORDER BY person, occurred_at"
    )


def _known(bench: Workbench, upto: int) -> Sql:
    """Since when we know somebody: what we first heard of them, or when we wrote them down."""
    rows = read_rows(f"SELECT o.id, o.created_at FROM {EVERYBODY} AS o WHERE o.created_seq <= %s", [upto])
    bench.lay("created", as_columns(_CREATED, rows))
    return Sql(
        "SELECT COALESCE(m.person, c.origin) AS person,"
        " MIN(GREATEST(LEAST(c.at_us, f.at_us), m.since_us)) AS at_us FROM created AS c"
        " LEFT JOIN (SELECT origin, MIN(occurred_at) AS at_us FROM log GROUP BY 1) AS f ON f.origin = c.origin"
        " LEFT JOIN moved_held AS m ON m.origin = c.origin GROUP BY 1"
    )


def _addresses(scope: FactScope) -> tuple[pa.Table, pa.Table]:
    """Return whose addresses we hold (by number), and the words of the suppression list about them."""
    held = [
        (person, channel, value, seen_us)
        for person, kind, value, seen_us in read_identifiers(scope, id_kinds())
        for channel in channels_of(kind)
    ]
    numbers = {pair: n for n, pair in enumerate(sorted({(c, v) for _, c, v, _ in held}))}
    contacts = ((person, channel, numbers[channel, v], seen) for person, channel, v, seen in held)
    by_hash = {address_hash(*pair): n for pair, n in numbers.items()} if has_suppressions() else {}
    blocks = (
        (by_hash[digest], depth, is_lifted, seq, at_us)
        for digest, words in (read_suppressions(by_hash, scope) if by_hash else {}).items()
        for at_us, seq, depth, is_lifted in words
    )
    return as_columns(_CONTACT, contacts), as_columns(_BLOCK, blocks)


def lay_point_inputs(bench: Workbench, clock_us: int) -> None:
    """Make `fields`, `consents` and `contacts` of the points in `point`, as they stood at each; times moved to the clock."""
    bench.make(
        "fields",
        Sql(
            "SELECT f.seq, p.pid AS origin, f.occurred_at + (CAST(? AS BIGINT) - p.at_us) AS occurred_at, f.name, f.value"
            " FROM point AS p JOIN fields_held AS f ON f.person = p.person AND f.seen_us <= p.at_us",
            (clock_us,),
        ),
    )
    bench.make(
        "consents",
        Sql(
            f"SELECT p.pid AS person, w.purpose, w.channel, {newest_of_each(is_granted='w.is_granted', at='w.at_us')}"
            " FROM point AS p JOIN words_held AS w ON w.person = p.person AND w.visible_us <= p.at_us GROUP BY 1, 2, 3"
        ),
    )
    bench.make(
        "contacts",
        Sql(
            "SELECT p.pid AS person, c.channel, COALESCE(b.suppressed, '') AS suppressed FROM point AS p"
            " JOIN contacts_held AS c ON c.person = p.person AND c.seen_us <= p.at_us LEFT JOIN (SELECT pid, address, MIN(scope) AS suppressed"
            " FROM (SELECT p2.pid, b2.address, b2.scope, b2.is_lifted,"
            " ROW_NUMBER() OVER (PARTITION BY p2.pid, b2.address, b2.scope ORDER BY b2.seq DESC) AS nth FROM point AS p2"
            " JOIN contacts_held AS c2 ON c2.person = p2.person AND c2.seen_us <= p2.at_us JOIN blocks_held AS b2 ON b2.address = c2.address"
            " AND b2.visible_us <= p2.at_us) AS n WHERE nth = 1 AND NOT is_lifted GROUP BY pid, address) AS b"
            " ON b.pid = p.pid AND b.address = c.address"
        ),
    )
