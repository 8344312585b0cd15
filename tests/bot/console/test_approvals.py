"""Approvals at the desk: asked for, seen, decided by another with a fresh code, taken back."""

import html
import re
from uuid import UUID, uuid4

import pytest

from core.access import audit
from core.access.actors import SYSTEM
from core.crm import cases
from core.ledger import book
from core.wallets.wallets import open_wallet

WHY = "The customer proved who she is"


@pytest.fixture
def asked(somebody):
    """Ask for a new PIN for Amina as an agent, and return the path of the request."""
    agent = somebody("agent")
    answer = agent.post(f"{agent.customer()}/ask/pin_reset", place="0", reason=WHY)
    assert (answer.status_code, answer.location.split("?")[1]) == (303, "done=asked")
    assert "Somebody else must approve it" in agent.get(answer.location).text
    found = re.search(
        r"/desk/approvals/[0-9a-f-]{36}", somebody("supervisor").get("/desk/approvals").text
    )
    assert found is not None
    return found[0]


def test_the_queue_shows_what_waits_for_whom(somebody, clock, asked):
    clock.pass_(seconds=30)
    for role, waits in (("supervisor", True), ("compliance", False)):
        desk = somebody(role)
        assert (asked in desk.get("/desk/approvals").text) is waits
        assert asked in desk.get("/desk/approvals?tab=all").text
        assert asked not in desk.get("/desk/approvals?tab=mine").text
        assert asked not in desk.get("/desk/approvals?tab=decided").text


def test_each_list_is_read_to_its_end_by_the_page(somebody, monkeypatch):
    desk = somebody("supervisor")
    place = desk.customer()
    for n in range(5):
        made = desk.post(f"{place}/ask/pin_reset", place="0", reason=WHY).location.split("?")[0]
        if n < 4:
            assert desk.post(f"{made}/withdraw").status_code == 303
    monkeypatch.setattr("bot.console.tabs.PAGE", 2)
    for tab, many in (("mine", 5), ("decided", 4), ("all", 5)):
        seen, path = [], f"/desk/approvals?tab={tab}"
        while path:
            text = desk.get(path).text
            seen += re.findall(r'href="(/desk/approvals/[0-9a-f-]{36})"', text)
            more = re.search(r'href="([^"]*after=[^"]*)">Next page', text)
            path = html.unescape(more[1]) if more else ""
        assert len(seen) == len(set(seen)) == many, tab
    assert desk.get("/desk/approvals?tab=all&after=x").status_code == 400


def test_a_request_shows_its_facts_masked_and_that_it_was_read(somebody, house, clock, asked):
    clock.pass_(seconds=30)
    page = somebody("supervisor").get(asked).text
    assert WHY in page and "Joyce Wairimu" in page and "A***a O***o" in page
    assert "+254 7** *** 001" in page and "712000001" not in page
    with house.unit() as unit:
        assert audit.page(unit, SYSTEM, action="approval.seen", limit=9)
    assert somebody("auditor").get(asked).status_code == 200
    assert somebody("auditor").get(f"/desk/approvals/{uuid4()}").status_code == 404


def test_a_code_of_this_quarter_of_an_hour_is_asked_for_and_counts(somebody, clock, asked):
    clock.pass_(seconds=30)
    desk = somebody("supervisor")
    assert "was proven within" in desk.get(asked).text
    clock.pass_(minutes=16)
    assert 'name="code"' in desk.get(asked).text
    bare = desk.post(f"{asked}/approve", reason="Both names checked")
    assert (bare.status_code, "asks for a fresh code" in bare.text) == (403, True)
    wrong = desk.post(f"{asked}/approve", reason="Both names checked", code="000000")
    assert (wrong.status_code, "Both names checked" in wrong.text) == (401, True)
    assert "not the code" in wrong.text
    done = desk.post(f"{asked}/approve", reason="Both names checked", code=desk.code())
    assert done.location == f"{asked}?done=approved"
    assert "Both names checked" in desk.get(asked).text
    again = desk.post(f"{asked}/approve", reason="Once more")
    assert (again.status_code, "decided already" in again.text) == (409, True)


