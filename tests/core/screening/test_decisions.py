"""Two people decide about a hit; what they decided holds for these versions of both sides alone."""

from datetime import date
from decimal import Decimal

import pytest

from core.access import approvals
from core.access.actors import Forbidden
from core.access.approvals import AlreadyAsked, OwnRequest, ReasonNeeded
from core.approvals.catalog import KINDS
from core.ledger import book
from core.screening import bands, decisions, hits, rescreen
from core.screening.bands import BadBands, Bands
from core.screening.decisions import HitDecided
from core.screening.hits import UnknownHit
from core.screening.importing import take_in
from core.screening.party import Party
from core.screening.screen import screen
from core.screening.standings import screen_customer, standing
from tests.core.people import someone
from tests.core.screening import lists
from tests.core.screening.test_rescreen import ZUBERI, run_all
from tests.support.desk import hired

approvals.register(KINDS)


@pytest.fixture
def maker(unit):
    return hired(unit, "compliance")


@pytest.fixture
def checker(unit):
    return hired(unit, "compliance")


@pytest.fixture
def zuberi(unit):
    take_in(unit, "ofac-sdn", lists.sdn())
    return someone(unit, names=ZUBERI, born=date(1958, 2, 12), holds="KES 100.00")


def decide(unit, maker, checker, verdict: str):
    (hit,) = hits.page(unit, maker)
    asked = decisions.request(unit, maker, hit.id, verdict, reason="looked at the passport")
    return approvals.approve(unit, checker, asked.id)


def test_a_false_positive_counts_no_more_until_either_side_changes(
    unit, maker, checker, zuberi
) -> None:
    decide(unit, maker, checker, "false_positive")
    assert standing(unit, zuberi.id) == "clear"
    assert screen_customer(unit, zuberi.id, why="changed").band == "clear"
    again = screen(
        unit, Party("person", "Kasimu Idrisa Zuberi-Mwambao", date(1958, 2, 12), "TZ"),
        subject="customer", subject_id=zuberi.id, customer=zuberi.id,
    )  # fmt: skip
    assert again.band == "block", "they are somebody else now"
    screen_customer(unit, zuberi.id, why="changed")
    assert standing(unit, zuberi.id) == "clear", "and who was cleared again"
    take_in(unit, "ofac-sdn", lists.sdn([lists.SDN[0].replace("1959", "1957"), *lists.SDN[1:]]))
    run_all(unit)
    assert standing(unit, zuberi.id) == "block", "the entry says something else"


def test_a_true_match_freezes_the_customer_and_tells_compliance_alone(
    unit, maker, checker, zuberi
) -> None:
    notices = unit.value("select count(*) from outbox")
    ended = decide(unit, maker, checker, "true_match")
    assert ended.outcome == {"verdict": "true_match", "wallets": "1"}
    assert [one.status for one in book.balances(unit, zuberi.id)] == ["frozen"]
    assert standing(unit, zuberi.id) == "block"
    assert unit.value("select count(*) from outbox") == notices
    unit.connection.exec_driver_sql("set local role wekeza_compliance")
    alert = unit.one("select type, severity, customer_id from aml_alerts")
    unit.connection.exec_driver_sql("set local role wekeza_app")
    assert tuple(alert) == ("sanctions", "critical", zuberi.id)
    hit = hits.page(unit, maker, status="true_match")[0]
    with pytest.raises(HitDecided):
        decisions.request(unit, maker, hit.id, "true_match", reason="again")


def test_a_payee_who_is_listed_freezes_nobody(unit, maker, checker) -> None:
    take_in(unit, "ofac-sdn", lists.sdn())
    amina = someone(unit)
    kasimu = Party("person", "Mwambao Idrisa Kasimu Zuberi")
    facts = {"subject": "counterparty", "subject_id": unit.new_id(), "customer": amina.id}
    screen(unit, kasimu, **facts)
    decide(unit, maker, checker, "true_match")
    assert [one.status for one in book.balances(unit, amina.id)] == ["active"]
    verdict = screen(unit, kasimu, **facts)
    assert (verdict.band, [hit.status for hit in verdict.hits]) == ("block", ["true_match"])


def test_nobody_decides_alone(unit, maker, zuberi) -> None:
    (hit,) = hits.page(unit, maker)
    with pytest.raises(ReasonNeeded):
        decisions.request(unit, maker, hit.id, "false_positive", reason=" ")
    asked = decisions.request(unit, maker, hit.id, "false_positive", reason="another man")
    assert asked.customer is None, "a confidential request names nobody"
    with pytest.raises(AlreadyAsked), unit.savepoint():
        decisions.request(unit, maker, hit.id, "true_match", reason="or is he")
    with pytest.raises(OwnRequest):
        approvals.approve(unit, maker, asked.id)
    assert standing(unit, zuberi.id) == "block"
    with pytest.raises(Exception, match="decided by two people"), unit.savepoint():
        unit.run(
            "update screening_hits set status = 'false_positive', decided_at = %(now)s",
            now=unit.now,
        )


def test_what_is_whitelisted_can_be_opened_again_by_one(unit, maker, checker, zuberi) -> None:
    decide(unit, maker, checker, "false_positive")
    (hit,) = hits.page(unit, maker, status="false_positive")
    with pytest.raises(ReasonNeeded):
        decisions.reopen(unit, maker, hit.id, reason="")
    decisions.reopen(unit, maker, hit.id, reason="the passport was forged")
    assert standing(unit, zuberi.id) == "block"
    with pytest.raises(HitDecided):
        decisions.reopen(unit, maker, hit.id, reason="again")


def test_a_hit_is_nobodys_business_but_compliances(unit, zuberi) -> None:
    agent = hired(unit, "agent")
    for look in (hits.page, hits.counts):
        with pytest.raises(Forbidden):
            look(unit, agent)
    with pytest.raises(Forbidden):
        hits.find(unit, agent, unit.new_id())


def test_a_hit_is_read_with_both_sides_and_its_reasons(unit, maker, zuberi) -> None:
    (hit,) = hits.page(unit, maker)
    assert hit.customer == zuberi.id and hit.party is not None
    assert (hit.listed, hit.born, hit.countries) == (
        "KASIMU ZUBERI, Mwambao Idrisa", ("1958-02-12", "1959"), ("YE",),
    )  # fmt: skip
    assert "date of birth equal +0.10" in hit.words and not hit.delisted
    assert hits.counts(unit, maker) == {
        "block": 1, "review": 0, "true_match": 0, "false_positive": 0,
    }  # fmt: skip
    with pytest.raises(UnknownHit):
        hits.find(unit, maker, unit.new_id())


def test_other_bands_hold_once_two_people_want_them(unit, maker, checker, zuberi) -> None:
    new = Bands("sanctions", Decimal("0.9"), None)
    asked = bands.request(unit, maker, new, reason="every hit is looked at")
    approvals.approve(unit, checker, asked.id)
    held = {one.kind: (one.review, one.block) for one in bands.held(unit)}
    assert held["sanctions"] == (Decimal("0.900"), None)
    run = rescreen.begin(unit)
    assert run is not None and run.since is None, "everybody is looked at with them"


@pytest.mark.parametrize(
    ("review", "block"), [("0.2", "0.9"), ("0.9", "0.8"), ("1.2", ""), ("x", ""), ("nan", "")]
)
def test_bands_that_are_none_are_refused(review: str, block: str) -> None:
    with pytest.raises(BadBands):
        bands.read({"kind": "sanctions", "review": review, "block": block})
