"""Somebody of whom there is something in every table of cards, identity and compliance."""

from datetime import date, timedelta
from uuid import UUID

from core import reviewing
from core.access import approvals
from core.aml import casework, conclusions, evidence, notes, person
from core.cards import address, controls, delivery, disputes, payments, pin, reveal
from core.cards.controls import Scope
from core.money import Money
from core.monitoring.decide import decide
from core.monitoring.payment import Payment
from core.regulatory import filing, preparing
from core.screening import decisions, hits
from core.screening.importing import take_in
from core.screening.party import Party
from core.store.acting import acting_as
from core.store.files import Files
from core.store.sealed import COMPLIANCE_ROLE
from core.store.unit import Unit
from core.transfers import held
from core.transfers.held import Wanted
from core.watch import run
from tests.core.aml.suspects import Office, suspected
from tests.core.cards.making import card_of
from tests.core.cards.terminal import Terminal
from tests.core.kyc import showing
from tests.core.people import Someone
from tests.core.regulatory.tills import rates_of
from tests.core.screening import lists

LISTED = (f'901,"ZANZIBARIEN, Quirck","individual","SDGT","-0- "{lists.REST},"DOB 1988."',)
"""Somebody on a list who is called much like Quirk; the list stays, and must not tell his name."""
SAID = ("Wombat", "a walrus", "he signed")
"""Where he lives, and what was said in disputes: it goes at once."""
SUSPECTED = (
    "lemur", "marmot", "narwhal", "ocelot", "pangolin", "quokka", "reindeer", "salamander",
    "tapir", "urchin",
)  # fmt: skip
"""What compliance wrote of him; nothing of it goes before who he was does."""


def listed(unit: Unit) -> None:
    """Have a list name somebody like him, before he comes."""
    rates_of(unit, unit.now)
    take_in(unit, "ofac-sdn", lists.sdn(LISTED))


def is_watched(unit: Unit, quirk: Someone, brian: Someone, files: Files) -> None:
    """Have all happen to him that compliance does with anybody, all of it over in the end."""
    office = Office(unit)
    is_cleared(office)
    has_cards(unit, quirk)
    shows_who_he_is(unit, quirk)
    paid = is_held(office, quirk, brian)
    moves_money_through(unit, quirk)
    is_reported(office, quirk, files, paid)


def has_cards(unit: Unit, quirk: Someone) -> None:
    sent = card_of(unit, quirk, type="physical")
    home = address.read(line="7 Wombat Street", town="Nairobi", country="KE")
    delivery.note(unit, sent.id, home)
    pin.set_pin(unit, customer=quirk.id, card=sent.id, pin_hash="hash")
    reveal.send_link(unit, customer=quirk.id, card=sent.id)
    card = card_of(unit, quirk)
    till = Terminal(unit, card)
    till.pay("50.00")
    till.take("50.00")
    controls.set_own(unit, quirk.id, card.id, scope=Scope(groups=["gambling"]))
    (bought,) = payments.of_card(unit, card.id)
    disputed = disputes.open_dispute(
        unit, customer=quirk.id, payment=bought.id, reason="fraud", words="a walrus was there",
        channel="whatsapp",
    )  # fmt: skip
    disputes.lose(unit, disputed, by="x", bearer="bank", words="he signed")


def shows_who_he_is(unit: Unit, quirk: Someone) -> None:
    request = showing.asks(
        unit, quirk, name="Quirk Zanzibarian", number="77889912", born=date(1988, 2, 29)
    )
    showing.shows(unit, request)
    showing.firm_says(unit, name="ZANZIBARIAN, QUIRK", number="77889912", born="1988-02-29")


def is_cleared(office: Office) -> None:
    """The hit on his name is called a false positive by two."""
    (hit,) = hits.page(office.unit, office.halima)
    asked = decisions.request(
        office.unit, office.halima, hit.id, "false_positive", reason="not the reindeer herder"
    )
    approvals.approve(office.unit, office.yusuf, asked.id)


