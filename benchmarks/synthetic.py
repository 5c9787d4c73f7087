"""Skewed synthetic logs: a few people with very much, most with little; made by SQL, the same for the same numbers.

Half of all touchpoints are page views, a tenth orders; about 9 touchpoints a person in the median, over 150 in the 99th
percentile at 20 a person. Two years long. Nobody in it is real.
"""

from __future__ import annotations

from datetime import UTC, datetime

from regard.engine.bench.codes import Codes
from regard.engine.bench.store import Workbench
from regard.kernel.instant import DAY_US, to_us
from regard.kernel.sql import Sql

END = to_us(datetime(2026, 11, 16, 12, tzinfo=UTC))
SPAN = 730 * DAY_US
NAMES = (
    "Page Viewed",
    "Product Viewed",
    "Product Added",
    "Order Completed",
    "Email Opened",
    "Message Sent",
    "Products Searched",
    "Checkout Started",
    "Ticket Opened",
    "Survey Answered",
    "Identified",
    "Product Reviewed",
)
GENRES = ("Rock", "Jazz", "Folk", "Soul", "Electronic", "Classical", "Reggae", "Country")


def codes() -> Codes:
    """The codes of the synthetic log."""
    made = Codes()
    for name in NAMES:
        made.code("name", name)
    for kind, words in (
        ("channel", ("web", "app", "email", "shop")),
        ("direction", ("in", "out")),
        ("actor", ("customer", "automation")),
        ("currency", ("", "USD")),
    ):
        for word in words:
            made.code(kind, word)
    return made


def make_log(bench: Workbench, name: str, people: int, rows: int, *, first_seq: int = 1, until: int = END) -> None:
    """Make a table of the log's columns on a bench, in arrival order of sequence numbers."""
    # A person's share falls with the cube of a uniform draw: skew without a table of weights.
    sql = f"""
    WITH draws AS (
        SELECT i, hash(i * 7 + 1) AS h1, hash(i * 7 + 2) AS h2, hash(i * 7 + 3) AS h3, hash(i * 7 + 4) AS h4
        FROM range({first_seq}, {first_seq + rows}) t(i)
    ), picked AS (
        SELECT i AS seq,
            1 + CAST(floor(pow((h1 % 1000003) / 1000003.0, 2.2) * {people}) AS BIGINT) AS rank,
            CASE WHEN h2 % 100 < 50 THEN 0 WHEN h2 % 100 < 65 THEN 1 WHEN h2 % 100 < 72 THEN 2 WHEN h2 % 100 < 82 THEN 3
                 WHEN h2 % 100 < 88 THEN 4 WHEN h2 % 100 < 93 THEN 5 ELSE 6 + h2 % 6 END AS name,
            h3, h4
        FROM draws
    )
    SELECT seq, 1 + (rank * 7919) % {people} AS origin,
        {until} - CAST(floor(pow((h3 % 1000003) / 1000003.0, 1.3) * {SPAN}) AS BIGINT) AS occurred_at,
        CAST(name AS INTEGER) AS name,
        CAST(CASE WHEN name IN (4, 5) THEN 2 ELSE (h4 >> 8) % 2 END AS SMALLINT) AS channel,
        CAST(CASE WHEN name = 5 THEN 1 ELSE 0 END AS TINYINT) AS direction,
        CAST(CASE WHEN name = 5 THEN 1 ELSE 0 END AS TINYINT) AS actor,
        CASE WHEN name = 3 THEN 500 + CAST(h4 % 20000 AS BIGINT) END AS value_minor,
        CAST(CASE WHEN name = 3 THEN 1 ELSE 0 END AS SMALLINT) AS currency,
        CASE WHEN name = 9 THEN CAST(h4 % 11 AS BIGINT) * 1000 END AS score_milli,
        CASE WHEN name = 3 THEN concat('{{"order_id":"o', seq, '","products":[{{"name":"Title ', h4 % 500,
            '","category":"', [{", ".join(f"'{g}'" for g in GENRES)}][CAST(1 + (h4 >> 20) % {len(GENRES)} AS BIGINT)],
            '","price":', 5 + h4 % 30, '}}]}}')
            WHEN name = 1 THEN concat('{{"sku":"s', h4 % 500, '"}}') ELSE '{{}}' END AS properties
    FROM picked
    """
    bench.make(name, Sql(sql))
