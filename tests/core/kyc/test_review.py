"""What people decide about documents, and what screening keeps from being decided."""

from datetime import date, timedelta

import pytest

from core.access import approvals, audit
from core.access.actors import SYSTEM, Forbidden
from core.access.approvals import ReasonNeeded
from core.approvals.catalog import KINDS
from core.kyc import requests
from core.kyc.documents import DocumentMoved, UnknownDocument
from core.kyc.tiers import Tier
from core.kyc_review import deciding
from core.kyc_review.deciding import (
    BadReason,
    NotLongEnough,
    NotYourReview,
    NumberTaken,
    approve,
    ask_again,
    reject,
    take,
)  # fmt: skip
from core.screening import decisions, hits
from core.screening.importing import take_in
from core.screening.standings import screen_customer
from core.store.outbox import register_senders
from tests.core.kyc.showing import (
    asks,
    firm_says,
    identified,
    of,
    shows,
    standing,
    statuses,
)  # fmt: skip
from tests.core.people import someone
from tests.core.screening import lists
from tests.core.screening.test_rescreen import ZUBERI
from tests.support import unsealed
from tests.support.desk import hired
from tests.support.outbox_rows import ALL


@pytest.fixture
def amina(unit):
    register_senders(unit, ALL)
    approvals.register(KINDS)
    return someone(unit, tier=Tier.REGISTERED, kyc_status="Pending")


@pytest.fixture
def officer(unit):
    return hired(unit, "compliance")


@pytest.fixture
def unsure(unit, amina):
    """A request whose name differs."""
    request = asks(unit, amina)
    shows(unit, request)
    firm_says(unit, name="Somebody Else")
    return request


def told(unit):
    said = [row.payload for row in unsealed.outbox(unit)]
    return [(one["alert"], one["facts"]) for one in said if one["alert"].startswith("kyc")]


def alerts(unit):
    return [alert for alert, _ in told(unit)]


def test_a_person_approves_what_a_machine_was_not_sure_of(unit, amina, officer, unsure):
    card, face = of(unit, unsure, "national_id"), of(unit, unsure, "selfie")
    with pytest.raises(ReasonNeeded), unit.savepoint():
        approve(unit, officer, card.id, until=None, reason=" ")
    first = approve(unit, officer, card.id, until=date(2027, 1, 1), reason="Married name")
    assert (first.came, first.document.expires_on) == ("approved", date(2027, 1, 1))
    assert standing(unit, amina) == (1, "Pending")
    last = approve(unit, officer, face.id, until=None, reason="It is her")
    assert last.came == "raised"
    assert standing(unit, amina) == (2, "Verified")
    assert alerts(unit) == ["kyc_approved"]
    assert of(unit, unsure, "national_id").decided_by == officer.id


def test_what_is_rejected_ends_the_request_and_says_why(unit, amina, officer, unsure):
    card = of(unit, unsure, "national_id")
    reject(unit, officer, card.id, code="not_genuine", reason="Another font")
    assert statuses(unit, unsure) == {"national_id": "rejected", "selfie": "rejected"}
    assert standing(unit, amina) == (1, "Rejected")
    assert requests.current(unit, amina.id) is None
    assert told(unit) == [("kyc_rejected", {"document": "national_id", "reason": "not_genuine"})]
    asks(unit, amina)  # they may begin anew


def test_one_document_is_asked_for_again_and_the_rest_waits(unit, amina, officer, unsure):
    card = of(unit, unsure, "national_id")
    ask_again(unit, officer, card.id, code="unreadable", reason="")
    assert statuses(unit, unsure) == {"national_id": "received", "selfie": "unclear"}
    shows(unit, unsure)
    firm_says(unit)
    assert statuses(unit, unsure) == {"national_id": "approved", "selfie": "unclear"}
    assert standing(unit, amina) == (1, "Pending")
    done = approve(unit, officer, of(unit, unsure, "selfie").id, until=None, reason="Her face")
    assert done.came == "raised"
    assert alerts(unit) == ["kyc_again", "kyc_approved"]


def test_a_colleagues_review_is_taken_over_first(unit, officer, unsure):
    card, other = of(unit, unsure, "national_id"), hired(unit, "compliance")
    assert take(unit, officer, card.id).reviewer == officer.id
    for act in (
        lambda: approve(unit, other, card.id, until=None, reason="fine"),
        lambda: reject(unit, other, card.id, code="unreadable", reason=""),
        lambda: ask_again(unit, other, card.id, code="unreadable", reason=""),
    ):
        with pytest.raises(NotYourReview), unit.savepoint():
            act()
    assert take(unit, other, card.id).reviewer == other.id
    assert reject(unit, other, card.id, code="unreadable", reason="").status == "rejected"


def test_nothing_is_decided_twice_or_without_its_reason(unit, officer, unsure):
    card = of(unit, unsure, "national_id")
    for wrong in ("", "left", "because"):
        with pytest.raises(BadReason), unit.savepoint():
            reject(unit, officer, card.id, code=wrong, reason="")
    with pytest.raises(NotLongEnough), unit.savepoint():
        approve(unit, officer, card.id, until=date(2026, 3, 3), reason="fine")
    reject(unit, officer, card.id, code="name_differs", reason="")
    for act in (take, lambda u, a, d: approve(u, a, d, until=None, reason="fine")):
        with pytest.raises(DocumentMoved) as moved, unit.savepoint():
            act(unit, officer, card.id)
        assert moved.value.facts == {"status": "rejected"}
    with pytest.raises(UnknownDocument):
        take(unit, officer, unit.new_id())


