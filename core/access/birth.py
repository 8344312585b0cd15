"""The date of birth: the first thing asked of a customer who forgot the PIN, and how tries count.

Whatever is asked to know somebody by, three wrong answers within a day are the end of it.
"""

from datetime import date, timedelta
from uuid import UUID

from core.errors import Refusal
from core.store import personal
from core.store.unit import Unit

TRIES = 3
ASKED_AGAIN_AFTER = timedelta(hours=24)
OF_AGE = 18


class Counted(Refusal):
    """A refusal that was counted: the count stays although the effect it ended is undone.

    Whoever raises one has written nothing but the count.
    """


class WrongBirthDate(Counted):
    """That is not the date of birth we know. Fact: ``left``, how many tries remain."""

    code = "wrong_birth_date"


class ResetLocked(Counted):
    """The date of birth was wrong too often; it is asked again a day later. Fact: ``hours``."""

    code = "reset_locked"


class TooYoung(Refusal):
    """Customers are of age."""

    code = "too_young"


def check(unit: Unit, customer: UUID, born: date) -> None:
    """Let the right date of birth pass, and count a wrong one.

    :raises WrongBirthDate: if it is wrong
    :raises ResetLocked: if answers were wrong three times within a day
    """
    before = tries(unit, customer)
    sealed: bytes | None = unit.value(
        "select date_of_birth from customers where id = %(customer)s", customer=customer
    )
    if personal.born(unit.keys, customer, sealed) != born:
        raise WrongBirthDate(left=str(count_wrong(unit, customer, before)))


def tries(unit: Unit, customer: UUID) -> int:
    """Return how many wrong answers the last day had. Locks the customer's PIN until the unit ends.

    :raises ResetLocked: if it had three, or there is no PIN to reset
    """
    row = unit.maybe(
        """
        select birth_tries, birth_tried_at from pins
        where customer_id = %(customer)s for no key update
        """,
        customer=customer,
    )
    if row is None:
        raise ResetLocked(hours=_hours(ASKED_AGAIN_AFTER))
    if row.birth_tried_at is None or row.birth_tried_at <= unit.now - ASKED_AGAIN_AFTER:
        return 0
    if row.birth_tries >= TRIES:
        raise ResetLocked(hours=_hours(row.birth_tried_at + ASKED_AGAIN_AFTER - unit.now))
    before: int = row.birth_tries
    return before


def count_wrong(unit: Unit, customer: UUID, before: int) -> int:
    """Count a wrong answer after so many others, and return how many tries are left.

    :raises ResetLocked: if that was the last one
    """
    unit.run(
        """
        update pins set birth_tries = %(tries)s, birth_tried_at = %(now)s, birth_proven_at = null
        where customer_id = %(customer)s
        """,
        customer=customer,
        tries=before + 1,
        now=unit.now,
    )
    if before + 1 >= TRIES:
        raise ResetLocked(hours=_hours(ASKED_AGAIN_AFTER))
    return TRIES - before - 1


def require_of_age(born: date, today: date) -> None:
    """Let those pass who are eighteen today.

    :raises TooYoung: if they are not
    """
    # Who was born on 29 February comes of age on 1 March.
    if (today.year - born.year) - ((today.month, today.day) < (born.month, born.day)) < OF_AGE:
        raise TooYoung


def _hours(wait: timedelta) -> str:
    return str(max(1, -(-int(wait.total_seconds()) // 3600)))