def is_held(office: Office, quirk: Someone, brian: Someone) -> UUID:
    """A payment is judged and held, two release it; another goes to somebody who is compared."""
    unit, one = office.unit, Wanted(
        id=office.unit.new_id(), payer=quirk.id, payee=brian.id, amount=Money.load("KES 50.00"),
        channel="whatsapp",
    )  # fmt: skip
    for payment in (
        Payment(
            id=one.id, kind="transfer", customer=quirk.id, amount=one.amount, channel="whatsapp",
            payee=brian.id,
        ),
        Payment(
            id=unit.new_id(), kind="payout", customer=quirk.id, amount=one.amount,
            channel="whatsapp", payee=unit.new_id(), counterparty=Party("person", "Ibex Jackal"),
        ),
    ):  # fmt: skip
        decide(unit, payment)
    held.set_aside(unit, one)
    asked = reviewing.ask_release(unit, office.halima, one.id, why="it is for a quokka")
    approvals.approve(unit, office.yusuf, asked.id, "a lemur, rather")
    return one.id


def moves_money_through(unit: Unit, quirk: Someone) -> None:
    """Money comes and goes at once, day after day, which is a typology."""
    for turn in range(1, 4):
        for hours, payer, payee, worth in ((5, None, quirk.id, 20000), (2, quirk.id, None, 19500)):
            unit.run(
                """
                insert into watch_movements (population, movement_id, at, kind, payer, payee,
                    outside, amount, currency, worth)
                values ('bank', %(id)s, %(at)s, %(kind)s, %(payer)s, %(payee)s, 'partner x',
                    %(worth)s, 'USD', %(worth)s)
                """,
                id=unit.new_id(),
                at=unit.now - timedelta(days=turn, hours=hours),
                kind="deposit" if payer is None else "payout",
                payer=payer,
                payee=payee,
                worth=worth,
            )
    run.look(unit, unit.now.date(), population="bank")


def is_reported(office: Office, quirk: Someone, files: Files, paid: UUID) -> None:
    """An alert is looked into, and a report of it filed."""
    unit, facts = office.unit, {"salamander": "KES 1,960,000.00"}
    suspected(unit, quirk, "quirk", transactions=[paid], facts=facts)
    case = casework.take(unit, office.halima, office.alerts("open")[0].id)
    notes.write(unit, office.halima, case, "Quirk keeps a marmot")
    evidence.keep(
        unit, office.halima, files, case, name="narwhal.txt", content=b"a letter of Quirk's"
    )
    notes.link(unit, office.halima, case, what="customer", thing=quirk.id)
    person.reveal(unit, office.halima, quirk.id, reason="the ocelot matters")
    casework.suspect(unit, office.halima, case)
    asked = conclusions.request(unit, office.halima, case, "reported", reason="a pangolin trade")
    approvals.approve(unit, office.yusuf, asked.id, "an urchin says so")
    report = preparing.for_case(unit, office.halima, files, case, theirs=None)
    asked = filing.request(unit, office.halima, report.id, reason="checked, by the tapir")
    approvals.approve(unit, office.yusuf, asked.id, "fine")
    filing.filed(unit, office.yusuf, report.id, number="FRC-1", at=unit.now)


def tables(unit: Unit) -> list[str]:
    """Return every table of cards, identity and compliance."""
    found = unit.all(
        """
        select relname from pg_class
        where relnamespace = 'public'::regnamespace and relkind = 'r' and relname ~
            '^(aml|cards?|held|kyc|payment_(decisions|reviews)|regulatory|screenings?|watch)(_|$)'
        order by relname
        """
    )
    return [row.relname for row in found]


def rows(unit: Unit) -> dict[str, int]:
    """Return how many rows each of them has, also those that compliance alone reads."""
    counted = {}
    for table in tables(unit):
        mine: bool = unit.value("select has_any_column_privilege(%(table)s, 'select')", table=table)
        with acting_as(unit, "" if mine else COMPLIANCE_ROLE):
            counted[table] = unit.value(f"select count(*) from {table}")
    return counted
