"""A person's answer by e-mail, beside the way it goes otherwise: one thread for each case.

The letters of a case are counted, and what each is called follows from that (``C-104-283-1.2``): so
a mail program puts them together, and a letter that is sent again is the same letter.
"""

from uuid import UUID

from core.crm import customers, own_email
from core.crm.case_store import Case
from core.store import mail
from core.store.mail import Place, Told
from core.store.unit import Unit

ANSWER = "case_answer"


def answer(unit: Unit, case: Case, words: str) -> UUID | None:
    """Owe a case's customer an answer by e-mail too; None where no address was shown as theirs."""
    to = None if case.customer is None else own_email.verified(unit, case.customer)
    if case.customer is None or to is None:
        return None
    person = customers.people(unit, [case.customer])[case.customer]
    nth: int = unit.value(
        "update cases set letters = letters + 1 where id = %(id)s returning letters", id=case.id
    )
    facts = {"name": person.first_name, "number": case.number, "words": words}
    return mail.tell(
        unit,
        case.customer,
        Told(ANSWER, person.language, facts),
        to=to,
        place=Place(case.number, nth),
    )
