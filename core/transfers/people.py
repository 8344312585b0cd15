"""Saved people: whom a customer pays by a name of their own, such as Mum."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from rapidfuzz.distance import JaroWinkler

from core import phone
from core.crm import customers
from core.errors import Refusal
from core.store.unit import Unit

MOST_PEOPLE = 50
LONGEST_LABEL = 20  # as long as a button of WhatsApp may be
MOST_NAMES = 3
"""Words of a name, as somebody is called who is paid."""
SEALED = "beneficiaries.label"
LIKE = 88
"""How alike names are that may be the same, misspelt (Jaro-Winkler, in hundredths)."""
SHORTEST_LIKE = 4
"""Letters: of shorter names, one letter makes another person."""
_LABEL = re.compile(r"[^\W\d_](?:(?:[^\W_]|[ '\u2019.&-])*[^\W_])?")


class NotALabel(Refusal):
    """What was typed cannot be a name for somebody. Fact: ``typed``."""

    code = "not_a_label"


class LabelTaken(Refusal):
    """The customer calls somebody else that already. Fact: ``label``."""

    code = "label_taken"


class TooManyPeople(Refusal):
    """The customer has saved as many people as there may be. Fact: ``most``."""

    code = "too_many_people"


class PersonGone(Refusal):
    """The saved person was removed meanwhile, or banks here no more."""

    code = "person_gone"


class AmbiguousPerson(Refusal):
    """Several people may be meant, or it is not sure that the one is. Fact: ``said``."""

    code = "ambiguous_person"


class NotAKnownName(phone.NotAPhone):
    """It is a name, of nobody whom the customer has saved or paid lately. Fact: ``typed``."""

    code = "not_a_known_name"


@dataclass(frozen=True, slots=True)
class SavedPerson:
    """Somebody a customer saved. ``label`` is the customer's own word for them."""

    id: UUID
    payee: UUID
    label: str
    name: str
    """Masked."""
    phone: str
    """Masked."""


def read_label(text: str) -> str:
    """Return a name for somebody, as it is kept: one line, single spaces, 1 to 20 characters.

    A letter begins it, so that no number is taken for a name.

    :raises NotALabel: if it cannot be one
    """
    label = " ".join(unicodedata.normalize("NFC", text).split())
    if not _LABEL.fullmatch(label) or len(label) > LONGEST_LABEL:
        raise NotALabel(typed=label[:20])
    return label


def saved(unit: Unit, customer: UUID) -> list[SavedPerson]:
    """Return whom a customer saved and may still pay, the most used first; at most fifty."""
    rows = unit.all(
        """
        select b.id, b.payee, b.label
        from beneficiaries b join customers c on c.id = b.payee and c.is_active
        where b.customer_id = %(customer)s
        order by b.uses desc, b.last_used_at desc nulls last, b.created_at, b.id
        limit %(most)s
        """,
        customer=customer,
        most=MOST_PEOPLE,
    )
    if not rows:
        return []
    known = customers.people(unit, [row.payee for row in rows])
    return [
        SavedPerson(
            id=row.id,
            payee=row.payee,
            label=unit.keys.open(row.label, field=SEALED, row=row.id),
            name=known[row.payee].masked_name,
            phone=known[row.payee].masked_phone,
        )
        for row in rows
    ]


def called(people: Iterable[SavedPerson], said: str) -> list[SavedPerson]:
    """Return whom a customer may mean by a name: who is called so, else so in part."""
    meant = _plain(said)
    if len(meant) < 2:
        return []
    names = [(person, _plain(person.label)) for person in people]
    for fits in (
        lambda name: name == meant,
        lambda name: meant in name.split(),
        lambda name: name.startswith(meant),
    ):
        found = [person for person, name in names if fits(name)]
        if found:
            return found
    return []


