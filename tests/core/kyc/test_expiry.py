"""Documents whose time ends, pictures that go, and customers who leave."""

from datetime import date, timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from core.kyc import documents, expiry, history, pages, policy, requests
from core.kyc.tiers import Tier
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
from tests.support import unsealed
from tests.support.desk import hired
from tests.support.outbox_rows import ALL


@pytest.fixture
def amina(unit):
    register_senders(unit, ALL)
    return someone(unit, tier=Tier.REGISTERED, kyc_status="Pending")


def told(unit):
    said = [row.payload for row in unsealed.outbox(unit)]
    return [(one["alert"], one["facts"]) for one in said if one["alert"].startswith("kyc_exp")]


def on(unit, day):
    unit.now = unit.now.replace(year=day.year, month=day.month, day=day.day)


def end_all(unit):
    return [expiry.end(unit, one) for one in expiry.due(unit)]


def test_an_owner_is_told_a_month_before_and_once(unit, amina):
    request = identified(unit, amina)
    ends = of(unit, request, "national_id").expires_on
    on(unit, ends - timedelta(days=31))
    assert expiry.warn(unit) == 0
    on(unit, ends - timedelta(days=30))
    assert (expiry.warn(unit), expiry.warn(unit)) == (1, 0)
    assert told(unit) == [("kyc_expiring", {"document": "national_id", "day": ends.isoformat()})]


def test_when_its_time_is_over_the_tier_goes_with_it(unit, amina):
    request = identified(unit, amina)
    on(unit, of(unit, request, "national_id").expires_on)
    assert end_all(unit) == []  # its last day still counts
    unit.now += timedelta(days=1)
    assert len(end_all(unit)) == 2
    assert statuses(unit, request) == {"national_id": "expired", "selfie": "expired"}
    assert standing(unit, amina) == (1, "Expired")
    assert [alert for alert, _ in told(unit)] == ["kyc_expired"]
    assert end_all(unit) == []


def test_whoever_showed_a_new_one_before_stays_where_they_are(unit, amina):
    first = identified(unit, amina)
    unit.now += timedelta(days=365)
    second = identified(unit, amina, kind="passport", number="AK0123456")
    assert statuses(unit, second)["passport"] == "unclear"  # the firm read the card's number
    asked = asks_passport(unit, amina, second)
    assert of(unit, asked, "passport").status == "approved"
    assert of(unit, first, "national_id").status == "expired"
    assert standing(unit, amina) == (2, "Verified")
    on(unit, of(unit, asked, "passport").expires_on)
    assert told(unit) == []


def asks_passport(unit, amina, request):
    from core.kyc_review.deciding import approve

    officer = hired(unit, "compliance")
    for type_ in ("passport", "selfie"):
        approve(unit, officer, of(unit, request, type_).id, until=None, reason="passport is new")
    return request


def test_an_address_that_ends_lowers_to_the_second_tier_alone(unit, amina):
    identified(unit, amina)
    request = asks(unit, amina, tier=3)
    shows(unit, request)
    firm_says(unit)
    from core.kyc.tiers import set_tier
    from core.kyc_review.deciding import approve

    officer = hired(unit, "compliance")
    from core.access import approvals
    from core.approvals.catalog import KINDS

    approvals.register(KINDS)
    for type_ in ("proof_of_address", "source_of_funds"):
        approve(unit, officer, of(unit, request, type_).id, until=None, reason="fits")
    set_tier(unit, amina.id, Tier.ASSESSED, kyc_status="Verified", by="test")
    unit.run(
        "update kyc_documents set expires_on = %(day)s where type = 'proof_of_address'",
        day=unit.now.date() - timedelta(days=1),
    )
    (ended,) = end_all(unit)
    assert ended.tier == Tier.IDENTIFIED
    assert standing(unit, amina) == (2, "Verified")


def test_how_long_somebody_is_known_follows_from_their_risk(unit, amina):
    for risk, ends in (("Low", date(2031, 3, 4)), ("High", date(2027, 3, 4)), (None, None)):
        unit.run(
            "update customers set risk_profile = %(risk)s where id = %(id)s",
            risk=risk, id=amina.id,
        )  # fmt: skip
        assert policy.looked_at_again(unit, amina.id) == (ends or date(2029, 3, 4))
    assert policy.in_years(date(2028, 2, 29), 1) == date(2029, 2, 28)
    assert expiry.ends_on(unit, amina.id, date(2026, 6, 1)) == date(2026, 6, 1)


def test_pictures_of_what_was_not_taken_go_after_ninety_days(unit, amina):
    from core.kyc_review.deciding import reject

    request = asks(unit, amina)
    shows(unit, request)
    firm_says(unit, name="Somebody Else")
    reject(unit, hired(unit, "compliance"), of(unit, request, "national_id").id,
           code="not_genuine", reason="")  # fmt: skip
    before = policy.before(unit, "rejected_days")
    assert pages.let_go_of_refused(unit, before=before, limit=9) == 0
    unit.now += timedelta(days=91)
    before = policy.before(unit, "rejected_days")
    assert pages.let_go_of_refused(unit, before=before, limit=9) == 3
    left = pages.leaving(unit)
    assert len(left) == 3 and pages.known(unit, left) == set(left)
    for one in left:
        pages.gone(unit, one)
    assert pages.leaving(unit) == [] and pages.known(unit, left) == set()


def erase(unit, amina, *, identity):
    unit.run(
        "select erase_customer(%(id)s, %(identity)s, '\\x01', '\\x01', 'erasure', %(now)s)",
        id=amina.id, identity=identity, now=unit.now,
    )  # fmt: skip


def test_who_leaves_keeps_what_the_law_wants_until_its_time_is_over(unit, amina):
    kept = identified(unit, amina)
    open_ = asks(unit, amina, tier=3)
    shows(unit, open_)
    erase(unit, amina, identity=False)
    assert set(statuses(unit, open_).values()) == {"rejected"}
    assert of(unit, open_, "source_of_funds").reason == "left"
    assert requests.current(unit, amina.id) is None
    assert len(pages.leaving(unit)) == 2
    assert requests.find(unit, kept.id).declared is not None
    assert requests.find(unit, open_.id).declared is None
    assert documents.findings(unit, of(unit, kept, "national_id").id)["read"]
    erase(unit, amina, identity=True)
    assert len(pages.leaving(unit)) == 5
    assert requests.find(unit, kept.id).declared is None
    assert documents.findings(unit, of(unit, kept, "national_id").id) == {}
    events = history.events(unit, [of(unit, kept, "selfie").id])
    assert [one.became for one in next(iter(events.values()))] == [
        "received", "checking", "approved",
    ]  # fmt: skip


def test_the_database_lets_nothing_go_another_way(unit, amina):
    request = asks(unit, amina)
    card = of(unit, request, "national_id")
    for wrong in (
        "status = 'approved', verified_at = now(), expires_on = now(), events = events + 1",
        "status = 'checking'",
        "status = 'checking', events = events + 2",
        "type = 'passport'",
        "created_at = now()",
    ):
        with pytest.raises(DBAPIError), unit.savepoint():
            unit.run(f"update kyc_documents set {wrong} where doc_id = %(id)s", id=card.id)
    with pytest.raises(DBAPIError), unit.savepoint():
        unit.run("delete from kyc_events")
    with pytest.raises(DBAPIError), unit.savepoint():
        unit.run("update kyc_moves set told = ''")
