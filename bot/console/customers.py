"""A customer as staff see them: masked; a field in clear for a reason, for that one answer only."""

from uuid import UUID

from flask import Response, request

from bot.console import shell, worth
from bot.console.people import People
from bot.console.shell import console
from bot.guard import actor, guard
from core import customer_view
from core.access import approval_store, audit
from core.access.actors import Actor
from core.approvals import freeze
from core.cards import desk
from core.cards.reveal import Secrets
from core.crm import cases
from core.crm import customers as store
from core.errors import Refusal
from core.store.unit import Unit

LOOKS = 30


@console.get("/customers")
@guard("customers.read")
def customers() -> Response:
    """Show where customers are looked for."""
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "customers")
    return shell.show("customers", framed, searched=False, found=[], people=People())


@console.get("/customers/<uuid:customer_id>")
@guard("customers.read")
def customer(customer_id: UUID) -> Response:
    """Show a customer, masked."""
    return page(customer_id)


@console.post("/customers/<uuid:customer_id>/reveal")
@guard("customers.reveal")
def reveal(customer_id: UUID) -> Response:
    """Show some fields in clear, in this one answer; why is kept."""
    try:
        with shell.house().unit() as unit:
            shown = customer_view.reveal(
                unit,
                actor(),
                customer_id,
                fields=request.form.getlist("fields"),
                reason=shell.field("reason"),
            )
    except Refusal as refusal:
        return page(customer_id, refusal)
    return page(customer_id, shown=shown)


def search(unit: Unit, who: Actor, words: str) -> list[UUID]:
    """Return whom the words fit, by phone, e-mail, id number or name; how many is noted.

    :raises Forbidden: if their role does not look at customers
    """
    who.require("customers.read")
    found = store.search(unit, words)
    audit.note(
        unit,
        who,
        "customer.searched",
        subject="customers",
        subject_id="search",
        after={"found": len(found)},
    )
    return found


def page(
    customer_id: UUID,
    refused: Refusal | None = None,
    *,
    shown: dict[str, str] | None = None,
    secrets: Secrets | None = None,
) -> Response:
    """Answer with a customer's page: with fields or a card in clear, in this one answer."""
    who = actor()
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "customers")
        reckoned = worth.gather(unit, who, customer_id)
        view = customer_view.look(unit, who, customer_id)
        mine = cases.of_customer(unit, customer_id, limit=10)
        asked = approval_store.page(unit, customer=customer_id, limit=10)
        people = People()
        people.of_cases(mine)
        people.of_approvals(asked)
        cards = desk.look(unit, who, customer_id) if who.may("cards.read") else []
        looks = audit.looks(unit, customer_id, limit=LOOKS)
        people.add(colleagues=[one.by for one in reckoned["recorded"]])
        people.add(colleagues=[look.actor_id for look in looks])
        people.add(colleagues=[e.by for one in cards for e in one.history if e.by_kind == "staff"])
        people.load(unit)
    return shell.show(
        "customer",
        framed,
        status=shell.status_of(refused),
        refused=shell.told(refused),
        view=view,
        shown=shown or {},
        cards=cards,
        whys=desk.WHYS,
        secrets=secrets,
        fields=customer_view.FIELDS,
        freezes=freeze.possible(view.wallets),
        cases=mine,
        asked=asked,
        looks=looks,
        people=people,
        **reckoned,
    )
