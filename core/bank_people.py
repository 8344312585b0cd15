"""The counter for people: whom a customer pays, and what they call them."""

from dataclasses import dataclass
from uuid import UUID

from core import phone
from core.crm import customers
from core.crm.customers import Payee
from core.errors import Refusal
from core.standing import Standing
from core.transfers import notes, payees, people, send
from core.transfers.people import AmbiguousPerson, NotAKnownName, PersonGone, SavedPerson

MOST_LATELY = 5


class UnknownRecipient(Refusal):
    """Nobody here has that number. Fact: ``phone`` (E.164)."""

    code = "unknown_recipient"


class SameCustomer(Refusal):
    """That is the customer's own number."""

    code = "same_customer"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to pay, as far as the payer may know them: masked."""

    id: str
    name: str
    phone: str
    label: str = ""
    """What the payer calls them; empty when they are not saved."""


class PeopleCounter(Standing):
    """What is asked at the counter about people to pay."""

    def people(self) -> list[SavedPerson]:
        """Return whom the customer saved, the most used first."""
        return people.saved(self._unit, self._me)

    def people_called(self, said: str) -> list[SavedPerson]:
        """Return whom the customer may mean by a name: whom they saved, else paid lately.

        Where nobody is called so, it is those whose names are like it.
        """
        saved = self.people()
        if found := people.called(saved, said):
            return found
        named, alike = payees.named_lately(self._unit, self._me, said)
        if named:
            return [_unsaved(one) for one in named]
        return [*people.like(saved, said), *map(_unsaved, alike)]

    def find_person(self, said: str) -> SavedPerson:
        """Return the saved person of an id, or of a name the customer gave them.

        :raises PersonGone: if nobody is saved so
        :raises AmbiguousPerson: if several people may be meant
        """
        saved = self.people()
        found = [one for one in saved if str(one.id) == said] or people.called(saved, said)
        if not found:
            raise PersonGone
        if len(found) > 1:
            raise AmbiguousPerson(said=said[: people.LONGEST_LABEL])
        return found[0]

    def find_recipient(self, text: str) -> Recipient:
        """Return who was meant, masked: by number, name, or the id of one of ``people_called``.

        A name is one that the customer gave somebody, or else the own name of somebody they paid
        lately. Only a name that one alone has is sure enough.

        :raises NotAPhone: if it is neither a number nor a name
        :raises NotAKnownName: if it is the name of nobody they have saved or paid lately
        :raises AmbiguousPerson: if several people may be meant, or the name is only like theirs
        :raises SameCustomer: if it is the customer's own number
        :raises UnknownRecipient: if nobody here has it
        :raises OtherCurrency: if they have no wallet in the customer's home currency
        """
        found, label = self._find(text)
        if not found.takes:
            raise send.OtherCurrency(name=found.name, currency=self.currency, said=text)
        return _shown(found, label)

    def find_anywhere(self, text: str) -> Recipient:
        """Return who was meant as `find_recipient` does, whatever currency they can be paid in.

        :raises NotAPhone: if it is neither a number nor a name
        :raises NotAKnownName: if it is the name of nobody they have saved or paid lately
        :raises AmbiguousPerson: if several people may be meant, or the name is only like theirs
        :raises SameCustomer: if it is the customer's own number
        :raises UnknownRecipient: if nobody here has it
        """
        return _shown(*self._find(text))

    def number_of(self, text: str) -> str:
        """Return the number of the person whom a name means; a number as it is.

        :raises NotAPhone: if it is neither a number nor a name
        :raises NotAKnownName: if it is the name of nobody they have saved or paid lately
        :raises AmbiguousPerson: if several people may be meant, or the name is only like theirs
        """
        try:
            return phone.parse(text, self.country)
        except phone.NotAPhone as unread:
            found, _ = self._find_named(text, unread)
            number = customers.people(self._unit, [found.id])[found.id].phone
            if number is None:
                raise
            return number

    def takes(self, payee: str) -> list[str]:
        """Return the currencies somebody (by id) may be paid in, the one they live in first."""
        return payees.takes(self._unit, UUID(payee))

    def people_paid_lately(self) -> list[Payee]:
        """Return whom the customer paid last and has not saved, at most five."""
        return payees.paid_lately(self._unit, self._me, limit=MOST_LATELY)

    def find_new_person(self, text: str) -> Recipient:
        """Return who is to be saved: one of those paid lately by their id, or by number or name.

        Raises what ``find_recipient`` does.
        """
        for one in self.people_paid_lately():
            if str(one.id) == text:
                return Recipient(text, one.name, one.phone)
        return self.find_recipient(text)

    def just_paid(self) -> Recipient | None:
        """Return whom the customer has just paid, if that is somebody they have not saved."""
        payee = payees.just_paid(self._unit, self._me)
        found = payee and payees.find(self._unit, payee, currency=self.currency)
        return Recipient(str(found.id), found.name, found.phone) if found else None

    def may_save(self, payee: str) -> bool:
        """Return whether a recipient is not saved yet, and there is room for another."""
        saved = self.people()
        return len(saved) < people.MOST_PEOPLE and all(str(one.payee) != payee for one in saved)

    def read_label(self, text: str) -> str:
        """Return a name as it is kept.

        :raises NotALabel: if it cannot be one
        """
        return people.read_label(text)

    def save_person(self, payee: str, label: str) -> None:
        """Save a recipient under a name.

        :raises LabelTaken: if somebody else is called so
        :raises TooManyPeople: if there is no room for another
        """
        people.save(self._unit, self._me, UUID(payee), label)

    def rename_person(self, person: str, label: str) -> None:
        """Call a saved person otherwise.

        :raises LabelTaken: if somebody else is called so
        :raises PersonGone: if they are not saved any more
        """
        people.rename(self._unit, self._me, UUID(person), label)

    def remove_person(self, person: str) -> None:
        """Forget a saved person."""
        people.remove(self._unit, self._me, UUID(person))

    def clean_note(self, text: str) -> str:
        """Return a note as its reader will see it; empty when nothing is left of it."""
        return notes.clean(text)

    def _find(self, text: str) -> tuple[Payee, str]:
        """Return somebody and what the customer calls them."""
        try:
            number = phone.parse(text, self.country)
        except phone.NotAPhone as unread:
            return self._find_named(text, unread)
        found = customers.find_payee(self._unit, phone=number, currency=self.currency)
        if found is None:
            raise UnknownRecipient(phone=number)
        if found.id == self._me:
            raise SameCustomer
        return found, people.label_of(self._unit, self._me, found.id)

    def _find_named(self, text: str, unread: phone.NotAPhone) -> tuple[Payee, str]:
        one = self._meant_by(text)
        if one is None:
            # What cannot be a name was meant for a number.
            raise NotAKnownName(typed=text.strip()) if people.may_be_a_name(text) else unread
        found = payees.find(self._unit, one.payee, currency=self.currency)
        if found is None:
            raise unread
        return found, "" if one.id == one.payee else one.label

    def _meant_by(self, text: str) -> SavedPerson | None:
        """Return the one person a name or an id surely means; None where nobody may be meant."""
        saved = self.people()
        sure = [one for one in saved if str(one.id) == text] or people.called(saved, text)
        if not sure:
            lately = payees.paid_lately(self._unit, self._me, limit=payees.LATELY)
            named = [one for one in lately if str(one.id) == text]
            named = named or payees.named_lately(self._unit, self._me, text)[0]
            sure = [_unsaved(one) for one in named]
        if len(sure) == 1:
            return sure[0]
        if sure or self.people_called(text):
            raise AmbiguousPerson(said=text[: people.LONGEST_LABEL])
        return None


def _unsaved(payee: Payee) -> SavedPerson:
    """Return somebody who was paid and never saved, as one of a list: by what may be shown."""
    return SavedPerson(payee.id, payee.id, payee.name, payee.phone, payee.phone)


def _shown(found: Payee, label: str) -> Recipient:
    return Recipient(str(found.id), found.name, found.phone, label)


__all__ = [
    "AmbiguousPerson", "NotAKnownName", "PeopleCounter", "PersonGone", "Recipient", "SameCustomer",
    "SavedPerson", "UnknownRecipient",
]  # fmt: skip
