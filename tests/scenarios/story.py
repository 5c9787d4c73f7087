"""A story: submit what happens, compute, let time pass, expect. The clock moves only when the story says so."""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from regard import flow
from regard.act.addresses import read_survey_token
from regard.act.models import HumanTask, Message
from regard.act.services import close_task
from regard.collect.importing.plan import make_plan
from regard.collect.services import ensure_source
from regard.decide.models import Decision
from regard.identify.selectors import find_person, origins_of
from regard.imports.run import run_import
from regard.imports.wishes import wishes_of
from regard.listen.selectors import asked_by
from regard.listen.services import record_answer
from regard.understand.selectors import people_in_segment
from regard.versions.selectors import active_playbook
from regard.versions.services import apply_shipped_playbook
from tests.cast.consents import agrees
from tests.cast.log import message


@dataclass
class Story:
    """One shop, one clock."""

    folder: Path
    now: datetime
    told: int = 0

    def open(self) -> None:
        """Open the shop with the shipped playbook."""
        apply_shipped_playbook(now=self.now - timedelta(days=600))

    # submit

    def submit_orders(self, rows: Iterable[dict[str, Any]], *, kind: str) -> int:
        """Import a file of orders as a company would; return how many touchpoints it became."""
        rows = list(rows)
        path = self.folder / f"{kind}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        plan = make_plan(path, wishes_of(kind=kind))
        assert not plan.errors, [str(issue) for issue in plan.errors]
        return run_import(plan=plan, folder=self.folder, now=self.now).rows_stored

    def submit(self, who: str, name: str, *, user: str = "", **more: Any) -> None:
        """Somebody did something just now."""
        self.told += 1
        told = message(
            **{
                "source": ensure_source(name="shop", kind="api", now=self.now),
                "message_id": f"story-{self.told}",
                "name": name,
                "user": who,
                "at": self.now,
                **more,
            }
        )
        flow.receive([told], now=self.now)

    def submit_order(self, who: str, minor: int = 2_500) -> None:
        self.submit(
            who,
            "Order Completed",
            value_minor=minor,
            currency="USD",
            properties={"order_id": f"story-order-{self.told}"},
        )

    def submit_address(self, who: str, email: str, **fields: str) -> None:
        self.submit(
            who,
            "identify",
            type="identify",
            traits={"email": email, "time_zone": "Europe/London", **fields},
        )

    def submit_consent(self, who: str, *purposes: str) -> None:
        for purpose in purposes:
            agrees(person=self.person(who), purpose=purpose, source="checkout", now=self.now)

    # compute, sleep

    def compute(self) -> flow.CycleReport | None:
        """Let the product do what is due: absorb, cycle, send."""
        return flow.tick(clock=lambda: self.now)

    def sleep(self, *, compute_each: timedelta = timedelta(hours=12), **length: float) -> None:
        """Let time pass, with the product running."""
        until = self.now + timedelta(**length)
        while self.now < until:
            self.now = min(self.now + compute_each, until)
            self.compute()

    # look

    def person(self, who: str) -> int:
        found = find_person(who)
        assert found is not None, f"nobody is known as {who}"
        return found

    def in_segment(self, name: str) -> list[int]:
        return people_in_segment(name)

    def decision(self, who: str, step: str) -> Decision:
        rows = Decision.objects.filter(person_id__in=origins_of(self.person(who)), step=step)
        newest = rows.order_by("-id").first()
        assert newest is not None, f"nothing was decided about {who} at {step}"
        return newest

    def mails(self, who: str) -> list[Message]:
        return list(
            Message.objects.filter(person_id__in=origins_of(self.person(who)), state="sent").order_by("sent_at", "id")
        )

    def tasks(self, who: str, *, state: str = "open") -> list[HumanTask]:
        return list(HumanTask.objects.filter(person_id__in=origins_of(self.person(who)), state=state))

    # what people do with what they got

    def answer_survey(self, mail: Message, score: int, comment: str = "") -> None:
        """Follow the survey link of a mail and answer. The page itself, which reads the real clock, has its own tests."""
        links = [html.unescape(link) for link in re.findall(r'href="([^"]+)"', mail.html)]
        token = next(urlsplit(link).path.removeprefix("/p/s/") for link in links if "/p/s/" in link)
        asked = asked_by(read_survey_token(token))
        assert asked is not None, "the link opens no survey"
        survey = active_playbook().playbook.surveys[asked.invitation.survey]
        record_answer(
            invitation_id=asked.invitation.id,
            survey=survey,
            score=score,
            comment=comment,
            now=self.now,
        )

    def close(self, task: HumanTask, outcome: str) -> None:
        close_task(task_id=task.id, outcome=outcome, told_customer=True, by="staff:1", now=self.now)
