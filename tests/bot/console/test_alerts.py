"""The desk of compliance: alerts, investigations, and what two people of compliance do there."""

import io
import re
from uuid import UUID

import pytest

from core.access.actors import SYSTEM
from core.aml import alert_list
from core.aml.alerts import raise_alert
from core.money import Money

ALERTS, CASES = "/desk/compliance/alerts", "/desk/compliance/investigations"
ID = "[0-9a-f-]{36}"


@pytest.fixture
def suspicion(house) -> UUID:
    """An alert about Amina and her last transfers; its id."""
    with house.unit() as unit:
        rows = unit.all(
            "select id, from_customer from transfers where from_customer ="
            " (select from_customer from transfers group by 1 order by count(*) desc, 1 limit 1)"
            " order by created_at limit 5"
        )
        raise_alert(
            unit,
            type="fan_out",
            severity="high",
            customer=rows[0].from_customer,
            transactions=[row.id for row in rows],
            facts={"in 24 hours": str(Money(196_000, "KES"))},
            source="typology fan_out 1",
            key="test",
            why={rows[0].id: "to one of many new recipients"},
        )
    return raised(house)


def raised(house) -> UUID:
    with house.unit() as unit:
        found = [one for one in alert_list.page(unit, SYSTEM) if one.source.endswith("fan_out 1")]
        return found[0].id


def taken(desk, alert: UUID) -> str:
    """Look into an alert; return where its investigation is."""
    return str(desk.post(f"{ALERTS}/{alert}/take").location.split("?")[0])


def test_compliance_finds_the_place_and_others_do_not(somebody):
    assert somebody("compliance").get("/desk/compliance").location == "/desk/compliance/reviews"
    for role in ("agent", "supervisor", "operations", "auditor", "admin"):
        desk = somebody(role)
        assert "/desk/compliance" not in desk.get("/desk").text
        assert {desk.get(path).status_code for path in ("/desk/compliance", ALERTS, CASES)} == {403}


def test_an_alert_explains_itself(somebody, suspicion):
    page = somebody("compliance").get(f"{ALERTS}/{suspicion}").text
    for words in (
        "Fan-out", "KES 1,960.00", "typology fan_out 1", "to one of many new recipients",
        'class="network"', 'class="times"', "Look into it", "High",
    ):  # fmt: skip
        assert words in page, words


def test_the_queue_narrows_down_and_pages(somebody, house, suspicion, monkeypatch):
    desk = somebody("compliance")
    with house.unit() as unit:
        customers = [row.id for row in unit.all("select id from customers order by id limit 3")]
        for n, customer in enumerate(customers):
            raise_alert(
                unit, type="velocity", severity="low", customer=customer, transactions=[],
                facts={}, source="rule set 1", key=f"v {n}",
            )  # fmt: skip

    def listed(query: str = "") -> list[str]:
        text = desk.get(f"{ALERTS}{query}").text.split("<tbody>")[1]
        return re.findall(rf'href="{ALERTS}/({ID})"', text)

    everything = listed("?view=all")
    assert listed("?severity=high&type=fan_out") == [str(suspicion)]
    assert len(listed("?type=velocity")) == 3
    assert listed("?view=closed") == []
    monkeypatch.setattr("bot.console.tabs.PAGE", 2)
    seen, after = [], ""
    while some := listed(f"?view=all{after}"):
        seen += some
        after = f"&after={some[-1]}"
    assert seen == everything
    assert desk.get(f"{ALERTS}?after=x").status_code == 400
    assert desk.get(f"{ALERTS}/{UUID(int=9)}").status_code == 404
    assert desk.get(f"{CASES}/{UUID(int=9)}").status_code == 404


