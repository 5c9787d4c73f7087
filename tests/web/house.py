"""The house the pages are tested in: a shop with its playbook, three people, and one of everything a page can show.

Ines bought twice, agreed to offers, complained and waits; Wen gave us 10; Amara has only a name. All of it was made by
the product's own services, as it would be in life.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from regard import flow
from regard.act.models import HumanTask, Link, Message
from regard.act.services.endpoints import add_endpoint
from regard.act.services.tasks import NewTask, open_task
from regard.collect.contracts import Incoming
from regard.collect.intake.keys import create_key
from regard.collect.models import Batch, Touchpoint
from regard.collect.services import ensure_source
from regard.decide.models import Cycle, Decision
from regard.identify.models import Joining, JoinProposal
from regard.identify.selectors import find_person, public_id_of
from regard.listen.models import Answer
from regard.playbooks.load import read_yaml
from regard.profile.keeping import add_note, add_tag, make_promise
from regard.profile.models import Tag
from regard.staff.models import Role, SavedView, User
from regard.staff.services import create_login_link, save_view
from regard.versions.drafts import start_draft
from regard.versions.models import PlaybookVersion
from regard.versions.selectors import shipped_text
from regard.versions.services import apply_shipped_playbook
from tests.cast.consents import agrees
from tests.cast.log import message

MARK = "<img src=x onerror=window.__x=1>"  # told by customers wherever they can tell something


@dataclass
class House:
    """Numbers and names of what stands in the house."""

    now: datetime
    ines: str = ""
    wen: str = ""
    staff: dict[str, User] = field(default_factory=dict)
    task: HumanTask | None = None
    promise: int = 0
    tag: int = 0
    proposal: int = 0
    joining: int = 0
    message: Message | None = None
    view: SavedView | None = None
    key: int = 0
    endpoint: int = 0
    batch: int = 0
    answer: int = 0
    link: str = ""
    draft: int = 0
    version: int = 0


def furnish(*, now: datetime | None = None, mark: str = "") -> House:
    """Build the house. `mark` is put into every text a customer can send."""
    now = now or datetime.now(UTC)
    apply_shipped_playbook(now=now - timedelta(days=400))
    house = House(now=now)
    source = ensure_source(name="shop", kind="api", now=now)
    flow.receive(_messages(source, now, mark), now=now)
    ines, wen = _person("ines@example.org"), _person("wen@example.org")
    house.ines, house.wen = public_id_of(ines), public_id_of(wen)
    for role in Role:
        house.staff[role] = User.objects.create_user(
            email=f"{role}@example.org",
            name=f"{role.label} Example",
            role=role,
            password="a long enough word",
        )
    owner = house.staff[Role.OWNER]
    agrees(person=ines, purpose="offers", channel="email", source="form", now=now - timedelta(days=30))
    _kept(house, ines, wen, owner, now, mark)
    _joined(house, ines, wen, now)
    journeys = read_yaml(shipped_text())["journeys"]  # type: ignore[index,call-overload]
    value = journeys["second-order"] | {"about": f"In words{mark}"}
    by = f"staff:{owner.pk}"
    house.draft = start_draft(section="journeys", name="second-order", value=value, by=by, now=now).pk
    house.version = PlaybookVersion.objects.latest("seq").pk
    flow.run_cycle(as_of=now, everybody=True)
    _sent(house, ines, now, mark)
    return house


def _person(email: str) -> int:
    found = find_person(email)
    assert found is not None
    return found


def _messages(source: int, now: datetime, mark: str) -> list[Incoming]:
    def one(key: str, days: float, **rest: Any) -> Incoming:
        return message(**{"source": source, "message_id": key, "name": key, "at": now - timedelta(days=days)} | rest)

    def order(key: str, who: str, days: float, minor: int) -> Incoming:
        products = [{"sku": "A1", "name": f"Second Horizons{mark}", "category": "jazz", "quantity": 2}]
        properties = {"order_id": key, "products": products}
        spent = {"name": "Order Completed", "value_minor": minor, "currency": "USD"}
        return one(key, days, channel="shop", email=who, properties=properties, **spent)

    def identify(key: str, who: str, **traits: object) -> Incoming:
        known = {"email": who} | traits
        return one(key, 90, type="identify", name="identify", email=who, traits=known)

    zone = {"time_zone": "Europe/Lisbon", "city": f"Lisbon{mark}", "language": "pt"}
    return [
        identify("i1", "ines@example.org", first_name=f"Ines{mark}", last_name="Albrecht", **zone),
        identify("i2", "wen@example.org", first_name="Wen", last_name="Li"),
        identify("i3", "amara@example.org", first_name="Amara"),
        order("o1", "ines@example.org", 80, 12_900),
        order("o2", "ines@example.org", 40, 4_500),
        order("o3", "wen@example.org", 20, 9_900),
        one(
            f"Ticket Opened{mark}",
            3,
            channel="email",
            email="ines@example.org",
            properties={"subject": f"Recall{mark}", "text": f"Should I stop using it?{mark}"},
        ),
        one(
            "answer-wen",
            2,
            name="Survey Answered",
            channel="survey",
            email="wen@example.org",
            score_milli=10_000,
            properties={"survey": "after-order", "comment": f"Lovely{mark}"},
        ),
    ]


def _kept(house: House, ines: int, wen: int, owner: User, now: datetime, mark: str) -> None:
    by = f"staff:{owner.pk}"
    add_tag(person=ines, name=f"collector{mark}"[:60], by=by, now=now)
    house.tag = Tag.objects.get(person_id=ines).pk
    add_note(person=ines, text=f"Prefers the phone{mark}", by=by, now=now)
    due = now + timedelta(hours=5)
    house.promise = make_promise(person=ines, text=f"Tell her about the recall{mark}", due_at=due, by=by, now=now)
    new = NewTask(
        ines,
        "t1",
        "complaint",
        f"Make it right{mark}",
        pauses_promotions=True,
        due_in=timedelta(hours=4),
    )
    house.task = open_task(new=new, now=now)
    said = Touchpoint.objects.get(message_id="answer-wen")
    house.answer = Answer.objects.create(
        seq=said.seq,
        survey="after-order",
        person_id=wen,
        score=10,
        comment=f"Lovely{mark}",
        answered_at=said.occurred_at,
    ).pk
    house.view = save_view(user_id=owner.pk, page="customers", name=f"Mine{mark}", query="sort=value")
    house.endpoint = add_endpoint(name="erp", url="https://erp.example/in", by="staff:1", now=now).endpoint.pk
    house.key = create_key(scope="write", name=f"shop{mark}", now=now).key.pk
    source = ensure_source(name="import", kind="import", now=now)
    house.batch = Batch.objects.create(
        public_id=uuid.uuid4(),
        kind="orders",
        file_name=f"orders{mark}.csv",
        file_hash="0" * 64,
        source_id=source,
        started_at=now,
        state="done",
    ).pk
    house.link = create_login_link(user_id=owner.pk, now=now)


def _joined(house: House, ines: int, wen: int, now: datetime) -> None:
    """Ines's phone was once a person of its own, joined by a rule; and she looks like Wen to the machine."""
    source = ensure_source(name="shop", kind="api", now=now)
    at = now - timedelta(days=50)
    loose = message(source=source, message_id="a1", anonymous="anon-1", at=at)
    both = message(
        source=source,
        message_id="a2",
        type="identify",
        name="identify",
        anonymous="anon-1",
        email="ines@example.org",
        at=at + timedelta(microseconds=1),
    )
    flow.receive([loose], now=now)
    flow.receive([both], now=now)
    house.joining = Joining.objects.latest("seq").pk
    house.proposal = JoinProposal.objects.create(
        one_id=ines, other_id=wen, evidence={"rule": "phone"}, created_at=now
    ).pk


