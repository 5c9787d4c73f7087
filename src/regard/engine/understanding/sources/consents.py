"""Consents as a source: where each stands. They arrive folded to their newest grant and withdrawal (consent/selectors.py)."""

from __future__ import annotations

from dataclasses import dataclass

from regard.engine.bench.consents import grants, state_of, withdraws
from regard.engine.bench.steps import Input, PlanStep
from regard.engine.understanding.sources.base import NeedSource, WideColumns
from regard.kernel.sql import Sql, join
from regard.playbooks.values.measures import Agreed

_NEWEST = {"granted": grants, "withdrawn": withdraws}


@dataclass(frozen=True, slots=True)
class Consents(NeedSource):
    """What people agreed to. Input: `consents`, a row a person, purpose and channel said something about."""

    answers = (Agreed,)

    def inputs(self) -> tuple[Input, ...]:
        """Return `consents`."""
        return (Input("consents", ("person", "purpose", "channel", "granted_us", "withdrawn_us")),)

    def each(self) -> tuple[Agreed, ...]:
        """Return every state needed, one a channel: '*' asks about each channel of the purpose."""
        found = {one for need in self.asking.needed(Agreed) for one in self._channels(need)}
        return tuple(sorted(found, key=Agreed.key))

    def _channels(self, need: Agreed) -> tuple[Agreed, ...]:
        purpose = self.asking.purposes.get(need.purpose)
        if need.channel != "*" or purpose is None:
            return (need,)
        return tuple(Agreed(need.purpose, channel) for channel in purpose.channels)

    def steps(self) -> list[PlanStep]:
        """Return the step that folds words to states, where a state is asked for."""
        if not self.each():
            return []
        columns = []
        for need in self.each():
            k, said = need.key(), (need.purpose, need.channel)
            columns += [
                Sql(f"MAX({at}_us) FILTER (WHERE {covering('?', '?')}) AS {k}_{at}", said)
                for at, covering in _NEWEST.items()
            ]
        body = join([Sql("person"), *columns], ", ")
        states = ", ".join(
            f"{state_of(*(f'{k}_{at}' for at in _NEWEST))} AS {k}" for k in (need.key() for need in self.each())
        )
        sql = Sql(
            f"SELECT person, {states} FROM (SELECT {body.text} FROM consents GROUP BY person) c",
            body.params,
        )
        return [PlanStep("agreed", sql, ("consents",), "Where each consent stands.", ("person",))]

    def joined(self) -> list[WideColumns]:
        """Return the state of each consent that is asked about."""
        if not self.each():
            return []
        asked = self.asking.asked(Agreed)
        return [WideColumns("agreed", tuple(Sql(f"{self._state(need)} AS {need.key()}") for need in asked))]

    def _state(self, need: Agreed) -> str:
        """Return a state over several channels: granted on one is granted, else withdrawn on one is withdrawn."""
        each = [f"agreed.{one.key()}" for one in self._channels(need)]
        if len(each) == 1:
            return each[0]
        granted, withdrawn = (" OR ".join(f"{c} = '{state}'" for c in each) for state in ("granted", "withdrawn"))
        return f"CASE WHEN {granted} THEN 'granted' WHEN {withdrawn} THEN 'withdrawn' END"
