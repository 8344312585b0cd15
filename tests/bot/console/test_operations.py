"""The desk of operations: what its pages show, to whom, and what may be done there."""

import re
from collections.abc import Callable
from html import unescape
from uuid import UUID

import pytest

from bot.house import UI_DESK
from core.access import audit
from core.access.actors import SYSTEM, Actor, Forbidden
from core.deposits import suspense_view
from core.fx import decision_view, position_view, provider_switch, provider_view
from core.partners import order_view
from core.recon import break_view, breaks
from core.settlement import clearing_view, payout_view
from core.store.unit import Unit
from tests.support import operations
from tests.support.operations import ACCOUNT, PAYEE, PAYER
from worker import deposits, hedging, settlements

ROOMS = (
    "",
    "/decisions",
    "/payouts?status=all",
    "/clearing",
    "/breaks",
    "/receipts",
    "/orders?tab=all",
)


@pytest.fixture
def morning(house):
    with house.unit() as unit:
        return operations.tell(unit)


def noted(house, action: str) -> list[audit.Entry]:
    with house.unit() as unit:
        return audit.page(unit, SYSTEM, action=action, limit=100)


def at(room: str, thing: UUID | str = "") -> str:
    return f"/desk/operations/{room}{'/' if thing else ''}{thing}"


def first(desk, path: str) -> str:
    """Return where the first row of a list leads."""
    found = re.search(r'scope="row"><a[^>]*href="(/desk/operations/[^"]+)"', desk.get(path).text)
    assert found is not None
    return found[1]


def test_every_room_is_there_empty_and_full(somebody, house):
    desk = somebody("operations")
    empty = [desk.get(f"/desk/operations{room}") for room in ROOMS]
    assert [one.status_code for one in empty] == [200] * len(ROOMS)
    with house.unit() as unit:
        operations.tell(unit)
    for room in ROOMS:
        page = desk.get(f"/desk/operations{room}")
        assert page.status_code == 200
        assert not [word for word in (PAYEE, ACCOUNT, PAYER, "254722") if word in page.text], room


def test_some_look_and_operations_act(somebody, morning):
    for role, sees, acts in (
        ("operations", True, True), ("supervisor", True, False), ("compliance", True, False),
        ("auditor", True, False), ("agent", False, False), ("admin", False, False),
    ):  # fmt: skip
        desk = somebody(role)
        pages = [desk.get("/desk/operations"), desk.get(at("payouts", morning.unclear))]
        assert {one.status_code for one in pages} == ({200} if sees else {403}), role
        assert ("Switch off" in pages[0].text) is acts, role
        assert ("Ask the partner now" in pages[1].text) is acts, role
        assert ('href="/desk/operations"' in desk.get("/desk").text) is sees, role


def test_the_lists_themselves_let_nobody_look_who_may_not(house):
    nobody, thing = Actor(None, "staff", "agent", frozenset()), UUID(int=9)
    lists: tuple[Callable[[Unit], object], ...] = (
        lambda unit: position_view.today(unit, nobody),
        lambda unit: provider_view.providers(unit, nobody, since=unit.now),
        lambda unit: provider_switch.switch(unit, nobody, "lp_kilima", active=False, reason="x"),
        lambda unit: decision_view.page(unit, nobody),
        lambda unit: decision_view.find(unit, nobody, thing),
        lambda unit: payout_view.page(unit, nobody, payout_view.Asked()),
        lambda unit: payout_view.find(unit, nobody, thing),
        lambda unit: clearing_view.clearing(unit, nobody),
        lambda unit: break_view.runs(unit, nobody),
        lambda unit: breaks.how_many(unit, nobody),
        lambda unit: suspense_view.how_many(unit, nobody),
        lambda unit: order_view.stuck(unit, nobody),
        lambda unit: suspense_view.page(unit, nobody),
        lambda unit: suspense_view.ages(unit, nobody),
        lambda unit: suspense_view.send_back(unit, nobody, thing, reason="x"),
        lambda unit: order_view.page(unit, nobody),
        lambda unit: order_view.about(unit, nobody, thing),
        lambda unit: order_view.ask_after(unit, nobody, thing),
    )
    with house.unit() as unit:
        for look in lists:
            with pytest.raises(Forbidden):
                look(unit)


