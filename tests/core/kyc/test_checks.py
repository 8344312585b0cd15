"""A request from what is declared to a firm's word: approved where all fits, else for a person."""

from datetime import date, timedelta

import pytest

from core.access.audit import Customer
from core.kyc import documents, requests
from core.kyc.declared import BirthImplausible, IdNumberOfAnotherDay, NotAHome, read_home
from core.kyc.ids import IdNumberWrong
from core.kyc.tiers import Tier, limits
from core.partners.answers import Done, Refused, Unclear
from core.store.outbox import register_senders
from tests.core.kyc.showing import (
    NUMBER,
    asks,
    firm_says,
    given,
    identified,
    of,
    shows,
    standing,
    statuses,
)  # fmt: skip
from tests.core.people import BORN, someone
from tests.support import unsealed
from tests.support.outbox_rows import ALL


@pytest.fixture
def amina(unit):
    register_senders(unit, ALL)
    return someone(unit, tier=Tier.REGISTERED, kyc_status="Pending")


def told(unit):
    said = [row.payload for row in unsealed.outbox(unit)]
    return [(one["alert"], one["facts"]) for one in said if one["alert"].startswith("kyc")]


def test_a_request_waits_for_its_pictures_in_their_order(unit, amina):
    request = asks(unit, amina)
    assert [piece.key for _, piece in requests.missing(unit, request)] == [
        "national_id.front", "national_id.back", "selfie.front",
    ]  # fmt: skip
    assert not shows(unit, request, but=("national_id.back",))
    assert statuses(unit, request) == {"national_id": "received", "selfie": "received"}
    assert shows(unit, request)
    assert statuses(unit, request) == {"national_id": "checking", "selfie": "checking"}


def test_what_the_firm_is_told_is_sealed_and_whole(unit, amina):
    request = asks(unit, amina)
    shows(unit, request)
    stored = unit.one("select body from partner_orders")
    assert NUMBER.encode() not in bytes(stored.body)
    (order,) = firm_says(unit, Unclear("slow"))
    assert (order.body["number"], order.body["name"]) == (NUMBER, "Amina Otieno")
    kept = order.body["pages"].split(",")
    assert [one.partition("=")[0] for one in kept] == [
        "national_id.front", "national_id.back", "selfie.front",
    ] or len(kept) == 3  # fmt: skip


def test_a_sure_firm_raises_who_fits(unit, amina):
    request = identified(unit, amina)
    assert standing(unit, amina) == (2, "Verified")
    assert statuses(unit, request) == {"national_id": "approved", "selfie": "approved"}
    assert requests.current(unit, amina.id) is None
    ((alert, facts),) = told(unit)
    brings = limits(unit, country="KE", tier=Tier.IDENTIFIED)
    assert (alert, facts["at_once"]) == ("kyc_approved", str(brings.per_transaction))
    card = of(unit, request, "national_id")
    assert card.verified_at == unit.now
    assert card.expires_on == min(date(2031, 5, 1), date(2029, 3, 4))  # looked at anew before


@pytest.mark.parametrize(
    ("read", "reason"),
    [
        ({"name": "Somebody Else"}, "name_differs"),
        ({"name": "Amina Akinyi Otieno"}, "name_close"),
        ({"number": "23456780"}, "number_differs"),
        ({"born": "1991-05-18"}, "born_differs"),
        ({"born": "no day"}, "born_differs"),
        ({"expires": "2026-03-03"}, "document_expired"),
        ({"face_match": "0.79"}, "face_differs"),
        ({"face_match": "none"}, "face_differs"),
        ({"authenticity": "0.84"}, "not_genuine"),
        ({"authenticity": "NaN"}, "not_genuine"),
        ({"reasons": "altered"}, "altered"),
    ],
)
def test_whatever_does_not_fit_a_person_looks_at(unit, amina, read, reason):
    request = asks(unit, amina)
    shows(unit, request)
    firm_says(unit, **read)
    assert set(statuses(unit, request).values()) == {"unclear"}
    found = {why for one in documents.of_request(unit, request.id) for why in one.reasons}
    assert reason in found
    assert standing(unit, amina) == (1, "Pending")
    assert told(unit) == []


def test_a_number_that_is_anothers_is_for_a_person(unit, amina):
    identified(unit, amina)
    brian = someone(
        unit, "+254712000002", names=("Amina", "Otieno"), tier=Tier.REGISTERED, id_number="ID2"
    )
    request = asks(unit, brian)
    shows(unit, request)
    firm_says(unit)
    assert "number_taken" in of(unit, request, "national_id").reasons
    assert standing(unit, brian)[0] == 1


