"""Every marketing message that was sent can be walked to what it rests on, whatever was said before and after (D1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regard.act.channels.email.transport import Outbox
from regard.act.models import Message
from regard.act.services import claim, deliver
from regard.consent.models import Consent
from regard.identify.selectors import origins_of
from regard.identify.services import merge_people
from regard.playbooks.model import Playbook
from tests.cast.consents import agrees, withdraws

HOUR = timedelta(hours=1)
WORDS = st.tuples(
    st.booleans(), st.sampled_from(["*", "email"]), st.integers(-50, 50), st.sampled_from([0, 1])
)  # yes or no, on which channel, said how many hours before or after it reached us, by whom


@given(before=st.lists(WORDS, max_size=5), after=st.lists(WORDS, max_size=2), joined=st.booleans())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_sent_rests_on_the_newest_word_of_then(
    playbook: Playbook,
    make_person: Callable[..., int],
    queue: Callable[..., Message],
    as_of: datetime,
    before: list[tuple[bool, str, int, int]],
    after: list[tuple[bool, str, int, int]],
    joined: bool,
) -> None:
    number = Message.objects.count()
    people = [make_person(f"{who}-{number}-{len(before)}@example.org", agreed=()) for who in "ab"]

    def say(words: list[tuple[bool, str, int, int]], since: datetime) -> None:
        for turn, (yes, channel, hours, who) in enumerate(words):
            at = since + turn * timedelta(minutes=1)
            more = {"purpose": "offers", "channel": channel, "source": f"page {turn}"}
            tell = agrees if yes else withdraws
            tell(person=people[who], now=at, occurred_at=at + hours * HOUR, **more)  # type: ignore[arg-type]

    say(before, as_of - 100 * HOUR)
    if joined:
        merge_people(survivor=people[0], absorbed=people[1], by="s", evidence={}, now=as_of - HOUR)
    message = queue(people[0])
    held = claim(playbook=playbook, now=as_of, worker="w1").messages
    deliver(messages=held, playbook=playbook, opened=lambda _: Outbox(), worker="w1", clock=lambda: as_of)
    say(after, as_of + HOUR)

    sent = Message.objects.get(id=message.id)
    words = Consent.objects.filter(person_id__in=origins_of(people[0]), recorded_at__lte=as_of, purpose="offers")
    newest = max(
        words,
        key=lambda w: (min(w.occurred_at, w.recorded_at), w.state == "withdrawn", w.seq),
        default=None,
    )
    assert (sent.state == "sent") == (newest is not None and newest.state == "granted")
    if sent.state != "sent":
        return
    assert newest is not None
    shown = {name: sent.basis[name] for name in ("consent", "source", "wording", "wording_text")}
    assert shown == {
        "consent": newest.seq,
        "source": newest.source,
        "wording": newest.wording,
        "wording_text": newest.wording_text,
    }
    assert newest.wording_text == playbook.purposes["offers"].wordings[-1].texts["en"]
    assert sent.basis["occurred_at"] == newest.occurred_at.isoformat()
    assert (sent.basis["state"], sent.basis["basis"]) == ("granted", "consent")
    assert (sent.basis["purpose"], sent.basis["channel"]) == ("offers", "email")