def test_positions_tell_what_is_open_what_covers_it_and_what_was_earned(somebody, morning):
    page = somebody("operations").get("/desk/operations").text
    assert "Within the limit" in page and "KES 500,000,000.00" in page
    assert re.search(r"USD</th>.*?USD 79,100\.00.*?long", page, re.S)
    assert "Position over its limit" in page and "Large conversion" in page
    assert "cover on order" in page
    assert "Baobab Markets" in page and "USD/KES" in page
    assert re.search(r"USD → KES</th>.*?>1<.*?USD 100\.00", page, re.S)


def test_a_provider_is_switched_by_operations_for_a_reason_that_is_kept(somebody, house, morning):
    desk, path = somebody("operations"), "/desk/operations/providers/lp_kilima/switch"
    assert "Say why" in desk.post(path, active="no", reason="").text
    done = desk.post(path, active="no", reason="Prices look wrong")
    assert "done=provider_off" in done.location
    assert "switched off by hand" in desk.get("/desk/operations").text
    assert desk.post(path, active="no", reason="again").status_code == 409
    assert desk.post(path.replace("kilima", "nobody"), active="no", reason="x").status_code == 404
    assert somebody("supervisor").post(path, active="yes", reason="please").status_code == 403
    [entry] = noted(house, "provider.switched")
    assert (entry.subject_id, entry.reason, entry.after) == (
        "lp_kilima", "Prices look wrong", {"active": False},
    )  # fmt: skip


def test_a_decision_shows_every_candidate_and_why(somebody, morning):
    desk = somebody("auditor")
    page = desk.get(first(desk, at("decisions") + "?kind=quote&outcome=chosen")).text
    assert all(name in page for name in ("lp_baobab", "lp_kilima", "lp_sahel"))
    assert "Chosen" in page and "Dearer" in page and "The quote" in page
    refused = desk.get(at("decisions") + "?outcome=refused").text
    assert "No liquidity" in refused and "Chosen" not in refused.split("<tbody>")[1]


def test_a_payout_shows_its_whole_way_masked_and_that_it_was_read(somebody, house, morning):
    desk = somebody("supervisor")
    page = desk.get(at("payouts", morning.returned)).text
    for words in (
        "Came back", "AC01", "account number incorrect", "***8712", "W***u K***i",
        "Nostro: central bank", "Clearing: PesaLink", "KES 900.00", "told by the bank",
        "KE-PESALINK",
    ):  # fmt: skip
        assert words in page, words
    assert not [word for word in (PAYEE, ACCOUNT, "722111222") if word in page]
    [entry] = noted(house, "payout.seen")
    assert entry.subject_id == str(morning.returned) and entry.customer_id is not None
    desk.get(at("payouts", morning.returned))
    assert len(noted(house, "payout.seen")) == 1
    assert desk.get(at("payouts", UUID(int=9))).status_code == 404


def test_the_ledger_shows_every_posting_of_a_payout(somebody, house, morning):
    desk = somebody("operations")
    with house.unit() as unit:
        rows = unit.all(
            """
            select s.settlement_id, count(t.transaction_id) as many from settlements s
            left join transactions t on t.reference = s.reference group by 1
            """
        )
    for row in rows:
        legs = desk.get(at("payouts", row.settlement_id)).text.split('id="legs"')[1]
        assert legs.split("</tbody>")[0].count('scope="row"') == row.many, row
    assert any(row.many == 3 for row in rows)