def test_a_number_that_is_anothers_is_approved_by_nobody(unit, amina, officer):
    identified(unit, amina)
    brian = someone(unit, "+254712000002", tier=Tier.REGISTERED, id_number="ID2")
    request = asks(unit, brian)
    shows(unit, request)
    firm_says(unit)
    with pytest.raises(NumberTaken):
        approve(unit, officer, of(unit, request, "national_id").id, until=None, reason="fine")


@pytest.mark.parametrize("role", ["agent", "supervisor", "operations", "auditor", "admin"])
def test_who_does_not_review_decides_nothing(unit, unsure, role):
    card = of(unit, unsure, "national_id")
    with pytest.raises(Forbidden):
        approve(unit, hired(unit, role), card.id, until=None, reason="fine")


BORN_AS_LISTED = date(1958, 2, 12)
AS_LISTED = {"name": " ".join(ZUBERI), "born": BORN_AS_LISTED}


@pytest.fixture
def zuberi(unit):
    """Somebody who is called as somebody on a list, and was born the same day."""
    register_senders(unit, ALL)
    approvals.register(KINDS)
    take_in(unit, "ofac-sdn", lists.sdn())
    return someone(
        unit, "+254712000009", names=ZUBERI, born=BORN_AS_LISTED, id_number="ID9",
        tier=Tier.REGISTERED, kyc_status="Pending",
    )  # fmt: skip


def cleared(unit, officer):
    """Have two people decide that every hit is somebody else."""
    for hit in hits.page(unit, officer):
        asked = decisions.request(unit, officer, hit.id, "false_positive", reason="another man")
        approvals.approve(unit, hired(unit, "compliance"), asked.id)


def test_whom_screening_has_not_cleared_stays_where_they_are(unit, zuberi, officer):
    request = asks(unit, zuberi, **AS_LISTED)
    shows(unit, request)
    firm_says(unit, name=AS_LISTED["name"], born=BORN_AS_LISTED.isoformat())
    assert statuses(unit, request) == {"national_id": "unclear", "selfie": "unclear"}
    assert of(unit, request, "national_id").reasons == ("screening",)
    came = approve(unit, officer, of(unit, request, "national_id").id, until=None, reason="fine")
    assert came.came == "screening"
    assert standing(unit, zuberi) == (1, "Pending")
    assert told(unit) == []  # the customer hears nothing that others would not
    unit.finish()
    noted = [one for one in audit.page(unit, SYSTEM, limit=20) if one.customer_id == zuberi.id]
    assert "kyc.left_open" in {one.action for one in noted}
    assert "screening" not in str(noted)  # nor does whoever reads the log of a customer
    cleared(unit, officer)
    for type_ in ("national_id", "selfie"):
        approve(unit, officer, of(unit, request, type_).id, until=None, reason="no match")
    assert standing(unit, zuberi) == (2, "Verified")


@pytest.fixture
def third(unit, amina):
    """A request for the third tier, both documents of which wait for a person."""
    identified(unit, amina)
    request = asks(unit, amina, tier=3)
    shows(unit, request)
    firm_says(unit)
    return request


def approve_both(unit, officer, request):
    for type_ in ("proof_of_address", "source_of_funds"):
        last = approve(unit, officer, of(unit, request, type_).id, until=None, reason="fits")
    return last


def pending(unit):
    return unit.value("select id from approvals where status = 'pending'")


def test_the_third_tier_takes_two_people(unit, amina, officer, third):
    assert approve_both(unit, officer, third).came == "asked"
    assert standing(unit, amina) == (2, "Verified")
    with pytest.raises(approvals.OwnRequest), unit.savepoint():
        approvals.approve(unit, officer, pending(unit))
    ended = approvals.approve(unit, hired(unit, "supervisor"), pending(unit))
    assert (ended.status, ended.outcome) == ("approved", {"tier": "3"})
    assert standing(unit, amina) == (3, "Verified")
    assert alerts(unit) == ["kyc_approved", "kyc_approved"]


def test_a_second_person_who_says_no_leaves_the_tier(unit, amina, officer, third):
    approve_both(unit, officer, third)
    approvals.reject(unit, hired(unit, "supervisor"), pending(unit), "The bill is a neighbour's")
    assert standing(unit, amina) == (2, "Verified")
    assert requests.current(unit, amina.id) is None
    assert alerts(unit)[-1] == "kyc_not_raised"


def test_screening_may_still_stop_the_third_tier(unit, amina, officer, third):
    approve_both(unit, officer, third)
    listed = lists.SDN[0].replace("KASIMU ZUBERI, Mwambao Idrisa", "OTIENO, Amina")
    take_in(unit, "ofac-sdn", lists.sdn([listed.replace("12 Feb 1958", "17 May 1991")]))
    screen_customer(unit, amina.id, why="changed")
    ended = approvals.approve(unit, hired(unit, "supervisor"), pending(unit))
    assert (ended.status, ended.outcome) == ("failed", {"code": "screening_open"})
    assert standing(unit, amina) == (2, "Verified")


def test_every_decision_is_in_the_log_with_its_reason(unit, officer, unsure):
    card = of(unit, unsure, "national_id")
    reject(unit, officer, card.id, code="not_genuine", reason="Another font")
    unit.finish()
    [entry] = audit.page(unit, SYSTEM, action="kyc.rejected", limit=9)
    assert (entry.reason, entry.after) == (
        "Another font", {"status": "rejected", "reason": "not_genuine"},
    )  # fmt: skip
    assert entry.fields == ("national_id",)
    assert deciding.PERMISSION == "kyc.review"
    assert timedelta(0) == entry.at - unit.now
