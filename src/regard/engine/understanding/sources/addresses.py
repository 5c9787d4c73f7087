"""Addresses as a source: on which channels we may reach somebody, or the first reason why not."""

from __future__ import annotations

from dataclasses import dataclass

from regard.engine.bench.steps import Input, PlanStep
from regard.engine.understanding.sources.base import NeedSource, WideColumns
from regard.kernel.sql import Sql, join
from regard.playbooks.values.measures import Agreed, Reached


@dataclass(frozen=True, slots=True)
class Addresses(NeedSource):
    """Where people can be reached. Input: `contacts`, a row an address, `suppressed` being '', 'marketing' or 'all'."""

    answers = (Reached,)

    def inputs(self) -> tuple[Input, ...]:
        """Return `contacts`."""
        return (Input("contacts", ("person", "channel", "suppressed")),)

    def steps(self) -> list[PlanStep]:
        """Return the step that says on which channels there is an open address, where that is asked for."""
        if not self.asking.asked(Reached):
            return []
        columns = [Sql("person")]
        for channel in sorted({need.channel for need in self.asking.asked(Reached)}):
            at = _column(channel)
            columns.append(Sql(f"BOOL_OR(channel = ?) AS {at}", (channel,)))
            # One open address is enough; the mildest limit of any address counts.
            columns.append(Sql(f"MIN(LENGTH(suppressed)) FILTER (WHERE channel = ?) AS {at}_s", (channel,)))
            columns.append(Sql(f"BOOL_OR(channel = ? AND suppressed = 'marketing') AS {at}_m", (channel,)))
        body = join(columns, ", ")
        sql = Sql(f"SELECT {body.text} FROM contacts GROUP BY person", body.params)
        why = "On which channels we hold an open address."
        return [PlanStep("addresses", sql, ("contacts",), why, ("person",))]

    def joined(self) -> list[WideColumns]:
        """Return 'yes' or why not, for each channel and purpose asked about."""
        asked = self.asking.asked(Reached)
        answers = tuple(self._reached(need).wrap("", f" AS {need.key()}") for need in asked)
        return [WideColumns("addresses", answers)] if asked else []

    def _reached(self, need: Reached) -> Sql:
        """Return 'yes', or the first reason why not, as text."""
        at = _column(need.channel)
        purpose = self.asking.purposes.get(need.purpose)
        text = f"CASE WHEN NOT COALESCE(addresses.{at}, FALSE) THEN 'no address'"
        # Marketing suppression stops what can be left; contracts and legal duties are stopped by 'all' only.
        may_be_left = purpose is None or purpose.basis in ("consent", "legitimate_interest")
        open_enough = f"addresses.{at}_s = 0" if may_be_left else f"(addresses.{at}_s = 0 OR addresses.{at}_m)"
        text += f" WHEN NOT {open_enough} THEN 'suppressed'"
        if need.purpose:
            # The one column of another source: what a need implies is joined beside it (Reached.implies).
            column = f"agreed.{Agreed(need.purpose, need.channel).key()}"
            if purpose is None or need.channel not in purpose.channels:
                text += " WHEN TRUE THEN 'purpose not on this channel'"
            elif may_be_left:
                text += f" WHEN {column} = 'withdrawn' THEN 'withdrawn'"
                text += f" WHEN {column} IS NULL THEN 'never agreed'" if purpose.basis == "consent" else ""
        return Sql(f"{text} ELSE 'yes' END")


def _column(channel: str) -> str:
    return "a_" + channel.encode().hex()