def test_payouts_are_narrowed_down_and_paged(somebody, house, morning, monkeypatch):
    desk = somebody("operations")

    def listed(query: str) -> list[str]:
        return re.findall(r'/payouts/([0-9a-f-]{36})"', desk.get(f"{at('payouts')}{query}").text)

    assert listed("") == [str(morning.unclear)]
    assert listed("?status=failed") == [str(morning.refused)]
    assert listed("?status=all&country=UG") == listed("?rail=KE-RTGS") == []
    assert len(listed("?status=all&rail=KE-PESALINK&country=KE")) == 4
    reference = re.search(r"Payout (\w+)<", desk.get(at("payouts", morning.arrived)).text)
    assert reference is not None
    assert listed(f"?reference={reference[1].lower()}") == [str(morning.arrived)]
    monkeypatch.setattr("bot.console.tabs.PAGE", 3)
    some = listed("?status=all")
    rest = listed(f"?status=all&after={some[-1]}")
    assert (len(some), len(rest), len(set(some + rest))) == (3, 1, 4)
    assert desk.get(f"{at('payouts')}?after=x").status_code == 400
    assert {"status": "failed"} in [entry.after for entry in noted(house, "payout.listed")]


def test_every_list_goes_on_until_each_row_was_shown_once(somebody, morning, monkeypatch):
    desk = somebody("operations")

    def rows(page: str) -> list[str]:
        return re.findall(r"<tr data-row>.*?</tr>", page.split('id="list"')[1], re.S)

    lists = ("/decisions", "/payouts?status=all", "/breaks", "/receipts", "/orders?tab=all")
    for path in lists:
        whole = rows(desk.get(f"/desk/operations{path}").text)
        shown, onward = [], f"/desk/operations{path}"
        with monkeypatch.context() as patch:
            patch.setattr("bot.console.tabs.PAGE", 1)
            while onward and len(shown) <= len(whole):
                page = desk.get(onward).text
                shown += rows(page)
                found = re.search(r'href="([^"]+)">Next page', page)
                onward = unescape(found[1]) if found else ""
        assert shown == whole, path
        assert whole, path


def test_a_payout_is_asked_after_and_a_case_opened_once(somebody, house, morning):
    desk, path = somebody("operations"), at("payouts", morning.unclear)
    assert "done=asked_after" in desk.post(f"{path}/ask").location
    with house.unit() as unit:
        order = unit.one(
            "select due_at, hurried from partner_orders where subject_id = %(id)s",
            id=morning.unclear,
        )
    assert (order.due_at, order.hurried) == (house.now(), True)
    over = desk.post(f"{at('payouts', morning.arrived)}/ask")
    assert (over.status_code, "nobody to ask" in over.text) == (409, True)
    assert "done=case_opened" in desk.post(f"{path}/case", reason="The payee called").location
    again = desk.post(f"{path}/case", reason="again")
    assert (again.status_code, "is open about it already" in again.text) == (409, True)
    assert re.search(r"/desk/cases/[0-9a-f-]{36}", desk.get(path).text)


def test_clearing_is_explained_and_nostros_tell_their_state(somebody, morning):
    page = somebody("compliance").get(at("clearing")).text
    assert "every cent is explained" in page and "Clearing: PesaLink" in page
    assert "enough" in page and "Nostro: central" in page
    assert "Taken by the partner" not in page.split("flights-title")[1].split("</table>")[0]


def test_a_break_shows_its_sides_and_is_asked_to_be_ended(somebody, house, morning):
    desk = somebody("operations")
    path = first(desk, at("breaks"))
    page = desk.get(path).text
    assert "Told by others, unknown to the book" in page and "KES \u22121,234.50" in page
    assert "O***o O***o" in page and PAYER not in page
    sides = page.split('class="thirds"')[1]
    assert sides.count("Says nothing of it.") == 2
    asked = desk.post(f"{path}/force", reason="The rail has told us whose it is")
    assert "/desk/approvals/" in asked.location
    assert "waits for a decision" in desk.get(path).text
    assert desk.post(f"{path}/force", reason="once more").status_code == 409
    assert len(noted(house, "reconciliation.break_seen")) == 1
    case = re.search(r'<dt>Case</dt><dd class="mono"><a href="(/desk/cases/[0-9a-f-]{36})">', page)
    assert case is not None and desk.get(case[1]).status_code == 200


