"""Nobody but compliance learns that somebody is suspected: every door is tried, by every role."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError

from bot.console import live
from core import customer_copy
from core.access.actors import SYSTEM, Actor
from core.aml import alert_list, casework, conclusions, notes
from core.aml.alerts import raise_alert
from tests.bot.callers import Town
from tests.bot.console.conftest import Desk
from tests.bot.who_may import PUBLIC, TABLE
from tests.support.desk import acting
from tests.support.town import AMINA, FATOU, NEEMA, PIN

ROLES = ("agent", "supervisor", "operations", "auditor", "admin")
TYPE, SOURCE, FACT, NOTE = "zebra_pattern", "typology zebra 7", "ZEBRAFACT", "ZEBRANOTE"
MOST_PAGES = 400
ENDING = {"/desk/sign-out", "/desk/live", "/api/auth/logout", "/v1/api/auth/logout"}
"""Addresses that would end the session, or never end."""
HOUSES = {"en": AMINA, "sw": NEEMA, "fr": FATOU}


@dataclass(frozen=True)
class Suspected:
    """A customer whom compliance looks into, and every trace that this has left."""

    customer: UUID
    case: UUID
    approval: UUID
    traces: tuple[str, ...]


def suspect(house, address: str = AMINA) -> Suspected:
    """Suspect somebody, as much as can be: an investigation whose end is to be decided."""
    with house.unit() as unit:
        customer = unit.value(
            "select customer_id from addresses where address = %(token)s limit 1",
            token=unit.keys.token(address, kind="address"),
        )
        halima = staff(unit, "compliance")
        rows = unit.all(
            "select id from transfers where from_customer = %(id)s limit 3", id=customer
        )
        raise_alert(
            unit, type=TYPE, severity="critical", customer=customer,
            transactions=[row.id for row in rows], facts={"what": FACT}, source=SOURCE,
            key=f"zebra {customer}",
        )  # fmt: skip
        [alert] = [one for one in alert_list.page(unit, SYSTEM) if one.customer == customer]
        case = casework.take(unit, halima, alert.id)
        notes.write(unit, halima, case, NOTE)
        casework.suspect(unit, halima, case)
        asked = conclusions.request(unit, halima, case, "reported", reason=NOTE)
        number = alert_list.find(unit, halima, alert.id).case_number
    traces = (
        str(alert.id), str(case), str(asked.id), TYPE, "Zebra pattern", SOURCE, FACT, NOTE,
        str(number),
    )  # fmt: skip
    return Suspected(customer, case, asked.id, traces)


def staff(unit, role: str) -> Actor:
    index = unit.keys.token(f"{role}@wekeza.test", kind="email")
    found = unit.one("select id, role from staff where email_index = %(index)s", index=index)
    return acting(unit, found.id, found.role)


def pages(desk: Desk) -> Iterator[tuple[str, str]]:
    """Follow every link of the desk that somebody is shown, and give each page once."""
    waiting, seen = ["/desk"], set()
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.pop(0)
        if path in seen or path.startswith(("/desk/live", "/desk/sign-out")):
            continue
        seen.add(path)
        answer = desk.get(path)
        yield path, answer.get_data(as_text=True)
        links = re.findall(r'(?:href|hx-get)="(/desk[^"#]*)"', answer.get_data(as_text=True))
        waiting += [html.unescape(link) for link in links]


def told(text: str, traces: tuple[str, ...]) -> list[str]:
    return [one for one in traces if one.casefold() in text.casefold()]


@pytest.mark.parametrize("role", ROLES)
def test_no_page_that_anybody_else_is_led_to_tells(somebody, house, role):
    suspected, desk = suspect(house), somebody(role)
    known = dict(pages(desk))
    assert len(known) > 5
    for path, text in known.items():
        assert told(text, suspected.traces) == [], path
        assert "/desk/compliance" not in text, path


def test_compliance_itself_is_led_to_it(somebody, house):
    """The same walk finds every trace where it may: it looks at what it should."""
    suspected = suspect(house)
    seen = "".join(text for _, text in pages(somebody("compliance")))
    number, approval = suspected.traces[8], str(suspected.approval)
    assert {number, approval, NOTE, FACT, SOURCE} <= set(told(seen, suspected.traces))


@pytest.mark.parametrize("role", [*ROLES, "partner"])
def test_no_address_of_the_desk_or_the_api_tells(application, house, role):
    suspected, town = suspect(house), Town(application)
    with house.unit() as unit:
        town_role = "agent" if role == "partner" else role
        if role == "partner":
            unit.run("update staff set role = 'partner' where id = %(id)s",
                     id=staff(unit, "agent").id)  # fmt: skip
    who = town.someone(town_role)
    places = {
        "alert_id": suspected.traces[0], "investigation_id": str(suspected.case),
        "approval_id": str(suspected.approval), "customer_id": str(suspected.customer),
    }  # fmt: skip
    called = set()
    for asked, takes in TABLE.items():
        method, rule = asked.split(" ", 1)
        if takes == PUBLIC or rule in ENDING:
            continue
        how = "form" if rule.startswith("/desk") else "json"
        called.add(how)
        sent = {how: {"words": suspected.traces[8]}} if method == "POST" else {}
        answer = town.call(method, rule, who, place=places, **sent)
        text = answer.get_data(as_text=True)
        given = {one for one in places.values() if one in rule} | set(places.values())
        found = set(told(text, suspected.traces)) - given
        assert not found, asked
        if "compliance" in rule or "<uuid:approval_id>" in rule:
            assert answer.status_code in {403, 404}, asked
    assert called == {"form", "json"}


@pytest.mark.parametrize("role", ["agent", "supervisor", "operations"])
def test_search_finds_none_of_it(somebody, house, role):
    suspected, desk = suspect(house), somebody(role)
    for word in suspected.traces:
        answer = desk.post("/desk/find", words=word)
        if answer.status_code == 303:
            answer = desk.get(answer.location)
        assert "Nobody" in answer.text or "fits" in answer.text or answer.status_code == 404, word


def test_the_customers_page_is_the_same_to_the_letter(somebody, house):
    """What staff see of a customer does not change when the customer is suspected."""
    desk = somebody("supervisor")
    path = desk.customer()
    desk.get(path)
    before = without_looks(desk.get(path).text)
    suspect(house)
    assert without_looks(desk.get(path).text) == before


def without_looks(text: str) -> str:
    """Return a page without who looked at it, which each look adds to, and its live cursor."""
    text = re.sub(r"from=[0-9-]+", "", text)
    return re.sub(
        r'(?s)<section class="card" aria-labelledby="looks-title">.*?</section>', "", text
    )


@pytest.mark.parametrize("language", HOUSES)
@pytest.mark.parametrize("channel", ["whatsapp", "ussd", "sms"])
def test_the_bot_says_the_same_to_the_letter(phone, house, clock, language, channel):
    address = HOUSES[language]
    handset = phone(channel, address)
    before = talk(handset)
    suspect(house, address)
    clock.pass_(hours=1)
    assert talk(handset) == before


def talk(handset) -> list[str]:
    """Ask for all that a customer may ask without moving money; return every answer."""
    said = []
    for number in "123456789":
        if handset.channel == "ussd":
            said += [handset.dial(), handset.say(number), handset.say(PIN)]
        else:
            said += [handset.say("menu"), handset.say(number), handset.say(PIN)]
            said.append(handset.say("cancel"))
    return [re.sub(r"\d{1,2}:\d{2}", "", one) for one in said]


def test_the_copy_a_customer_asks_for_is_silent(house):
    suspected = suspect(house)
    with house.unit() as unit:
        told_to = customer_copy.copy(
            unit, staff(unit, "compliance"), suspected.customer, reason="x"
        )
    assert told(repr(told_to), suspected.traces) == []
    assert not [one for one in told_to["who_looked"] if "compliance" in str(one["action"])]


def test_the_auditor_sees_that_compliance_read_and_not_what(somebody, house):
    suspected = suspect(house)
    page = somebody("auditor").get("/desk/audit?area=compliance").text
    assert "worked on something of compliance" in page
    assert "read something of compliance" in page
    assert told(page, suspected.traces) == []
    by_customer = somebody("auditor").get(f"/desk/audit?customer={suspected.customer}").text
    assert "of compliance" not in by_customer.split("<tbody>")[1]


@pytest.mark.parametrize("role", ROLES)
def test_no_live_page_hears_of_it(house, role):
    with house.unit() as unit:
        who = staff(unit, role)
    heard = live.allowed(who, ["alerts", "confidential", "reviews", "hits", "kyc", "rules"])
    assert heard == set()
    entries = [{b"topic": b"alerts"}, {b"topic": b"confidential"}]
    assert "alerts" not in live.frame("1-1", entries, heard)


def test_what_waits_for_approval_is_counted_for_those_alone_who_may_know(somebody, house):
    counted = {}
    desks = {role: somebody(role) for role in ("supervisor", "compliance", "deputy")}
    for when in ("before", "after"):
        for role, desk in desks.items():
            text = desk.get("/desk/counts").text
            found = re.search(r'>(\d+)<span class="aloud"> waiting for me', text)
            counted[when, role] = int(found[1]) if found else 0
        if when == "before":
            suspect(house)
    assert counted["after", "supervisor"] == counted["before", "supervisor"]
    assert counted["after", "deputy"] == counted["before", "deputy"] + 1
    assert counted["after", "compliance"] == counted["before", "compliance"]


def test_neither_metrics_nor_logs_tell(somebody, house, capsys, application):
    suspected = suspect(house)
    desk = somebody("compliance")
    desk.get(f"/desk/compliance/investigations/{suspected.case}")
    out = capsys.readouterr()
    words = (*suspected.traces[3:], str(suspected.customer))
    assert told(out.out + out.err, words) == []
    metrics = application.test_client().get("/metrics").get_data(as_text=True)
    assert told(metrics, suspected.traces) == []


def test_the_application_itself_reads_none_of_it_by_sql(house):
    suspect(house)
    with house.unit() as unit:
        tables = unit.all(
            "select relname from pg_class where relname like 'aml%%' and relkind in ('r', 'v')"
        )
        assert len(tables) >= 8
        for table in tables:
            with pytest.raises(DBAPIError, match="permission denied"), unit.savepoint():
                unit.run(f"select 1 from {table.relname}")


def test_no_other_table_ties_the_customer_to_it(house):
    """What the application may read says nothing that it did not say before."""
    before = everything(house)
    suspected = suspect(house)
    after = everything(house)
    new = {
        table: [row for row in rows if row not in before[table]] for table, rows in after.items()
    }
    changed = {table for table, rows in new.items() if rows}
    assert changed <= {"audit_log", "audit_head", "approvals"}
    for table in changed:
        for row in new[table]:
            assert str(suspected.customer) not in row, table
            assert told(row, (TYPE, SOURCE, FACT, NOTE, suspected.traces[8])) == [], table


def everything(house) -> dict[str, list[str]]:
    with house.unit() as unit:
        tables = unit.all(
            "select relname from pg_class where relnamespace = 'public'::regnamespace"
            " and relkind in ('r', 'p') and has_table_privilege(oid, 'select') order by 1"
        )
        return {
            one.relname: [
                str(row.told) for row in unit.all(f"select t::text as told from {one.relname} t")
            ]
            for one in tables
        }