def test_it_is_rejected_with_a_reason(somebody, clock, asked):
    clock.pass_(seconds=30)
    desk = somebody("supervisor")
    none = desk.post(f"{asked}/reject", reason="")
    assert (none.status_code, "Say why" in none.text) == (422, True)
    assert desk.post(f"{asked}/reject", reason="Not proven").location == f"{asked}?done=rejected"
    assert asked in desk.get("/desk/approvals?tab=decided").text


def test_nobody_decides_what_they_asked_for_but_may_take_it_back(somebody, clock):
    desk = somebody("supervisor")
    answer = desk.post(f"{desk.customer()}/ask/pin_reset", place="0", reason=WHY)
    path = answer.location.split("?")[0]
    page = desk.get(path).text
    assert "A colleague must decide" in page and f"{path}/approve" not in page
    refused = desk.post(f"{path}/approve", reason="I am sure")
    assert (refused.status_code, "Somebody else must decide" in refused.text) == (403, True)
    assert somebody("agent").post(f"{path}/withdraw").status_code == 403
    assert desk.post(f"{path}/withdraw").location == f"{path}?done=withdrawn"


def test_what_is_asked_for_must_make_sense(somebody):
    desk = somebody("agent")
    amina, case = desk.customer(), desk.first_case("mine").rsplit("/", 1)[1]
    for kind, form in {
        "nonsense": {},
        "pin_reset": {"place": "99"},
        "recall": {"payment": "nonsense"},
        "freeze": {"case": "nonsense"},
    }.items():
        status = 404 if kind == "nonsense" else 400
        assert desk.post(f"{amina}/ask/{kind}", reason=WHY, **form).status_code == status
    assert desk.post(f"{amina}/ask/freeze", reason=WHY, case=case).status_code == 400
    for kind, form, status in (
        ("recall", {"payment": str(uuid4())}, 409),
        ("number_change", {"to": "not a number"}, 422),
        ("erasure", {}, 403),
        ("freeze", {"case": str(uuid4())}, 404),
    ):
        assert desk.post(f"{amina}/ask/{kind}", reason=WHY, **form).status_code == status


def test_a_number_change_shows_the_new_number_masked(somebody):
    desk = somebody("supervisor")
    answer = desk.post(f"{desk.customer()}/ask/number_change", to="0712345678", reason=WHY)
    page = desk.get(answer.location).text
    assert "+254 7** *** 678" in page and "712345678" not in page


def test_a_frozen_customer_is_seen_to_be_so(somebody, clock):
    desk = somebody("supervisor")
    amina = desk.customer()
    path = desk.post(f"{amina}/ask/freeze", reason=WHY).location.split("?")[0]
    clock.pass_(seconds=30)
    done = somebody("compliance").post(f"{path}/approve", reason="Seen")
    assert done.location == f"{path}?done=approved"
    assert "frozen" in desk.get(amina).text


@pytest.mark.parametrize(
    ("frozen", "offered"), [(0, ["freeze"]), (1, ["freeze", "unfreeze"]), (2, ["unfreeze"])]
)
def test_only_what_would_change_a_wallet_is_offered(somebody, house, frozen, offered):
    desk = somebody("agent")
    case = desk.first_case("mine")
    with house.unit() as unit:
        customer = cases.get(unit, UUID(case.rsplit("/", 1)[1])).customer
        open_wallet(unit, customer, "USD")
        wallets = book.balances(unit, customer)
        assert len(wallets) == 2
        for wallet in wallets[:frozen]:
            book.set_status(
                unit, id=unit.new_id(), account=wallet.account_id, status="frozen",
                reason=book.Reason(by="test", why="test"),
            )  # fmt: skip
    for path in (f"/desk/customers/{customer}", case):
        assert re.findall(r"/ask/(freeze|unfreeze)\b", desk.get(path).text) == offered, path