def test_what_cannot_be_read_is_asked_for_again_twice_and_then_a_person_looks(unit, amina):
    request = asks(unit, amina)
    for time in range(3):
        shows(unit, request)
        firm_says(unit, Refused("unreadable", "unreadable"))
        if time < 2:
            assert [piece.key for _, piece in requests.missing(unit, request)] == [
                "national_id.front", "national_id.back",
            ]  # fmt: skip
            assert of(unit, request, "selfie").status == "received"
    assert set(statuses(unit, request).values()) == {"unclear"}
    assert [alert for alert, _ in told(unit)] == ["kyc_again", "kyc_again"]
    assert told(unit)[0][1] == {
        "document": "national_id", "reason": "unreadable", "code": request.spelt,
    }  # fmt: skip


def test_without_a_face_another_selfie_is_asked_for(unit, amina):
    request = asks(unit, amina)
    shows(unit, request)
    firm_says(unit, Refused("no_face", "no_face"))
    assert [piece.key for _, piece in requests.missing(unit, request)] == ["selfie.front"]
    shows(unit, request)
    firm_says(unit)
    assert standing(unit, amina) == (2, "Verified")


def test_a_firm_that_says_no_more_leaves_it_to_a_person(unit, amina):
    from core import outcomes
    from core.partners import order_queue

    request = asks(unit, amina)
    shows(unit, request)
    firm_says(unit, Unclear("slow"))
    unit.now += timedelta(days=2)
    outcomes.tell_stuck(unit, order_queue.take_stuck(unit))
    assert set(statuses(unit, request).values()) == {"unclear"}
    assert of(unit, request, "selfie").reasons == ("no_answer",)
    firm_says(unit)  # too late: a person has it
    assert set(statuses(unit, request).values()) == {"unclear"}
    assert standing(unit, amina)[0] == 1


def test_whoever_begins_anew_drops_what_they_have_not_shown(unit, amina):
    first = asks(unit, amina)
    second = asks(unit, amina, kind="passport", number="AK0123456")
    assert statuses(unit, first) == {"national_id": "asked_again", "selfie": "asked_again"}
    assert requests.current(unit, amina.id).id == second.id
    shows(unit, second)
    with pytest.raises(requests.RequestUnderway), unit.savepoint():
        asks(unit, amina)


def test_a_request_is_found_by_its_code_however_it_is_typed(unit, amina):
    request = asks(unit, amina)
    for said in (request.code, request.spelt, f" {request.spelt.lower()} "):
        assert requests.by_code(unit, said).id == request.id
    with pytest.raises(requests.UnknownRequest):
        requests.by_code(unit, "0000-0000")


def test_the_third_tier_is_for_people_whatever_the_firm_says(unit, amina):
    identified(unit, amina)
    request = asks(unit, amina, tier=3)
    shows(unit, request)
    assert statuses(unit, request) == {
        "proof_of_address": "checking", "source_of_funds": "unclear",
    }  # fmt: skip
    firm_says(unit)
    assert set(statuses(unit, request).values()) == {"unclear"}
    assert of(unit, request, "proof_of_address").reasons == ()
    assert standing(unit, amina) == (2, "Verified")


def test_a_bill_of_last_year_is_too_old(unit, amina):
    identified(unit, amina)
    request = asks(unit, amina, tier=3)
    shows(unit, request)
    firm_says(unit, issued="2025-03-04")
    assert of(unit, request, "proof_of_address").reasons == ("too_old",)


def test_what_cannot_be_declared_is_refused_at_once(unit, amina):
    with pytest.raises(IdNumberWrong):
        asks(unit, amina, number="12")
    with pytest.raises(IdNumberOfAnotherDay):
        asks(unit, amina, country="ZA", number="7503305044089")
    with pytest.raises(BirthImplausible):
        asks(unit, amina, born=date(2010, 1, 1))
    for wrong in ("Ngong", "12345678 90", "x" * 200):
        with pytest.raises(NotAHome):
            read_home(wrong)
    assert read_home(" House 7,\n Ngong Road ") == "House 7, Ngong Road"


def test_a_record_takes_over_what_the_document_shows(unit, amina):
    identified(unit, amina, born=BORN)
    row = unit.one("select id_number_index, updated_by from customers where id = %(i)s", i=amina.id)
    assert row.id_number_index == unit.keys.token(f"KE:{NUMBER}", kind="id_number")


def test_a_lie_of_a_number_that_is_not_one_of_ours_changes_nothing(unit, amina):
    request = asks(unit, amina)
    shows(unit, request)
    firm_says(unit, Done("SV", {}))
    assert set(statuses(unit, request).values()) == {"unclear"}
    assert given().facts()["number"] == NUMBER
    assert Customer(amina.id).kind == "customer"
