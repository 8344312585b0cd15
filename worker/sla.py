"""Watching the clocks of cases: warn in time, escalate what is late, close what stayed solved.

Whoever has a case whose customer waits too long for an answer is sent a letter, and supervisors
when it has not come by half a promise later. What waits is handed out to who is there.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from bot.house import House
from core.access import staff
from core.crm import case_dealing, case_sweep, case_takers
from core.crm.answer_sweep import Owed
from core.crm.case_sweep import Ticked
from core.store import mail
from core.store.unit import Unit

MOST_NUMBERS = 20
"""How many cases a letter names; it says of how many it speaks."""


def tick(house: House) -> Ticked:
    """Do what is due now, and tell the desk's live pages which cases changed."""
    ticked = case_sweep.tick(house.unit, letters=lambda unit, owed: write(unit, house, owed))
    dealt = case_dealing.tick(house.unit)
    touched = {
        *ticked.late,
        *ticked.warned,
        *ticked.closed,
        *ticked.unanswered,
        *ticked.complaints,
        *dealt.given,
        *dealt.moved,
    }
    for case in touched:
        house.tell(f"case:{case}")
    if touched:
        house.tell("queue")
    return ticked


def write(unit: Unit, house: House, owed: Sequence[Owed]) -> None:
    """Owe letters about answers that are late: to who has each case, and once raised to leaders.

    They name cases by their numbers and nobody by name.
    """
    late: dict[UUID, list[str]] = {}
    for one in owed:
        if "breached" in one.came and one.assigned_to is not None:
            late.setdefault(one.assigned_to, []).append(one.number)
    for member, numbers in late.items():
        _write(unit, house, member, "answers_late", numbers)
    raised = [one.number for one in owed if "raised" in one.came]
    if raised:
        _write_all(unit, house, case_takers.leaders(unit), "answers_raised", raised)


def _write_all(
    unit: Unit, house: House, members: Iterable[UUID], letter: str, numbers: Sequence[str]
) -> None:
    for member in members:
        _write(unit, house, member, letter, numbers)


def _write(unit: Unit, house: House, to: UUID, letter: str, numbers: Sequence[str]) -> None:
    member = staff.get(unit, to)
    if not member.is_active:
        return
    words = house.words(member.languages[0] if member.languages else "en", "mail")
    facts = {
        "name": member.name,
        "link": f"{house.settings.public_base_url}/desk/cases",
        "many": str(len(numbers)),
        "numbers": ", ".join(numbers[:MOST_NUMBERS]),
    }
    mail.queue(
        unit,
        to=member.email,
        subject=words.say("mail", f"{letter}_subject", facts),
        body=words.say("mail", f"{letter}_body", facts),
    )
