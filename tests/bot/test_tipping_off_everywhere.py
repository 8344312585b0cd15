"""Every route there is, walked by everybody who is not of compliance: none tells whom it watches.

The routes are those of the application, so that one which is added is walked as well. A customer
who is watched has a twin who is not, and a payment that is looked at has one that merely waits:
what is said of both is the same to the letter. What is secret itself looks like what is not there.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from werkzeug.routing import Rule

from bot import app as web
from core import customer_copy, reviewing
from core.access.actors import SYSTEM
from core.crm import timeline
from core.ledger import book
from core.money import Money
from core.monitoring.decide import decide
from core.monitoring.payment import Payment
from core.monitoring.reviews import REVIEWED_WITHIN
from core.store.outbox import Notice, queue_notices
from core.transfers import held
from core.transfers.held import Wanted
from core.transfers.send import reference_of
from tests.bot.callers import NOBODYS, Someone, Town
from tests.bot.console.test_tipping_off import staff, suspect, talk, told
from tests.core.people import someone

ROLES = ("agent", "supervisor", "operations", "auditor", "admin", "partner")
LEFT_OUT = {"static", "simulator", "demo_staff"}
"""Blueprints of a demo alone, which show the phones of everybody."""
STREAMS = {"console.live"}
"""It never ends; what it lets through has a test of its own."""
WHY = "HYENAREASON"
PHONES = {"watched": "12777101", "twin": "13777101"}
"""How the numbers of both end: masked they are the same."""
COUNTRIES = {
    "en": ("+2547", "KES 9000.00", "KES 500.00"),
    "sw": ("+2557", "TZS 90000.00", "TZS 5000.00"),
    "fr": ("+2217", "XOF 90000", "XOF 5000"),
}
"""How numbers begin where a language is spoken, what somebody holds there, and what they pay."""


@dataclass(frozen=True)
class Twins:
    """Two customers of whom one is watched, and every trace that this has left."""

    customer: Mapping[str, UUID]
    payment: Mapping[str, UUID]
    """One is looked at, the other's money is merely set aside."""
    secrets: Mapping[str, str]
    """Ids that nobody may know of, by what they are of."""
    traces: tuple[str, ...]
    own: Mapping[str, tuple[str, ...]]
    """What of each is their own: ids, account numbers, references."""

    def alike(self, text: str) -> str:
        """Return a text without what is only one's own, so that two can be compared."""
        for words in self.own.values():
            for word in words:
                text = text.replace(word, "·")
        text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "·", text)
        text = re.sub(r"([0-9A-F]{4} ){7}[0-9A-F]{4}", "·", text)  # the same, as a code is read
        return re.sub(r"[0-9a-f]{32,}|from=[0-9-]+|\"ms\":[0-9.]+", "·", text)


def twins(house, language: str = "en") -> Twins:
    """Make two customers, and have compliance look into one in every way there is."""
    payments: dict[str, UUID] = {}
    own: dict[str, tuple[str, ...]] = {}
    begins, holds, pays = COUNTRIES[language]
    amount = Money.load(pays)
    with house.unit() as unit:
        both = {name: someone(unit, begins + at, holds=holds) for name, at in PHONES.items()}
        payee = someone(unit, f"{begins}12777999", names=("Brian", "Kamau"))
        halima = staff(unit, "compliance")
        for name, one in both.items():
            refused, payments[name] = (uuid4(), uuid4())
            if name == "watched":
                for payment in (refused, payments[name]):
                    _hold(unit, payment, one.id, payee.id, amount)
                reviewing.refuse(unit, halima, refused, why=WHY)
            else:
                _set_aside(unit, payments[name], one.wallet, amount)
                facts = {"amount": str(amount), "reference": reference_of(refused)}
                queue_notices(unit, [Notice(one.id, "payment_not_made", facts)])
            own[name] = (
                one.phone, one.phone[-8:], one.account_no, reference_of(payments[name]),
                reference_of(refused),
            )  # fmt: skip
    suspected = suspect(house, both["watched"].phone)
    alert, case, approval, *words = suspected.traces
    return Twins(
        customer={name: one.id for name, one in both.items()},
        payment=payments,
        secrets={"alert": alert, "investigation": case, "approval": approval},
        traces=(alert, case, approval, *words, WHY),
        own=own,
    )


def _hold(unit, payment: UUID, payer: UUID, payee: UUID, amount: Money) -> None:
    asked = Payment(
        id=payment, kind="transfer", customer=payer, payee=payee, amount=amount,
        channel="whatsapp",
    )  # fmt: skip
    decide(unit, asked)
    held.set_aside(
        unit, Wanted(id=payment, payer=payer, payee=payee, amount=amount, channel="whatsapp")
    )


def _set_aside(unit, payment: UUID, wallet: UUID, amount: Money) -> None:
    """Set money aside as for a payment by card, which nobody looks at."""
    into = book.system_account(unit, "clearing_cards", amount.currency, spread_by=payment)
    book.authorise(
        unit, id=held.hold_of(payment), type="transfer", leg=book.Leg(wallet, into, amount),
        wallet=wallet, expires_at=unit.now + REVIEWED_WITHIN, reference=reference_of(payment),
    )  # fmt: skip


