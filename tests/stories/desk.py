"""What people at the desk do in a story: somebody answers the customer, or is done with a case."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot import handover
from core.access.actors import Actor
from core.crm import case_queue, case_work, cases
from core.crm.cases import Case
from core.money import Money
from core.store.unit import Unit
from core.transfers.send import send_money
from tests.stories.script import alternatives
from tests.support.desk import hired

if TYPE_CHECKING:
    from tests.stories.stage import Telling

_ANSWERS = re.compile(r"an agent answers \"(?P<words>.+)\"")
_HANDS_BACK = re.compile(r"an agent hands back(?: at (?P<step>\w+))?(?: with (?P<value>\d+))?")


def does(telling: "Telling", what: str) -> bool:
    """Let somebody at the desk do something; False when nothing there is called so."""
    if said := _ANSWERS.fullmatch(what):
        words = alternatives(said["words"], telling.language)
        key = telling.house.new_id()
        handover.reply(telling.house, _somebody(telling), latest(telling).id, words, key=key)
        return True
    if back := _HANDS_BACK.fullmatch(what):
        slots = {"amount": back["value"]} if back["value"] else {}
        handover.hand_back(
            telling.house,
            _somebody(telling),
            latest(telling).id,
            step=back["step"] or "",
            slots=slots,
            key=telling.house.new_id(),
        )
        return True
    act = ACTS.get(what)
    if act is not None:
        act(telling)
    return act is not None


def latest(telling: "Telling", role: str = "customer") -> Case:
    """Return the case that somebody opened last."""
    with telling.house.unit() as unit:
        return cases.of_customer(unit, telling.customers[role], limit=1)[0]


def _somebody(telling: "Telling") -> Actor:
    """Hire somebody who may work on every case."""
    with telling.house.unit() as unit:
        return hired(unit, "supervisor")


def empty_queue(unit: Unit) -> None:
    """Have cases of stories that were told before wait in nobody's way."""
    unit.run(
        """
        update cases set status = 'InProgress', assigned_to = %(somebody)s, assigned_at = %(now)s
        where assigned_to is null and status in ('Open', 'Escalated')
        """,
        somebody=hired(unit, "supervisor").id,
        now=unit.now,
    )


def _take(telling: "Telling") -> None:
    case, somebody = latest(telling), _somebody(telling)
    with telling.house.unit() as unit:
        case_queue.claim(unit, somebody, case)


def _queue(telling: "Telling") -> None:
    """Have somebody else ask for a person first."""
    with telling.house.unit() as unit:
        cases.open_case(
            unit,
            customer=telling.customers["friend"],
            category="Question",
            sub_category="person",
            title="A question",
            description="A question",
            priority="Medium",
            channel="desk",
            conversation=None,
            by="bot",
        )


def _resolve(telling: "Telling") -> None:
    key = telling.house.new_id()
    handover.close(telling.house, _somebody(telling), latest(telling).id, key=key)


def _resolve_silently(telling: "Telling") -> None:
    case, somebody = latest(telling), _somebody(telling)
    with telling.house.unit() as unit:
        case_work.set_status(unit, somebody, case, "Resolved")


def _open(telling: "Telling", count: int = 1, role: str = "customer") -> None:
    with telling.house.unit() as unit:
        for _ in range(count):
            cases.open_case(
                unit,
                customer=telling.customers[role],
                category="Question",
                sub_category="",
                title="A question",
                description="A question",
                priority="Low",
                channel="desk",
                conversation=None,
                by="agent",
            )


def _grow_old(telling: "Telling") -> None:
    """Have the case be resolved so long ago that its customer may not reopen it any more."""
    with telling.house.unit() as unit:
        unit.run(
            "update cases set resolved_at = resolved_at - interval '8 days' where id = %(id)s",
            id=latest(telling).id,
        )


def _pay(telling: "Telling") -> None:
    """Have the customer pay the friend on each of the two days before."""
    with telling.house.unit() as unit:
        _paid(telling, unit)


def _paid(telling: "Telling", unit: Unit) -> None:
    for amount in (300, 200):
        send_money(
            unit,
            id=unit.new_id(),
            payer=telling.customers["customer"],
            payee=telling.customers["friend"],
            amount=Money.parse(f"{amount}", telling.cast.plenty.currency),
            channel="sms",
        )


ACTS: dict[str, Callable[["Telling"], None]] = {
    "somebody takes the case": _take,
    "the friend waits for a person": _queue,
    "the case is resolved": _resolve,
    "the case is resolved without a word": _resolve_silently,
    "the case is a week old": _grow_old,
    "the customer has a case": _open,
    "the newcomer has a case": lambda telling: _open(telling, role="newcomer"),
    "the customer has five cases": lambda telling: _open(telling, 5),
    "the customer has paid the friend twice": _pay,
}
TOLD = ('an agent answers "..."', "an agent hands back [at <step>] [with <amount>]", *ACTS)
