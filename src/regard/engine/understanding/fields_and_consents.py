"""From the profile, the consents and the addresses to one row a person: the folds that conditions ask about.

Fields are folded here: rows up to the clock and the sequence number, of all origins a person stands for; the newest by
(`occurred_at`, `seq`) counts. Consents arrive folded to their newest grant and withdrawal (consent/selectors.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from regard.engine.bench.steps import Step
from regard.engine.understanding.scan import ORDER
from regard.kernel.sql import Sql, join
from regard.playbooks.purposes import Purpose
from regard.playbooks.values.measures import Agreed, Need, Reached, Told
from regard.playbooks.values.windows import Clock


@dataclass(frozen=True, slots=True)
class Folds:
    """What is asked of profile, consents and addresses, at one clock and sequence number."""

    needs: tuple[Need, ...]
    clock: Clock
    upto: int
    purposes: Mapping[str, Purpose]

    def fields(self) -> tuple[str, ...]:
        """Return the names of the fields that must be laid out."""
        return tuple(sorted({need.name for need in self.needs if isinstance(need, Told)}))

    def agreed(self) -> tuple[Agreed, ...]:
        """Return every state needed, one a channel: '*' asks about each channel of the purpose."""
        asked = {n for n in self.needs if isinstance(n, Agreed)}
        asked |= {Agreed(n.purpose, n.channel) for n in self.needs if isinstance(n, Reached) and n.purpose}
        each = {one for need in asked for one in self._channels(need)}
        return tuple(sorted(each, key=Agreed.key))

    def _channels(self, need: Agreed) -> tuple[Agreed, ...]:
        purpose = self.purposes.get(need.purpose)
        if need.channel != "*" or purpose is None:
            return (need,)
        return tuple(Agreed(need.purpose, channel) for channel in purpose.channels)

    def reached(self) -> tuple[Reached, ...]:
        """Return every reachability needed."""
        return tuple(sorted({n for n in self.needs if isinstance(n, Reached)}, key=Reached.key))

    def steps(self) -> list[Step]:
        """Return the folds that are needed, each one row a person."""
        steps = []
        values = sorted({n for n in self.needs if isinstance(n, Told) and not n.changed}, key=Told.key)
        changed = sorted({n for n in self.needs if isinstance(n, Told) and n.changed}, key=Told.key)
        if values:
            steps.append(self._values(values))
        if changed:
            steps.append(self._changed(changed))
        if self.agreed():
            steps.append(self._agreed())
        if self.reached():
            steps.append(self._addresses())
        return steps

    def _rows(self, table: str) -> Sql:
        return Sql(
            f"SELECT COALESCE(m.person, x.origin) AS person, x.* FROM {table} x LEFT JOIN moved m "
            "ON m.origin = x.origin WHERE x.occurred_at <= ? AND x.seq <= ?",
            (self.clock.us, self.upto),
        )

    def _values(self, needs: list[Told]) -> Step:
        columns = [
            # JSON null is 'taken away': the newest telling counts, and it says there is none.
            Sql(
                f"json_extract_string(arg_max(value, {ORDER}) FILTER (WHERE name = ?), '$') AS {n.key()}",
                (n.name,),
            )
            for n in needs
        ]
        body, rows = join([Sql("person"), *columns], ", "), self._rows("fields")
        sql = Sql(f"SELECT {body.text} FROM ({rows.text}) r GROUP BY person", (*body.params, *rows.params))
        return Step("told", sql, ("fields", "moved"), "What each person's fields say now.", ("person",))

    def _changed(self, needs: list[Told]) -> Step:
        rows = self._rows("fields")
        columns = [Sql(f"MAX(occurred_at) FILTER (WHERE name = ? AND differs) AS {n.key()}", (n.name,)) for n in needs]
        body = join([Sql("person"), *columns], ", ")
        order = "OVER (PARTITION BY person, name ORDER BY occurred_at, seq)"
        inner = (
            f"SELECT person, name, occurred_at, ROW_NUMBER() {order} > 1 AND value <> LAG(value) {order} AS differs "
            f"FROM ({rows.text}) r"
        )
        sql = Sql(f"SELECT {body.text} FROM ({inner}) d GROUP BY person", (*body.params, *rows.params))
        return Step(
            "told_changed",
            sql,
            ("fields", "moved"),
            "When each field last became another value.",
            ("person",),
        )

    def _agreed(self) -> Step:
        columns = []
        for need in self.agreed():
            # A grant holds while it is newer than every withdrawal that covers it (consent/folding.py, promise D2).
            text = (
                "MAX(granted_us) FILTER (WHERE purpose = ? AND channel IN (?, '*')) AS {k}_g, "
                "MAX(withdrawn_us) FILTER (WHERE purpose IN (?, '*') AND channel IN (?, '*')) AS {k}_w"
            )
            params = (need.purpose, need.channel, need.purpose, need.channel)
            columns.append(Sql(text.format(k=need.key()), params))
        body = join([Sql("person"), *columns], ", ")
        states = ", ".join(
            f"CASE WHEN {k}_g > COALESCE({k}_w, -9223372036854775807) THEN 'granted' "
            f"WHEN {k}_w IS NOT NULL THEN 'withdrawn' END AS {k}"
            for k in (need.key() for need in self.agreed())
        )
        sql = Sql(
            f"SELECT person, {states} FROM (SELECT {body.text} FROM consents GROUP BY person) c",
            body.params,
        )
        return Step("agreed", sql, ("consents",), "Where each consent stands.", ("person",))

    def _addresses(self) -> Step:
        columns = [Sql("person")]
        for channel in sorted({n.channel for n in self.reached()}):
            at = _address_column(channel)
            columns.append(Sql(f"BOOL_OR(channel = ?) AS {at}", (channel,)))
            # One open address is enough; the mildest limit of any address counts.
            columns.append(Sql(f"MIN(LENGTH(suppressed)) FILTER (WHERE channel = ?) AS {at}_s", (channel,)))
            columns.append(Sql(f"BOOL_OR(channel = ? AND suppressed = 'marketing') AS {at}_m", (channel,)))
        body = join(columns, ", ")
        sql = Sql(f"SELECT {body.text} FROM contacts GROUP BY person", body.params)
        return Step(
            "addresses",
            sql,
            ("contacts",),
            "On which channels we hold an open address.",
            ("person",),
        )

    # The columns of the wide table

    def columns(self) -> list[Sql]:
        """Return the columns these folds add to the wide table."""
        told = sorted({n for n in self.needs if isinstance(n, Told)}, key=Told.key)
        plain = [Sql(f"{'told_changed' if n.changed else 'told'}.{n.key()}") for n in told]
        asked = sorted({n for n in self.needs if isinstance(n, Agreed)}, key=Agreed.key)
        plain += [Sql(f"{self._state(n)} AS {n.key()}") for n in asked]
        return plain + [self._reached(n).wrap("", f" AS {n.key()}") for n in self.reached()]

    def _state(self, need: Agreed) -> str:
        """Return a state over several channels: granted on one is granted, else withdrawn on one is withdrawn."""
        each = [f"agreed.{one.key()}" for one in self._channels(need)]
        if len(each) == 1:
            return each[0]
        granted, withdrawn = (" OR ".join(f"{c} = '{state}'" for c in each) for state in ("granted", "withdrawn"))
        return f"CASE WHEN {granted} THEN 'granted' WHEN {withdrawn} THEN 'withdrawn' END"

    def _reached(self, need: Reached) -> Sql:
        """Return 'yes', or the first reason why not, as text."""
        at = _address_column(need.channel)
        purpose = self.purposes.get(need.purpose)
        text = f"CASE WHEN NOT COALESCE(addresses.{at}, FALSE) THEN 'no address'"
        # Marketing suppression stops what can be left; contracts and legal duties are stopped by 'all' only.
        may_be_left = purpose is None or purpose.basis in ("consent", "legitimate_interest")
        open_enough = f"addresses.{at}_s = 0" if may_be_left else f"(addresses.{at}_s = 0 OR addresses.{at}_m)"
        text += f" WHEN NOT {open_enough} THEN 'suppressed'"
        if need.purpose:
            column = f"agreed.{Agreed(need.purpose, need.channel).key()}"
            if purpose is None or need.channel not in purpose.channels:
                text += " WHEN TRUE THEN 'purpose not on this channel'"
            elif may_be_left:
                text += f" WHEN {column} = 'withdrawn' THEN 'withdrawn'"
                text += f" WHEN {column} IS NULL THEN 'never agreed'" if purpose.basis == "consent" else ""
        return Sql(f"{text} ELSE 'yes' END")

    def tables(self) -> tuple[str, ...]:
        """Return the tables to be joined to the people."""
        return tuple(step.name for step in self.steps())


def _address_column(channel: str) -> str:
    return "a_" + channel.encode().hex()
