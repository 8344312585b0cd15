"""Finding an account elsewhere in a story: one paid before, or a bank and a number there."""

from typing import TYPE_CHECKING, ClassVar

from core.errors import Refusal
from flows.picking import Listed
from flows.story import GIVEN

if TYPE_CHECKING:
    from core.bank import Bank, Payee

MOST_BANKS = 4


class Banking:
    """The lists of banks and of accounts paid before, and what is remembered of those picked."""

    most_saved: ClassVar[int] = 2
    """With the other ways they fit a USSD screen; the rest are found by bank and number."""
    bank: "Bank"
    slots: dict[str, str]
    refusal: Refusal | None

    def saved(self) -> Listed:
        """Return where the customer had money paid to most."""
        found = self.bank.payout_payees()[: self.most_saved]
        return {one.id: {"bank": one.bank, "shown": one.shown} for one in found}

    def banks(self) -> Listed:
        """Return the banks that most are paid to."""
        return {one.id: {"bank": one.short_name} for one in self.bank.frequent_banks()}

    def banks_called(self) -> Listed:
        """Return the banks that may be meant by a name."""
        found = self.bank.banks_called(self.slots["said"])[:MOST_BANKS]
        return {one.id: {"bank": one.short_name, "country": one.country} for one in found}

    def pick_saved(self, said: str) -> None:
        """Remember an account paid before, all that is known of it."""
        self.keep_payee(self.bank.find_payee_elsewhere(said))

    def give_bank(self, _: str) -> None:
        """Take what was said for the name of a bank: that step answers itself by it."""
        if self.refusal is not None:
            self.slots[f"{GIVEN}bank"] = self.refusal.facts["said"]

    def find_bank(self, said: str) -> None:
        """Remember which bank is meant."""
        bank = self.bank.find_bank(said)
        self.slots |= {"kind": "bank", "bank_id": bank.id, "bank": bank.short_name}
        self.slots |= {"bic": bank.bic, "clearing": bank.code}

    def note_bank_said(self, _: str) -> None:
        """Remember the name that several banks may have."""
        if self.refusal is not None:
            self.slots["said"] = self.refusal.facts["said"]

    def note_bank_account(self, said: str) -> None:
        """Remember the account there."""
        self.slots["account"] = self.bank.read_account(self.slots["bank_id"], said)

    def take_own(self, _: str) -> None:
        """Have it paid to the customer's own phone."""
        self.keep_payee(self.bank.own_mobile())

    def account_enquiry(self) -> object:
        """Return the question whose account it is."""
        return self.bank.account_enquiry(
            bank_id=self.slots["bank_id"],
            account=self.slots["account"],
            bic=self.slots["bic"],
            code=self.slots["clearing"],
        )

    def name_payee(self, name: str, *, confirmed: bool) -> None:
        """Remember whose account it is, as their bank told or as the customer says."""
        self.keep_payee(
            self.bank.payee(
                bank_id=self.slots["bank_id"],
                account=self.slots["account"],
                name=name,
                confirmed=confirmed,
            )
        )

    def keep_payee(self, one: "Payee") -> None:
        """Remember all that is known of an account elsewhere."""
        self.slots |= {
            "to": one.id,
            "kind": one.kind,
            "bank_id": one.bank_id,
            "bank": one.bank,
            "account": one.account,
            "shown": one.shown,
            "payee": one.name,
            "name": one.masked,
            "confirmed": "yes" if one.confirmed else "",
        }
