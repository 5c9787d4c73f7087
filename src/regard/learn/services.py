"""Measure each journey against its holdout: who reached the goal in time, in either arm."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from regard.collect.among import among
from regard.decide.models import Enrolment
from regard.kernel.instant import to_us
from regard.learn.models import Measure
from regard.playbooks.ends import Goal
from regard.playbooks.model import Playbook
from regard.playbooks.values.happening import RowSeen

_ARMS = (Enrolment.Arm.TREATED, Enrolment.Arm.HELD_OUT)


def measure(*, as_of: datetime, playbook: Playbook, again: bool = False) -> list[Measure]:
    """Count both arms of every journey with a goal, once a day (`again`: also if it was done today).

    1. One row a person: their first enrolment. Who was in both arms through a merge is left out (contract 5).
    2. Only people whose time to reach the goal has fully passed, so that both arms had the same chance.
    3. Reached: the goal's touchpoint after entering and within the time.
    """
    day = as_of.replace(hour=0, minute=0, second=0, microsecond=0)
    done = [] if again else list(Measure.objects.filter(as_of=to_us(day)).values_list("journey", flat=True))
    measured = []
    for name, journey in playbook.journeys.items():
        if journey.goal is None or name in done:
            continue
        counts = _count(name, journey.goal, as_of, playbook.company.currency)
        row, _ = Measure.objects.update_or_create(
            journey=name, goal=goal_name(journey.goal), as_of=to_us(day), defaults=counts
        )
        measured.append(row)
    return measured


def goal_name(goal: Goal) -> str:
    """Return the goal as measures name it."""
    return f"{goal.touchpoint.name} within {goal.within // 86_400_000_000}d"[:60]


def _count(journey: str, goal: Goal, as_of: datetime, currency: str) -> dict[str, int]:
    condition, bound = _condition(goal, journey, currency, until=to_us(as_of))
    # The first enrolment of each person, then whether the goal was reached after it.
    sql = f"""
        WITH inside AS (
            SELECT COALESCE(p.survivor_id, p.id) AS root, MIN(e.arm) AS arm, MIN(e.entered_at) AS entered
            FROM decide_enrolment e JOIN identify_person p ON p.id = e.person_id
            WHERE e.journey = %s AND e.entered_at <= %s
            GROUP BY COALESCE(p.survivor_id, p.id) HAVING MIN(e.arm) = MAX(e.arm)
        )
        SELECT i.arm, COUNT(*), SUM(CASE WHEN EXISTS (
            SELECT 1 FROM identify_person o JOIN collect_touchpoint t ON t.origin = o.id
            WHERE (o.id = i.root OR o.survivor_id = i.root) AND t.name = %s
              AND t.occurred_at > i.entered AND t.occurred_at <= i.entered + %s {condition}
        ) THEN 1 ELSE 0 END)
        FROM inside i WHERE i.entered <= %s GROUP BY i.arm
    """  # noqa: S608 (values are bound)
    until = to_us(as_of - timedelta(microseconds=goal.within))
    values = [journey, to_us(as_of), goal.touchpoint.name, goal.within, *bound, until]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found = {arm: (people, int(reached or 0)) for arm, people, reached in cursor.fetchall()}
    treated, held_out = (found.get(arm.value, (0, 0)) for arm in _ARMS)
    return {
        "treated": treated[0],
        "treated_reached": treated[1],
        "held_out": held_out[0],
        "held_out_reached": held_out[1],
    }


def _condition(goal: Goal, journey: str, currency: str, *, until: int) -> tuple[str, list[Any]]:
    """Return the goal's own conditions on a touchpoint `t`, with the values to bind: the numbers of those that fit."""
    happening = goal.touchpoint
    if happening.is_bare:
        return "", []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT seq, score_milli, value_minor, currency, properties FROM collect_touchpoint
            WHERE name = %s AND occurred_at > (SELECT MIN(entered_at) FROM decide_enrolment WHERE journey = %s)
              AND occurred_at <= %s
            """,
            [happening.name, journey, until],
        )
        listed, bound = among(seq for seq, *seen in cursor.fetchall() if happening.fits(RowSeen(*seen), currency))
    return f"AND t.seq {listed}", [bound]
