"""Every route about a case, a request or a colleague, by whosever it is: what is done, what not.

The rows are in ``tests.bot.whose``. What is refused leaves no trace in the bank.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine

from bot import app as web
from core.access import approvals, sessions
from core.access.actors import SYSTEM, Actor
from core.crm import case_catalog, case_queue, case_work, cases, customers, media
from core.crm.cases import Case
from core.money import Money
from core.store.unit import Unit
from core.transfers.send import send_money
from tests.bot.callers import NOBODYS, Someone, Town
from tests.bot.who_may import CATEGORIES, ROLES, TABLE, may
from tests.bot.whose import (
    ABOUT,
    APPROVALS,
    ASKS,
    CASE_FORMS,
    CASES,
    DONE,
    STAFF,
    TEAM,
    TEAM_FORMS,
    WHO,
    WHOSE,
)
from tests.core.colleagues import colleague
from tests.support.desk import acting
from tests.support.town import AMINA, BRIAN, Clock

READERS = ("compliance", "operations", "auditor", "admin")
TRACES = ("cases", "case_notes", "case_events", "case_links", "approvals", "staff", "outbox")
DIGEST = "select md5(string_agg(t::text, '|' order by t::text)) from {table} t"


@pytest.fixture
def town(house, settings, clock) -> Iterator[Town]:
    with time_machine.travel(clock.now, tick=False):
        yield Town(web.build(settings, house))


class Bank:
    """Cases and requests in every situation, and what becomes of them."""

    def __init__(self, town: Town, clock: Clock) -> None:
        self.town, self.house, self.clock = town, town.house, clock
        with self.house.unit() as unit:
            amina, brian = (customers.find_by_phone(unit, one) for one in (AMINA, BRIAN))
            assert amina and brian
            self.customer, self.other = amina, brian
            self.payment = unit.new_id()
            send_money(
                unit, id=self.payment, payer=amina, payee=brian, amount=Money(5000, "KES"),
                channel="sms",
            )  # fmt: skip
            self.colleague = colleague(unit, "agent", email="else@wekeza.test").id
            self.picture = self._picture(unit)

    def _picture(self, unit: Unit) -> UUID:
        message = unit.new_id()
        unit.run(
            """
            insert into messages (id, channel, provider, is_inbound, address, status, correlation,
                created_at)
            values (%(id)s, 'whatsapp', 'twilio', true, '+1', 'received', %(id)s, %(now)s)
            """,
            id=message,
            now=unit.now,
        )
        found = media.expect(
            unit, message_id=message, provider="twilio", url="https://x", content_type="image/png"
        )
        assert found is not None
        path = self.house.files("media").write(found, b"PNG")
        media.keep(unit, found, path=path, size=3, content_type="image/png")
        return found

    def acting(self, unit: Unit, who: UUID, role: str) -> Actor:
        unit.run("insert into case_capacity values (%(id)s, 200) on conflict do nothing", id=who)
        return acting(unit, who, role)

    def case(self, whose: str, me: UUID, role: str, category: str = "Transfer") -> Case:
        """Open a case and bring it into a situation, as seen by somebody."""
        with self.house.unit() as unit:
            found = cases.open_case(
                unit, customer=self.customer, category=category, sub_category="",
                title="Never came", description="500 to Brian", priority="Low", channel="sms",
                conversation=None, by="agent",
            )  # fmt: skip
            cases.attach(unit, found, media=self.picture)
            if whose == "nobody's":
                return found
            # Readers never have one, and operations none of other desks.
            own = whose.startswith("own") and category in takes(role)
            who = self.acting(unit, me if own else self.colleague, role if own else "agent")
            found = case_queue.claim(unit, who, found)
            if whose.endswith("closed"):
                found = case_work.set_status(unit, who, found, "Resolved")
                found = case_work.set_status(unit, SYSTEM, found, "Closed")
            return found

    def file_of(self, case: Case) -> UUID:
        with self.house.unit() as unit:
            found: UUID = unit.value(
                "select id from case_attachments where case_id = %(id)s", id=case.id
            )
        return found

    def request(self, state: str, maker: UUID, role: str) -> UUID:
        """Ask for a freeze, and have it decided or let its time pass where that is the state."""
        long_ago = 30 if state == "expired" else 0
        self.clock.pass_(days=-long_ago)
        with self.house.unit() as unit:
            by = acting(unit, maker, role)
            asked = approvals.request(
                unit, by, "freeze", facts={}, customer=self.customer,
                subject=str(uuid4()), reason="a lost phone",
            )  # fmt: skip
            if state == "decided":
                approvals.withdraw(unit, by, asked.id)
        self.clock.pass_(days=long_ago)
        return asked.id

    def traces(self) -> dict[str, str]:
        """Return what is in the tables that a refusal may not change."""
        with self.house.unit() as unit:
            return {table: unit.value(DIGEST.format(table=table)) for table in TRACES}


@pytest.fixture
def bank(town: Town, clock: Clock) -> Bank:
    return Bank(town, clock)


def parts(route: str) -> tuple[str, str]:
    method, _, rule = route.partition(" ")
    return method, rule


def takes(role: str) -> set[str]:
    """Return the categories of cases that a role takes."""
    return CATEGORIES.get(role, set(case_catalog.CATEGORIES)) if may(role, "cases.take") else set()


def about(place: str) -> set[str]:
    return {route for route in TABLE if place in route}


def case_form(bank: Bank, rule: str) -> dict[str, str]:
    last = rule.rpartition("/")[2]
    ids = {
        "assign": {"to": str(bank.colleague)},
        "link": {"payment": str(bank.payment)},
        "reply": {"key": str(uuid4())},
        "hand-back": {"key": str(uuid4())},
        "status": {"key": str(uuid4())},
    }
    return {**CASE_FORMS.get(last, {}), **ids.get(last, {})}


def test_every_route_about_somebodys_thing_is_written_down():
    assert about("<uuid:case_id>") == set(CASES)
    assert about("<uuid:approval_id>") == set(APPROVALS)
    assert about("<uuid:member_id>") | about("/staff/<uuid:id>") == {*STAFF, *TEAM}


@pytest.mark.parametrize(
    ("role", "category"),
    [
        *((role, "Transfer") for role in ("agent", "supervisor", *READERS)),
        *(("operations", category) for category in sorted(CATEGORIES["operations"])),
    ],
)
def test_a_case_is_worked_on_by_whoever_has_it_and_by_those_who_hand_out_cases(
    bank, role, category
):
    me = bank.town.someone(role)
    stands = "agent" if role == "operations" and category in takes(role) else role
    for route, rows in CASES.items():
        method, rule = parts(route)
        for n, whose in enumerate(WHOSE):
            if stands in rows:
                expected = rows[stands][n]
            else:
                expected = DONE if may(role, TABLE[route]) else "forbidden"
            found = bank.case(whose, me.id, role, category)
            place = {"case_id": found.id, "file_id": bank.file_of(found)}
            before = bank.traces()
            came = bank.town.outcome(method, rule, me, place=place, form=case_form(bank, rule))
            assert came == expected, (route, whose)
            changes = method == "POST" and not rule.endswith(("presence", "mode>"))
            if not (whose == "nobody's" and rule.endswith("release")):  # nothing to give back
                changed = bank.traces() != before
                assert changed == (changes and expected == DONE), (route, whose)


@pytest.mark.parametrize("state", ["pending", "decided", "expired"])
def test_a_request_is_decided_by_another_and_withdrawn_by_its_maker(bank, state):
    with bank.house.unit() as unit:
        second = colleague(unit, "compliance", email="second@wekeza.test", enrolled=True).id
    maker, town = bank.town.someone("compliance"), bank.town
    another = signed_in(bank, second)
    unproven = signed_in(bank, second, proven=False)
    people = dict(zip(WHO, (maker, another, town.someone("supervisor"), unproven), strict=True))
    for route, rows in APPROVALS.items():
        method, rule = parts(route)
        for who, expected in zip(WHO, rows[state], strict=True):
            asked = bank.request(state, maker.id, "compliance")
            before = bank.traces()
            form = {"reason": "so be it"} if method == "POST" else {}
            place = {"approval_id": asked}
            came = town.outcome(method, rule, people[who], place=place, form=form)
            assert came == expected, (route, who)
            assert (bank.traces() != before) == (method == "POST" and expected == DONE), (
                route,
                who,
            )


def signed_in(bank: Bank, staff: UUID, *, proven: bool = True) -> Someone:
    with bank.house.unit() as unit:
        key = sessions.start(unit, staff=staff, kind="desk", ip="", agent="", opened=True)
        if proven:
            sessions.prove(unit, key.session)
        else:
            unit.run(
                "update staff_sessions set mfa_at = %(at)s where id = %(id)s",
                at=unit.now - timedelta(hours=1),
                id=key.session,
            )
    return Someone(staff, key.session, key)


@pytest.mark.parametrize("whom", ABOUT)
def test_nobody_changes_their_own_log_in_but_ends_their_own_sessions(bank, whom):
    town, place = bank.town, ABOUT.index(whom)
    for route, row in STAFF.items():
        method, rule = parts(route)
        admin = town.someone("admin")
        with bank.house.unit() as unit:
            other = colleague(unit, "agent", email=f"{uuid4()}@wekeza.test").id
        member = {"oneself": admin.id, "another": other, "nobody": NOBODYS}[whom]
        before = bank.traces()
        facts: dict[str, Any] = {"role": "supervisor"}
        said = {"form": facts} if rule.startswith("/desk") else {"json": facts}
        given = said if method == "POST" else {}
        came = town.outcome(method, rule, admin, place={"member_id": member, "id": member}, **given)
        assert came == row[place], (route, whom)
        if came != DONE:
            assert bank.traces() == before, route


@pytest.mark.parametrize("whom", ABOUT)
def test_whoever_hands_out_cases_says_when_and_on_what_anybody_works(bank, whom):
    town, place = bank.town, ABOUT.index(whom)
    lead = town.someone("supervisor")
    with bank.house.unit() as unit:
        other = colleague(unit, "agent", email=f"{uuid4()}@wekeza.test").id
    member = {"oneself": lead.id, "another": other, "nobody": NOBODYS}[whom]
    for route, row in TEAM.items():
        method, rule = parts(route)
        form = TEAM_FORMS.get(rule.rpartition("/")[2], {})
        given = {"form": form} if method == "POST" else {}
        before = bank.traces()
        came = town.outcome(method, rule, lead, place={"member_id": member}, **given)
        assert came == row[place], (route, whom)
        if came != DONE:
            assert bank.traces() == before, route


def test_a_session_at_the_desk_is_ended_by_its_owner_or_by_who_looks_after_staff(bank):
    rule, town = "/desk/security/sessions/<uuid:session>/end", bank.town
    for role in ROLES:
        if role == "partner":
            continue
        me, other = town.someone(role), town.someone("agent" if role != "agent" else "auditor")
        for whose, session in (("nobody's", uuid4()), ("other's", other.api), ("own", me.api)):
            came = town.outcome("POST", rule, me, place={"session": session})
            if whose == "own" or (whose == "other's" and role == "admin"):
                assert came == DONE, (role, whose)
            else:
                assert came == ("404" if role == "admin" else "not_yours"), (role, whose)


@pytest.mark.parametrize("role", ["agent", "supervisor", *READERS])
def test_what_is_asked_for_about_a_customer_takes_the_role_and_the_customers_own_case(bank, role):
    rule, me = "/desk/customers/<uuid:customer_id>/ask/<kind>", bank.town.someone(role)
    case = bank.case("nobody's", me.id, role)
    for kind, permission in ASKS.items():
        form = {
            "reason": "they asked for it", "payment": str(bank.payment), "place": "0",
            "to": "+254712999999",
        }  # fmt: skip
        for case_id, customer in ((case.id, bank.customer), (case.id, bank.other)):
            before = bank.traces()
            came = bank.town.outcome(
                "POST",
                rule.replace("<kind>", kind),
                me,
                place={"customer_id": customer},
                form={**form, "case": str(case_id)},
            )
            if not may(role, "customers.read") or not may(role, "cases.read"):
                expected = "forbidden"
            elif customer == bank.other:
                expected = "400"
            else:
                expected = DONE if may(role, permission) else "forbidden"
            assert came == expected, (kind, customer == bank.customer)
            assert (bank.traces() != before) == (expected == DONE), kind