def test_from_alert_to_report_by_two_people(somebody, suspicion):
    halima, yusuf = somebody("compliance"), somebody("deputy")
    case = taken(halima, suspicion)
    assert case.startswith(CASES)
    assert "done=noted" in halima.post(f"{case}/note", words="Money of one day.").location
    sent = halima.http.post(
        f"{case}/evidence",
        data={"csrf": halima.csrf(), "file": (io.BytesIO(b"%PDF-1.7 letter"), "letter.pdf")},
        headers={"Origin": "http://localhost"},
    )
    assert "done=evidence" in sent.location
    page = halima.get(case).text
    assert "Money of one day." in page and "letter.pdf" in page
    file = re.search(rf'href="({case}/evidence/{ID})"', page)
    assert file is not None
    got = yusuf.get(file[1])
    assert (got.data, got.headers["Content-Disposition"]) == (
        b"%PDF-1.7 letter", "attachment; filename=letter.pdf",
    )  # fmt: skip
    assert (
        "Only a suspicion"
        in halima.post(f"{case}/conclude", conclusion="reported", reason="clear").text
    )
    assert "done=suspicion" in halima.post(f"{case}/suspicion").location
    assert "Report due" in halima.get(case).text
    asked = halima.post(f"{case}/conclude", conclusion="reported", reason="clear").location
    approval = asked.split("?")[0]
    assert "A colleague must decide" in halima.get(approval).text
    assert "End of an investigation" in yusuf.get(approval).text
    assert f'href="{case}"' in yusuf.get(approval).text
    assert "End of an investigation" in yusuf.get("/desk").text
    done = yusuf.post(f"{approval}/approve", reason="agreed")
    assert "done=approved" in done.location
    page = yusuf.get(case).text
    assert "To be reported" in page and "Look into it" not in page
    assert "is concluded" not in halima.post(f"{case}/note", words="more").text
    assert halima.post(f"{case}/note", words="more").status_code == 409


def test_whose_it_is_is_shown_once_and_noted_nowhere_else(somebody, suspicion, house):
    desk = somebody("compliance")
    case = taken(desk, suspicion)
    assert "Say why" in desk.post(f"{case}/reveal", reason="").text
    shown = desk.post(f"{case}/reveal", reason="for the report").text
    name = re.search(r'<span class="shown">([^<]+)</span>', shown)
    assert name is not None and " " in name[1]
    assert name[1] not in desk.get(case).text
    with house.unit() as unit:
        told = unit.all(
            "select action from audit_log where customer_id ="
            " (select from_customer from transfers group by 1 order by count(*) desc, 1 limit 1)"
            " and actor_kind = 'staff' and action <> 'customer.searched'"
        )
    assert told == []


def test_it_is_handed_on_linked_and_restricted(somebody, suspicion, house):
    halima, yusuf = somebody("compliance"), somebody("deputy")
    case = taken(halima, suspicion)
    deputy = re.search(rf'<option value="({ID})" >Yusuf Hassan', halima.get(case).text)
    assert deputy is not None
    assert halima.post(f"{case}/assign", to=deputy[1]).status_code == 303
    assert "Take it first" in halima.post(f"{case}/restrict").text
    payment = re.search(rf'class="mono soft">({ID})<', halima.get(f"{ALERTS}/{suspicion}").text)
    assert payment is not None
    assert yusuf.post(f"{case}/link", payment=payment[1]).status_code == 303
    assert yusuf.post(f"{case}/link", payment="x").status_code == 400
    assert yusuf.post(f"{case}/link", payment=str(UUID(int=3))).status_code >= 400
    asked = yusuf.post(f"{case}/restrict").location
    assert "Freeze of all wallets" in halima.get(asked.split("?")[0]).text
    assert "Freeze of all wallets" in yusuf.get(case).text
    assert yusuf.post(f"{case}/dispel").status_code == 409


def test_a_file_of_another_kind_is_not_kept(somebody, suspicion):
    desk = somebody("compliance")
    case = taken(desk, suspicion)
    for content in (b"", b"MZ\x00\x01 program", b"a" * 900_001):
        sent = desk.http.post(
            f"{case}/evidence",
            data={"csrf": desk.csrf(), "file": (io.BytesIO(content), "x")},
            headers={"Origin": "http://localhost"},
        )
        assert "Only PDFs" in sent.text
    assert desk.post(f"{case}/evidence").status_code == 400
