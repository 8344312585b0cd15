"""Every look at a customer is written down, and every page shows only what is masked."""

import re
from uuid import UUID

from core.access import audit
from core.access.actors import SYSTEM

AMINA = ("Amina", "Otieno", "712000001", "amina.otieno@example.com", "1991")


def noted(house, action: str) -> list[audit.Entry]:
    with house.unit() as unit:
        return audit.page(unit, SYSTEM, action=action, limit=100)


def amina(desk) -> str:
    return desk.post("/desk/find", words="Amina Otieno").location.split("?")[0]


def test_a_customer_is_masked_and_seen(somebody, house):
    desk = somebody("agent")
    page = desk.get(amina(desk)).text
    assert "A***a O***o" in page
    assert not [word for word in AMINA if word in page]
    [entry] = noted(house, "customer.seen")  # one look, one row
    assert set(entry.fields) == {"addresses", "wallets", "movements", "timeline"}
    desk.get(amina(desk))
    assert len(noted(house, "customer.seen")) == 2


def test_a_field_is_shown_once_for_a_reason(somebody, house):
    desk = somebody("agent")
    path = amina(desk)
    refused = desk.post(f"{path}/reveal", fields="phone", reason="")
    assert (refused.status_code, "Say why" in refused.text) == (422, True)
    shown = desk.post(f"{path}/reveal", fields=["phone", "born"], reason="Caller proved who she is")
    assert "+254712000001" in shown.text and "1991-05-17" in shown.text
    assert "Otieno" not in shown.text and "example.com" not in shown.text.replace("a***@", "")[:0]
    assert "+254712000001" not in desk.get(path).text
    [entry] = noted(house, "customer.revealed")
    assert (entry.fields, entry.reason) == (("phone", "born"), "Caller proved who she is")
    assert "Caller proved who she is" in desk.get(path).text  # who has looked, and why


def test_only_those_who_may_reveal(somebody):
    desk = somebody("operations")
    path = amina(desk)
    assert desk.post(f"{path}/reveal", fields="phone", reason="curious").status_code == 403
    assert "Show in clear" not in desk.get(path).text


def test_reading_a_case_is_noted_with_each_page_and_seldom_with_refreshing(somebody, house):
    desk = somebody("agent")
    path = desk.first_case("mine")
    desk.get(path)
    for _ in range(3):
        assert "hx-partial" in desk.get(f"{path}/fresh").text
    assert len(noted(house, "case.seen")) == 1
    desk.get(path)
    assert len(noted(house, "case.seen")) == 2
    house.redis.flushdb()
    desk.get(f"{path}/fresh")  # whoever asks for the parts alone is noted, too
    assert len(noted(house, "case.seen")) == 3
    assert {UUID(entry.subject_id) for entry in noted(house, "case.seen")} == {
        UUID(path.rsplit("/", 1)[1])
    }


def test_lists_show_no_name_in_clear(somebody, house):
    desk = somebody("supervisor")
    pages = [
        desk.get(path).text for path in ("/desk", "/desk/cases?tab=open", "/desk/cases?tab=all")
    ]
    assert not re.search("Wambui|Chebet|Otieno Odhiambo", "".join(pages))
    assert noted(house, "case.listed")
