"""What only the customer should know: the second question of a PIN reset.

One of several is asked, chosen by chance for each attempt, so that who has learnt one answer may be
asked another. Knowledge alone opens nothing (NIST SP 800-63B does not take it for a factor): it
comes before a code, and three wrong answers a day, over all questions, are the end of it.
"""

from datetime import timedelta
from typing import Literal
from uuid import UUID

from core.access import birth
from core.access.birth import Counted
from core.errors import Refusal
from core.money import Money, NotAnAmount
from core.store import personal
from core.store.unit import Row, Unit

Question = Literal["id_number", "payment", "year"]
QUESTIONS: tuple[Question, ...] = ("id_number", "payment", "year")
SHOWN_LAST = 4
TOLERANCE = 10  # a payment is remembered right within a tenth of it
PAID_WITHIN = timedelta(days=90)
A_YEAR = timedelta(days=365)


class WrongAnswer(Counted):
    """That is not what the bank knows. Fact: ``left``, how many tries remain."""

    code = "wrong_answer"


class NotAnAnswer(Refusal):
    """The answer cannot be read: four characters, an amount or a year were asked for."""

    code = "not_an_answer"


def pick(unit: Unit, customer: UUID) -> Question:
    """Return a question to ask, by chance one of those the bank knows an answer to.

    The year of joining is asked only of who joined more than a year ago, or where nothing else is
    known: it is too easily guessed otherwise.
    """
    row = _known(unit, customer)
    open_to: list[Question] = []
    if row.id_number is not None:
        open_to.append("id_number")
    if row.paid is not None:
        open_to.append("payment")
    if not open_to or row.created_at < unit.now - A_YEAR:
        open_to.append("year")
    return open_to[unit.new_id().int % len(open_to)]


def check(unit: Unit, customer: UUID, question: Question, said: str) -> None:
    """Let the right answer pass, which ends the questions of a reset, and count a wrong one.

    :raises NotAnAnswer: if it cannot be read, which is not counted
    :raises WrongAnswer: if it is wrong
    :raises ResetLocked: if answers were wrong three times within a day
    """
    before = birth.tries(unit, customer)
    if not _is_right(unit, customer, question, said.strip()):
        raise WrongAnswer(left=str(birth.count_wrong(unit, customer, before)))
    unit.run(
        "update pins set birth_proven_at = %(now)s where customer_id = %(customer)s",
        customer=customer,
        now=unit.now,
    )


def _known(unit: Unit, customer: UUID) -> Row:
    return unit.one(
        """
        select c.id_number, c.created_at, t.amount as paid, t.currency
        from customers c left join lateral (
            select amount, currency from transfers
            where from_customer = c.id and created_at > %(since)s
            order by created_at desc, id desc limit 1) t on true
        where c.id = %(customer)s
        """,
        customer=customer,
        since=unit.now - PAID_WITHIN,
    )


def _is_right(unit: Unit, customer: UUID, question: Question, said: str) -> bool:
    row = _known(unit, customer)
    match question:
        case "id_number":
            last = "".join(filter(str.isalnum, said)).upper()
            if len(last) != SHOWN_LAST:
                raise NotAnAnswer
            known = personal.id_number(unit.keys, customer, row.id_number)
            return known is not None and known.endswith(last)
        case "payment":
            return row.paid is not None and _is_about(said, Money(row.paid, row.currency))
        case "year":
            if not (len(said) == len("2026") and said.isascii() and said.isdigit()):
                raise NotAnAnswer
            return bool(row.created_at.year == int(said))


def _is_about(said: str, paid: Money) -> bool:
    try:
        meant = Money.parse(said, paid.currency)
    except NotAnAmount:
        raise NotAnAnswer from None
    return abs(meant.minor - paid.minor) * TOLERANCE <= paid.minor
