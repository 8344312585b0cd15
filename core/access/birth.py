"""The date of birth: asked of a customer who forgot the PIN, as the first half of a reset."""

from datetime import date, timedelta
from uuid import UUID

from core.errors import Refusal
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
    """Let the right date of birth pass, which opens a reset, and count a wrong one.

    :raises WrongBirthDate: if it is wrong
    :raises ResetLocked: if it was wrong three times within a day
    """
    row = unit.maybe(
        """
        select coalesce(c.date_of_birth = %(born)s, false) as known, p.birth_tries, p.birth_tried_at
        from pins p join customers c on c.id = p.customer_id
        where p.customer_id = %(customer)s for no key update of p
        """,
        customer=customer,
        born=born,
    )
    if row is None:
        raise ResetLocked(hours=_hours(ASKED_AGAIN_AFTER))
    fresh = row.birth_tried_at is None or row.birth_tried_at <= unit.now - ASKED_AGAIN_AFTER
    tries = 0 if fresh else row.birth_tries
    if tries >= TRIES:
        raise ResetLocked(hours=_hours(row.birth_tried_at + ASKED_AGAIN_AFTER - unit.now))
    _note(unit, customer, tries=0 if row.known else tries + 1, proven=row.known)
    if row.known:
        return
    if tries + 1 >= TRIES:
        raise ResetLocked(hours=_hours(ASKED_AGAIN_AFTER))
    raise WrongBirthDate(left=str(TRIES - tries - 1))


def require_of_age(born: date, today: date) -> None:
    """Let those pass who are eighteen today.

    :raises TooYoung: if they are not
    """
    # Who was born on 29 February comes of age on 1 March.
    if (today.year - born.year) - ((today.month, today.day) < (born.month, born.day)) < OF_AGE:
        raise TooYoung


def _note(unit: Unit, customer: UUID, *, tries: int, proven: bool) -> None:
    unit.run(
        """
        update pins set birth_tries = %(tries)s, birth_tried_at = %(now)s,
            birth_proven_at = case when %(proven)s then %(now)s::timestamptz end
        where customer_id = %(customer)s
        """,
        customer=customer,
        tries=tries,
        proven=proven,
        now=unit.now,
    )


def _hours(wait: timedelta) -> str:
    return str(max(1, -(-int(wait.total_seconds()) // 3600)))