def like(people: Iterable[SavedPerson], said: str) -> list[SavedPerson]:
    """Return whom a customer may mean by a name that is misspelt, the likeliest first."""
    meant = _plain(said)
    if len(meant) < SHORTEST_LIKE:
        return []
    alike = [(_likeness(_plain(person.label), meant), person) for person in people]
    near = [(how, person) for how, person in alike if how >= LIKE]
    return [person for _, person in sorted(near, key=lambda one: -one[0])]


def is_like(name: str, said: str) -> bool:
    """Return whether somebody's own name, or a part of it, may be what was said, misspelt."""
    meant = _plain(said)
    return len(meant) >= SHORTEST_LIKE and _likeness(_plain(name), meant) >= LIKE


def is_called(name: str, said: str) -> bool:
    """Return whether somebody's own name is what was said, or all of it is part of their name."""
    meant = _plain(said).split()
    return bool(meant) and set(meant) <= set(_plain(name).split())


def may_be_a_name(text: str) -> bool:
    """Return whether words can be somebody's name at all."""
    try:
        return len(read_label(text).split()) <= MOST_NAMES
    except NotALabel:
        return False


def label_of(unit: Unit, customer: UUID, payee: UUID) -> str:
    """Return what a customer calls somebody; empty when they are not saved."""
    row = unit.maybe(
        """
        select id, label from beneficiaries
        where customer_id = %(customer)s and payee = %(payee)s
        """,
        customer=customer,
        payee=payee,
    )
    return "" if row is None else unit.keys.open(row.label, field=SEALED, row=row.id)


def save(unit: Unit, customer: UUID, payee: UUID, label: str) -> None:
    """Save somebody under a name, or give who is saved already that name.

    :raises LabelTaken: if somebody else is called so
    :raises TooManyPeople: if fifty are saved already
    """
    customers.lock(unit, customer)
    people = saved(unit, customer)
    known = next((person for person in people if person.payee == payee), None)
    if known is not None:
        rename(unit, customer, known.id, label)
        return
    _require_free(people, label)
    if unit.value(
        "select count(*) >= %(most)s from beneficiaries where customer_id = %(customer)s",
        customer=customer,
        most=MOST_PEOPLE,
    ):
        raise TooManyPeople(most=str(MOST_PEOPLE))
    person = unit.new_id()
    unit.run(
        """
        insert into beneficiaries (id, customer_id, payee, label, created_at)
        values (%(id)s, %(customer)s, %(payee)s, %(label)s, %(now)s)
        """,
        id=person,
        customer=customer,
        payee=payee,
        label=unit.keys.seal(label, field=SEALED, row=person),
        now=unit.now,
    )


def rename(unit: Unit, customer: UUID, person: UUID, label: str) -> None:
    """Call a saved person otherwise.

    :raises LabelTaken: if somebody else is called so
    :raises PersonGone: if they are not saved any more
    """
    customers.lock(unit, customer)
    _require_free([one for one in saved(unit, customer) if one.id != person], label)
    renamed = unit.run(
        """
        update beneficiaries set label = %(label)s
        where id = %(person)s and customer_id = %(customer)s
        """,
        person=person,
        customer=customer,
        label=unit.keys.seal(label, field=SEALED, row=person),
    )
    if not renamed:
        raise PersonGone


def remove(unit: Unit, customer: UUID, person: UUID) -> None:
    """Forget a saved person; who is gone already stays gone."""
    unit.run(
        "delete from beneficiaries where id = %(person)s and customer_id = %(customer)s",
        person=person,
        customer=customer,
    )


def _likeness(name: str, meant: str) -> int:
    """Return in hundredths how alike a name and what was said are: whole, or its likest word."""
    words = [word for word in name.split() if len(word) >= SHORTEST_LIKE]
    return max(int(100 * JaroWinkler.similarity(meant, one)) for one in (name, *words))


def _require_free(people: Sequence[SavedPerson], label: str) -> None:
    if any(_plain(person.label) == _plain(label) for person in people):
        raise LabelTaken(label=label)


def _plain(text: str) -> str:
    """Return words as they are compared: without case and accents."""
    bare = (c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join("".join(bare).casefold().split())