def routes(town: Town) -> list[tuple[str, Rule]]:
    """Every route, and every method of those for programs; pages are looked at."""
    found = []
    for rule in town.app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] in LEFT_OUT or rule.endpoint in STREAMS:
            continue
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        is_api = rule.rule.startswith(("/api/", "/v1/"))
        found += [(method, rule) for method in sorted(methods if is_api else methods & {"GET"})]
    return found


def somebody(town: Town, role: str) -> Someone:
    if role != "partner":
        return town.someone(role)
    with town.house.unit() as unit:
        agent = staff(unit, "agent").id
        unit.run("update staff set role = 'partner' where id = %(id)s", id=agent)
    return town.someone("agent")


def ask(town: Town, who: Someone, method: str, rule: Rule, thing: object = NOBODYS) -> str:
    """Call a route with a thing in every place of its path; return all of what it answers."""
    place = dict.fromkeys(rule.arguments, thing)
    answer = town.call(method, rule.rule, who, place=place)
    text = answer.get_data(as_text=True)
    return f"{answer.status_code} {answer.headers.get('Location', '')} {text}"


@pytest.fixture
def town(house, settings) -> Town:
    return Town(web.build(settings, house))


@pytest.mark.parametrize("role", ROLES)
def test_no_route_tells_whom_compliance_watches(town, role):
    seen, who = twins(town.house), somebody(town, role)
    walked = routes(town)
    assert len(walked) > 100
    for method, rule in walked:
        asked = f"{method} {rule.rule}"
        caller = who if method == "GET" else somebody(town, role)  # it may sign them out
        nothing = seen.alike(ask(town, caller, method, rule))
        assert told(nothing, seen.traces) == [], asked
        if not rule.arguments:
            continue
        for secret in seen.secrets.values():
            text = ask(town, caller, method, rule, secret)
            assert told(text.replace(secret, ""), seen.traces) == [], asked
            assert seen.alike(text) == nothing, asked
        for pair in (seen.customer, seen.payment):
            watched, twin = (ask(town, caller, method, rule, pair[name]) for name in PHONES)
            assert told(watched, seen.traces) == [], asked
            assert seen.alike(watched) == seen.alike(twin), asked


@pytest.mark.parametrize("role", [role for role in ROLES if role not in {"auditor", "admin"}])
def test_no_list_changes_when_somebody_is_watched(town, role):
    """The audit log alone grows, for whoever reads it: compliance was at work, and not at what."""
    who = somebody(town, role)
    lists = [rule for method, rule in routes(town) if method == "GET" and not rule.arguments]
    lists = [rule for rule in lists if rule.endpoint.split(".")[0] != "ops"]

    def told_now() -> dict[str, str]:
        texts = {rule.rule: ask(town, who, "GET", rule) for rule in lists}
        return {path: re.sub(r"[0-9a-f]{32,}|from=[0-9-]+", "·", it) for path, it in texts.items()}

    told_now()  # looks are noted once
    before = told_now()
    suspect(town.house)
    after = told_now()
    for path, text in before.items():
        assert after[path] == text, path


def test_compliance_itself_is_told(town):
    """The same walk finds every trace where it may: it looks at what it should."""
    seen, who = twins(town.house), town.someone("compliance")
    things = [*seen.secrets.values(), seen.payment["watched"]]
    texts = [
        ask(town, who, method, rule, thing)
        for method, rule in routes(town)
        if method == "GET" and rule.rule.startswith("/desk/compliance") and rule.arguments
        for thing in things
    ]
    words = set(told("".join(texts), seen.traces))
    assert {seen.traces[0], seen.traces[1]} <= words and len(words) >= 6


@pytest.mark.parametrize("language", COUNTRIES)
@pytest.mark.parametrize("channel", ["whatsapp", "ussd", "sms"])
def test_the_bot_says_the_same_to_both(phone, house, language, channel):
    seen = twins(house, language)
    begins = COUNTRIES[language][0]
    watched, twin = (talk(phone(channel, begins + at)) for at in PHONES.values())
    assert len(watched) > 20
    assert told(repr(watched), seen.traces) == []
    assert [seen.alike(one) for one in watched] == [seen.alike(one) for one in twin]


def test_the_copies_of_both_are_the_same(town):
    seen = twins(town.house)
    with town.house.unit() as unit:
        copies = {
            name: customer_copy.copy(unit, SYSTEM, customer, reason="they wrote")
            for name, customer in seen.customer.items()
        }
        stories = {
            name: timeline.page(unit, staff(unit, "agent"), customer)
            for name, customer in seen.customer.items()
        }
    for told_of in (copies, stories):
        watched, twin = (repr(told_of[name]) for name in PHONES)
        assert told(watched, seen.traces) == []
        assert seen.alike(watched) == seen.alike(twin)
