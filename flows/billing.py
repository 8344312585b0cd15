"""Finding a bill in a story: whose it is, and which account there, as the biller knows it."""

from typing import TYPE_CHECKING

from flows.picking import Listed

if TYPE_CHECKING:
    from core.bank import Bank

MOST_BILLERS = 6


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
