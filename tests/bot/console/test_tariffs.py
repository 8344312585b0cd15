"""Tariffs at the desk: operations ask for a new one, compliance decides it."""

import re

BANDS = (
    "from 0.00: 0.00 and 2.5 per mille, least 1.00, most 60.00\r\n"
    "from 5000.01: 60.00 and 0 per mille, least 0.00"
)
FORM = {
    "what": "bill", "country": "KE", "currency": "KES", "begins": "2026-04-01",
    "source": "decision 12/2026", "bands": BANDS, "reason": "The board wants it so",
}  # fmt: skip


def test_a_tariff_is_asked_for_read_and_decided_by_another(somebody, clock):
    operations = somebody("operations")
    page = operations.get("/desk/tariffs?country=KE&what=bill").text
    assert "PesaLink" in page and "from 1000.01: 20.00 and 0 per mille" in page
    answer = operations.post("/desk/tariffs", **FORM)
    assert (answer.status_code, answer.location.split("?")[1]) == (303, "done=asked")
    path = re.search(r"/desk/approvals/[0-9a-f-]{36}", answer.location)[0]
    clock.pass_(seconds=30)
    compliance = somebody("compliance")
    asked = compliance.get(path).text
    assert "New tariff" in asked and "most 60.00; from 5000.01" in asked and "2026-04-01" in asked
    assert "The board wants it so" in asked and "For " not in asked.split("<h1>")[1][:200]
    decided = compliance.post(f"{path}/approve", reason="As decided")
    assert decided.status_code == 303
    assert "Approved" in compliance.get(path).text
    assert "New tariff" in compliance.get("/desk/approvals?tab=decided").text


def test_what_is_no_tariff_is_said_and_nothing_typed_is_lost(somebody):
    operations = somebody("operations")
    for wrong, said in (
        ({"bands": "cheap"}, "That is no tariff"),
        ({"begins": "2026-03-04"}, "A tariff begins on a day to come"),
        ({"begins": "soon"}, "That is no tariff"),
        ({"what": "juggling"}, "That is no tariff"),
        ({"country": "DE"}, "That is no tariff"),
        ({"currency": "DEM"}, "That is no tariff"),
        ({"reason": " "}, "why"),
    ):
        answer = operations.post("/desk/tariffs", **(FORM | wrong))
        assert answer.status_code in (409, 422), wrong
        assert said in answer.text and "decision 12/2026" in answer.text, wrong


def test_who_may_only_look_sees_no_form(somebody):
    auditor = somebody("auditor")
    assert "Ask for it" not in auditor.get("/desk/tariffs?country=SN&currency=XOF").text
    assert auditor.post("/desk/tariffs", **FORM).status_code == 403
