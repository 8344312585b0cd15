"""Doing parked things again, or laying them to rest for good."""

from dataclasses import dataclass

from core.crm import messages, parked
from core.crm.parked import Parked
from core.store import resending
from core.store.unit import Unit


@dataclass(frozen=True, slots=True)
class _Receipt:
    """A provider's word on one message, as it was parked."""

    provider: str
    message_id: str
    status: str
    code: str
    fate: str | None
    ours: str = ""


def retry(unit: Unit, one: Parked, *, by: str) -> str:
    """Do a parked thing again, and return in words what came of it.

    A customer's message is never done again behind their back: they were told that nothing was
    done, and may have said it anew since.
    """
    if one.kind == "letter":
        resending.revive(unit, [_number(one)])
        return "queued again"
    if one.kind == "file":
        parked.fetch_file_again(unit, one.key)
        return "fetched again within seconds"
    if one.kind == "receipt":
        facts = {**one.facts, "fate": one.facts["fate"] or None}
        messages.receive(unit, [_Receipt(**facts)])  # type: ignore[arg-type]
        parked.settle(unit, one, how="retried", by=by, why="retried")
        return "noted"
    if one.kind in {"chore", "job"}:
        parked.settle(unit, one, how="retried", by=by, why="runs again by itself")
        return "it runs again by itself, and is parked again if it breaks"
    return "cannot be done again: mend what broke, then drop it"


def drop(unit: Unit, one: Parked, *, by: str, why: str) -> None:
    """Lay a parked thing to rest. What it was, who did so and why is kept in ``parked``."""
    if one.kind == "letter":
        parked.remove_letter(unit, _number(one))
    elif one.kind == "file":
        parked.give_up_file(unit, one.key)
    parked.settle(unit, one, how="dropped", by=by, why=why)


def _number(letter: Parked) -> int:
    return int(letter.id.removeprefix("letter-"))