def _sent(house: House, ines: int, now: datetime, mark: str) -> None:
    cycle = Cycle.objects.create(as_of=now, upto=1, playbook_hash="0" * 64, started_at=now)
    decision = Decision.objects.create(
        key="k1",
        cycle=cycle,
        person_id=ines,
        journey="thank-high-value",
        version="v",
        step="offer",
        act="send",
        channel="email",
        purpose="offers",
        as_of=now,
        asked_at=now,
        verdict="go",
        reason="go",
        words="May go: every guardrail was asked",
    )
    house.message = Message.objects.create(
        key=f"decision:{decision.id}",
        kind="promotion",
        cause_kind="decision",
        cause_id=str(decision.id),
        asked_by="journey:thank-high-value",
        decision=decision,
        public_id=uuid.uuid4(),
        person_id=ines,
        channel="email",
        purpose="offers",
        state="uncertain",
        template="personal-offer",
        subject=f"A few records{mark}",
        text=f"Hello{mark}",
        address="ines@example.org",
        sender="maya@harbour-records.example",
        queued_at=now,
        due_at=now,
        message_id_header="<1@example.org>",
        html=f'<p style="color:#123456">Hello{mark}<script>window.__x=1</script></p>',
    )
    Link.objects.create(message=house.message, position=0, url=f"https://example.org/?q={mark}")
