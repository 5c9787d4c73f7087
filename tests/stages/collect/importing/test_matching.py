"""What a file is about and what its columns mean: guessed with a confidence, and corrected by a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from regard.collect.importing.plan import ImportPlan, Wishes, make_plan
from regard.kernel.issues import Refused

FILES = {
    "orders": "Customer ID,Order Date,Order Number,Total,Currency\n1,2025-01-31,A1,10.00,EUR\n2,2025-02-01,A2,20.00,EUR\n",
    "order-lines": "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID\n1,A,Mug,2,2025-01-31 10:00,3.50,7\n1,B,Cup,1,2025-01-31 10:00,2.00,7\n",
    "tickets": "Ticket ID,Requester Email,Created At,Subject,Description,Status\n1,a@example.com,2025-01-31,Late,Where is it?,open\n",
    "answers": "email,submitted at,nps score,comment\na@example.com,2025-01-31,9,Great\nb@example.com,2025-02-01,3,Late\n",
    "touchpoints": "user_id,event,timestamp,colour\n1,Shop Visited,2025-01-31T10:00:00Z,red\n",
    "people": "Kundennummer;Vorname;Nachname;E-Mail;Ort\n1;Ann;Lee;ann@example.com;Bern\n",
}


def plan_of(folder: Path, text: str, **wishes: object) -> ImportPlan:
    path = folder / "file.csv"
    path.write_text(text)
    return make_plan(path, Wishes(**wishes))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", FILES)
def test_the_kind_is_guessed_from_what_the_columns_say(tmp_path: Path, kind: str) -> None:
    plan = plan_of(tmp_path, FILES[kind])
    assert plan.kind.name == kind
    assert not plan.errors


def test_headings_of_other_languages_and_spellings_are_known(tmp_path: Path) -> None:
    text = "kunden_nr;Bestellnummer;Bestelldatum;Gesamtbetrag\n1;A1;31.01.2025;10,50\n2;A2;01.02.2025;1.020,00\n"
    plan = plan_of(tmp_path, text)
    assert plan.mapping == {
        "kunden_nr": "user_id",
        "Bestellnummer": "order_id",
        "Bestelldatum": "occurred_at",
        "Gesamtbetrag": "total",
    }
    assert (plan.formats.numbers.decimal, plan.formats.numbers.thousands) == (",", ".")


def test_values_speak_against_a_heading(tmp_path: Path) -> None:
    text = "customer id,date,total\n1,often,10.00\n2,never,20.00\n"
    assert "date" not in plan_of(tmp_path, text).mapping


def test_an_address_is_known_by_its_look_alone(tmp_path: Path) -> None:
    assert plan_of(tmp_path, "kontakt,alter\nann@example.com,41\nbo@example.com,29\n").mapping == {"kontakt": "email"}


def test_a_persons_word_on_a_column_wins(tmp_path: Path) -> None:
    plan = plan_of(
        tmp_path,
        "who,when,paid\n1,2025-01-31,5\n",
        kind="orders",
        mapping={"who": "user_id", "when": "occurred_at", "paid": ""},
    )
    assert plan.mapping == {"who": "user_id", "when": "occurred_at"}
    assert [issue.message for issue in plan.errors] == ["orders need a column for total or price"]


@pytest.mark.parametrize(
    ("wishes", "place"),
    [
        ({"mapping": {"nope": "user_id"}}, "--map"),
        ({"mapping": {"who": "shoe_size"}}, "--map"),
        ({"kind": "invoices"}, "--kind"),
        ({"dates": "ydm"}, "--dates"),
    ],
)
def test_a_wish_that_means_nothing_is_told_with_its_place(
    tmp_path: Path, wishes: dict[str, object], place: str
) -> None:
    with pytest.raises(Refused) as refused:
        plan_of(tmp_path, "who,paid\n1,5\n", **wishes)
    assert refused.value.issues[0].where == place
    assert refused.value.issues[0].hint


def test_a_guess_about_dates_is_shown_with_the_way_to_turn_it_round(tmp_path: Path) -> None:
    text = "customer id,date,total\n1,03/04/2025,5\n2,05/06/2025,6\n"
    (issue,) = plan_of(tmp_path, text).issues
    assert "fit day-month and month-day" in issue.message
    assert plan_of(tmp_path, text, dates="mdy").formats.dates["date"].order == "mdy"


def test_real_files_are_understood_as_they_are(real_data: Path) -> None:
    kinds = {
        "cdnow_master": "orders",
        "online_retail_lines_2011-11_12": "order-lines",
        "grocery_journey_transactions_sample": "order-lines",
        "telco_churn": "people",
        "ecom_events_synthetic": "touchpoints",
    }
    for name, kind in kinds.items():
        plan = make_plan(real_data / f"{name}.csv.gz", Wishes())
        assert (plan.kind.name, plan.errors) == (kind, ()), name
