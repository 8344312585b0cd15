"""Finding a bill in a story: whose it is, and which account there, as the biller knows it."""

import re
from typing import TYPE_CHECKING

from core.errors import Refusal
from flows.hearing import plain
from flows.picking import Listed
from flows.story import GIVEN

if TYPE_CHECKING:
    from core.bank import Bank

MOST_BILLERS = 6
_LONG = re.compile(r"[0-9]{7,}")
"""So many figures and no currency: an account rather than what is paid."""


class Billing:
    """The list of billers, and what is remembered of the one that is picked."""

    bank: "Bank"
    slots: dict[str, str]

    @property
    def has_billers(self) -> bool:
        """Whether anybody can be paid in the customer's country."""
        return bool(self.bank.billers())

    def billers(self) -> Listed:
        """Return the billers there are."""
        return {one.id: {"name": one.short_name} for one in self.bank.billers()[:MOST_BILLERS]}

    def hear_biller(self, _: str) -> None:
        """Find who is to be paid in the words that asked for the story, if one alone is named."""
        said = f" {plain(self.slots.pop(f'{GIVEN}biller', ''))} "
        named = [one for one in self.bank.billers() if f" {plain(one.short_name)} " in said]
        if len(named) == 1:
            self.slots[f"{GIVEN}biller"] = named[0].id
            self._hear_account(named[0].id)

    def _hear_account(self, biller: str) -> None:
        """Take a long number beside a biller's name for an account there, if it may be one."""
        number = self.slots.get(f"{GIVEN}amount", "")
        if f"{GIVEN}account" in self.slots or not _LONG.fullmatch(number):
            return
        try:
            self.bank.read_bill_account(biller, number)
        except Refusal:
            return
        self.slots[f"{GIVEN}account"] = self.slots.pop(f"{GIVEN}amount")

    def note_biller(self, said: str) -> None:
        """Remember who is paid."""
        found = self.bank.find_biller(said)
        self.slots |= {"biller_id": found.id, "biller_no": found.code}
        self.slots |= {"biller": found.short_name, "kind": found.account}

    def note_bill_account(self, said: str) -> None:
        """Remember which account is paid, as the biller writes it."""
        number = self.bank.read_bill_account(self.slots["biller_id"], said)
        self.slots |= {
            "bill_account": number,
            "shown": f"*{number[-4:]}",
            "to": self.bank.bill_payee(self.slots["biller_id"], number),
        }

    def bill_enquiry(self) -> object:
        """Return the question whose the account is, and what it owes."""
        return self.bank.bill_enquiry(self.slots["biller_no"], self.slots["bill_account"])