def test_parked_money_is_given_by_two_or_sent_back(somebody, house, morning):
    desk, path = somebody("operations"), at("receipts", morning.parked)
    page = desk.get(path).text
    assert "KES 4,500.00" in page and "O***o O***o +254 7** *** 111" in page
    assert "No customer fits" in desk.post(f"{path}/find", words="Nobody Known").text
    assert [entry.after for entry in noted(house, "customer.searched")] == [{"found": 0}]
    found = desk.post(f"{path}/find", words="+254712000001").text
    customer = re.search(r'name="customer" value="([0-9a-f-]{36})"', found)
    assert customer is not None and "A***a O***o" in found
    asked = desk.post(f"{path}/give", customer=customer[1], reason="She showed the message")
    assert "/desk/approvals/" in asked.location
    assert desk.post(f"{path}/back", reason="no owner").status_code == 409
    desk.post(f"{asked.location.split('?')[0]}/withdraw")
    assert "done=sent_back" in desk.post(f"{path}/back", reason="The payer asked").location
    [entry] = noted(house, "receipt.sent_back")
    assert entry.reason == "The payer asked"
    with house.unit() as unit:
        due = unit.value(
            "select return_at from incoming_payments where id = %(i)s", i=morning.parked
        )
    assert due == house.now()


def test_orders_without_a_final_word_are_found_and_asked_after(somebody, house, morning, clock):
    desk = somebody("operations")
    assert "Every order was answered within a day" in desk.get(at("orders")).text
    clock.pass_(hours=25)
    desk = somebody("operations")
    with house.unit() as unit:
        unit.run(
            "update partner_orders set stuck_at = %(now)s where finished_at is null", now=unit.now
        )
    page = desk.get(at("orders")).text
    assert "no final word" in page and "no certain answer" in page
    order = re.search(r"/orders/([0-9a-f-]{36})/ask", page)
    assert order is not None
    assert "done=asked_after" in desk.post(at("orders", f"{order[1]}/ask")).location
    assert desk.post(at("orders", f"{UUID(int=9)}/ask")).status_code == 404
    assert len(noted(house, "order.asked_after")) == 1


def told(house) -> set[str]:
    """Return what open pages were told to look at anew since this was asked last."""
    found = {fields[b"topic"].decode() for _, fields in house.redis.xrange(UI_DESK)}
    house.redis.delete(UI_DESK)
    return found


def test_what_somebody_does_is_told_to_open_pages(somebody, house, morning):
    desk = somebody("operations")
    unclear, parked = at("payouts", morning.unclear), at("receipts", morning.parked)
    page = desk.post(f"{parked}/find", words="+254712000001").text
    customer = re.search(r'name="customer" value="([0-9a-f-]{36})"', page)
    assert customer is not None
    orders = re.findall(r"/orders/[0-9a-f-]{36}/ask", desk.get(at("orders") + "?tab=waiting").text)
    for path, form, topics in (
        (f"{at('providers')}/lp_kilima/switch", {"active": "no"}, {"positions"}),
        (f"{unclear}/ask", {}, {"orders"}),
        (f"{unclear}/case", {}, {"queue"}),
        (f"{at('')}{orders[0].lstrip('/')}", {}, {"orders"}),
        (f"{first(desk, at('breaks'))}/force", {}, {"breaks", "approvals"}),
        (f"{parked}/give", {"customer": customer[1]}, {"receipts", "approvals"}),
    ):
        told(house)
        assert desk.post(path, reason="To be seen", **form).status_code == 303, path
        assert told(house) >= topics, path


def test_what_happens_by_itself_is_told_to_open_pages(house, morning):
    told(house)
    hedging.cover(house)
    assert told(house) == {"positions"}  # money was changed just now
    settlements.close_windows(house)
    assert told(house) == set()  # nothing is over
    with house.unit() as unit:
        unit.run("update incoming_payments set return_at = %(now)s", now=unit.now)
    deposits.sweep(house)
    assert told(house) == {"receipts"}
