"""Whose message is it? Stories of stitching, of ids that mean nobody, and of people who stay apart."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regard.identify.models import Identifier, Joining, JoinProposal, Person
from regard.identify.selectors import (
    find_person,
    joinings_of,
    open_proposals,
    origins_of,
    survivor_of,
)
from regard.identify.services import ERASED, NOBODY, resolve
from regard.identify.taking_back.forgetting import forget_hashes, id_hash
from regard.kernel.instant import from_us
from tests.cast.log import NOON_US, a_source, message

pytestmark = pytest.mark.django_db
NOW = from_us(NOON_US)


def survivors(*messages):
    return [survivor_of(origin) for origin in resolve(messages, country="GB")]


def test_the_same_ids_mean_the_same_person_within_and_across_batches():
    first, second = resolve([message(user="ana"), message(user="ana")])
    assert first == second == resolve([message(user="ana")])[0]
    assert Person.objects.count() == 1


def test_an_anonymous_visitor_becomes_known_and_keeps_her_history():
    (before,) = resolve([message(anonymous="tablet")])
    (known,) = resolve([message(type="identify", anonymous="tablet", user="ana")])
    (after,) = resolve([message(anonymous="tablet")])
    assert before != known
    assert after == before, "what the tablet says still belongs to the tablet, so that it can be parted again"
    assert survivor_of(before) == known
    assert joinings_of(known)[0].words == "Joined because the same message carried an id of both"


def test_stitching_in_the_middle_of_a_batch_is_the_same():
    origins = resolve(
        [
            message(anonymous="tablet"),
            message(anonymous="tablet", user="ana"),
            message(anonymous="tablet"),
        ]
    )
    assert len({survivor_of(origin) for origin in origins}) == 1
    assert Joining.objects.count() == 1
    assert Joining.objects.get().evidence["rule"] == "seen_together"


def test_an_alias_tells_who_an_anonymous_id_was():
    (before,) = resolve([message(anonymous="tablet")])
    (known,) = resolve([message(type="alias", user="ana", previous_id="tablet")])
    assert survivor_of(before) == known


def test_an_alias_never_joins_two_known_people():
    ana, ben = survivors(message(user="ana"), message(user="ben"))
    resolve([message(type="alias", user="ana", previous_id="ben")])
    assert survivor_of(ana) != survivor_of(ben)
    (proposal,) = open_proposals(ana)
    assert (proposal.one_id, proposal.other_id) == tuple(sorted((ana, ben)))


def test_two_people_with_one_e_mail_are_proposed_not_joined():
    ana, ben = survivors(message(user="ana", email="home@example.org"), message(user="ben"))
    assert survivors(message(type="identify", user="ben", email="home@example.org")) == [ben]
    assert survivor_of(ana) != survivor_of(ben)
    assert JoinProposal.objects.count() == 1
    resolve([message(type="identify", user="ben", email="home@example.org")])
    assert JoinProposal.objects.count() == 1, "asked once"


def test_a_new_user_id_does_not_take_over_the_person_of_an_e_mail_who_has_one():
    ana, other = survivors(message(user="ana", email="a@example.org"), message(user="thief", email="a@example.org"))
    assert ana != other
    assert find_person("a@example.org") == ana
    assert len(open_proposals()) == 1


def test_an_address_half_the_base_shares_asks_only_so_often():
    resolve([message(user="ana", email="info@example.org")])
    resolve([message(user=f"u{n}", email="info@example.org") for n in range(60)])
    resolve([message(user=f"v{n}", email="info@example.org") for n in range(60)])
    assert JoinProposal.objects.count() == 20
    assert Person.objects.count() == 121


def test_a_foreign_id_finds_its_person_unless_two_systems_know_it():
    ana, ben = survivors(message(foreign={"shopify": "77"}), message(foreign={"zendesk": "78"}))
    assert (find_person("77"), find_person("foreign:zendesk:78")) == (ana, ben)
    resolve([message(foreign={"zendesk": "77"})])
    assert find_person("77") is None
    assert find_person("foreign:shopify:77") == ana


def test_a_newsletter_reader_who_signs_up_is_one_person():
    cleo, again = survivors(message(email="Cleo@Example.org"), message(user="c-1", email="cleo@example.org"))
    assert cleo == again
    assert Joining.objects.count() == 0


def test_a_shared_tablet_joins_nobody():
    ana, ben = survivors(message(user="ana", anonymous="tablet"), message(user="ben", anonymous="tablet"))
    assert ana != ben
    assert JoinProposal.objects.count() == 0
    assert survivors(message(anonymous="tablet")) == [ana]


@pytest.mark.parametrize(
    "junk",
    [
        "null",
        "undefined",
        "None",
        "nil",
        "0",
        "-1",
        "n/a",
        "anonymous",
        "[object Object]",
        "",
        "NaN",
        "true",
        "guest",
        "false",
        "  ",
        "00000000-0000-0000-0000-000000000000",
        "(not set)",
        "0.0",
        '"null"',
    ],
)
def test_junk_ids_join_nobody(junk):
    ana, ben = survivors(message(user="ana", anonymous=junk), message(user="ben", anonymous=junk))
    assert ana != ben
    assert resolve([message(user=junk), message(user=junk, anonymous=junk)]) == [NOBODY, NOBODY]
    assert not Identifier.objects.filter(value=junk).exists()


def test_phones_are_one_however_they_are_written():
    one, other = survivors(message(phone="020 7946 0018"), message(phone="+44 20 7946 0018"))
    assert one == other
    assert find_person("+442079460018") == one
    assert find_person("phone:020 7946 0018", country="GB") == one


def test_traits_of_an_identify_call_name_a_person_too():
    one, other = survivors(
        message(type="identify", anonymous="tablet", traits={"email": "ana@example.org"}),
        message(email="ANA@example.org"),
    )
    assert one == other


def test_a_person_gathers_only_so_many_ids():
    (ana,) = resolve([message(user="ana")])
    resolve([message(user="ana", anonymous=f"kiosk-{n}") for n in range(400)])
    assert Identifier.objects.filter(person=ana).count() == 250


def test_a_runaway_of_merges_stops_too():
    resolve([message(anonymous=f"kiosk-{n}") for n in range(300)])
    (ana,) = resolve([message(user="ana")])
    resolve([message(user="ana", anonymous=f"kiosk-{n}") for n in range(300)])
    assert len(origins_of(ana)) == 250


def test_an_erased_person_is_not_made_again():
    forget_hashes(
        hashes=map(id_hash, [("user_id", "ana"), ("email", "ana@example.org"), ("anonymous_id", "tablet")]),
        now=NOW,
    )
    assert (
        resolve(
            [
                message(user="ana"),
                message(user="new-id", email="Ana@example.org"),
                message(type="identify", anonymous="phone-1", traits={"email": "ana@example.org"}),
                message(anonymous="tablet"),
            ]
        )
        == [ERASED] * 4
    )
    assert Person.objects.count() == 0


def test_a_living_person_beside_an_erased_id_stays_and_does_not_take_it():
    (ben,) = resolve([message(user="ben")])
    forget_hashes(hashes=map(id_hash, [("email", "ana@example.org"), ("anonymous_id", "tablet")]), now=NOW)
    assert resolve([message(user="ben", email="ana@example.org"), message(user="ben", anonymous="tablet")]) == [ben] * 2
    assert Identifier.objects.count() == 1


def test_our_own_touchpoints_name_their_person():
    (ana,) = resolve([message(user="ana")])
    assert resolve([message(origin=ana)]) == [ana]


def test_a_batch_costs_a_handful_of_queries():
    a_source()
    batch = [message(user=f"u{n % 300}", anonymous=f"a{n}") for n in range(1_000)]
    resolve(batch[:500])
    with CaptureQueriesContext(
        connection,
    ) as steady:
        resolve(batch[:500])
    assert len(steady) <= 8
    with CaptureQueriesContext(connection) as fresh:
        resolve(batch[500:])
    assert len(fresh) <= 20
