"""The counter for proof: PINs, codes, and whatever shows that a customer is who they say."""

from datetime import date
from typing import Literal

from core import phone
from core.access import addresses, birth, codes, identity, locking, pins, step_up, trust
from core.access.codes import Agreed, Purpose, Way
from core.access.devices import (
    Device,
    DeviceGone,
    DeviceInUse,
    devices,
    leave_others,
    remove,
)
from core.access.identity import Question
from core.access.pins import Proof
from core.bank_cases import CasesCounter
from core.crm import customers
from core.errors import Refusal
from core.ledger.account_no import is_account_no
from core.phone import mask

MOST_SHOWN = 8
CASE_TITLES = {
    "sim_changed": "SIM changed: no second way to prove who it is",
    "pin": "PIN reset: could not be proved by questions and a code",
}


class NotAnAccountNo(Refusal):
    """What was written is no account number."""

    code = "not_an_account_no"


class ProofCounter(CasesCounter):
    """What is asked at the counter to prove who stands there."""

    def prove(self, proof: Proof) -> None:
        """Let a right PIN pass and count a wrong one; it lifts a new address that owes no code.

        :raises WrongPin: if it is wrong
        :raises PinLocked: if it is locked, or this was the last try
        """
        pins.judge(self._unit, self._me, proof)
        self._visitor.proved = True
        if self._visitor.trust == "new" and not self.owes_code:
            self._rise()

    @property
    def owes_code(self) -> bool:
        """Whether this new address must enter a code besides the PIN before anything personal."""
        return self._visitor.trust == "new" and step_up.owed(self._unit, self._me, **self._here)

    @property
    def has_second_way(self) -> bool:
        """Whether a code can be sent some other way than to this very address."""
        return bool(self._ways())

    @property
    def has_next_way(self) -> bool:
        """Whether there is a way after the one the last code went."""
        return step_up.way_after(self._unit, self._ways(), **self._here) is not None

    def send_step_up(self, *, onward: bool = False) -> dict[str, str]:
        """Send the code that a new address owes, once its PIN was given; return where it went.

        ``onward`` takes the next way instead of the last one. The answer has ``way`` (the channel)
        and the masked ``where``.

        :raises TooManyCodes: if too many were asked for
        """
        self._require_proved()
        return self._send("step_up", onward=onward)

    def code_went(self) -> dict[str, str]:
        """Return the ``way`` the last code to this address went, and the masked ``where``."""
        way = step_up.way_again(self._unit, self._ways(), **self._here)
        return _shown(way) if way else {"way": "sms", "where": ""}

    def set_pin(self, pin_hash: str) -> None:
        """Make this the customer's PIN; a locked one opens when its reset was proven here.

        Where a person had allowed it, the address is believed and what the customer had locked is
        open again.

        :raises PinLocked: if it is locked and was not reset
        """
        allowed = pins.change(self._unit, self._me, pin_hash, **self._here)
        if allowed:
            locking.unlock(self._unit, self._me)
            if self._visitor.trust == "new":
                self._rise()

    @property
    def reset_allowed(self) -> bool:
        """Whether a person has allowed a new PIN to be chosen here."""
        return pins.is_reset_allowed(self._unit, self._me, address=self._visitor.address)

    @property
    def locked_by_owner(self) -> bool:
        """Whether the customer locked everything, so that only a person opens it."""
        found: bool | None = self._unit.value(
            "select self_locked_at is not null from pins where customer_id = %(customer)s",
            customer=self._me,
        )
        return bool(found)

    def check_born(self, born: date) -> None:
        """Let the right date of birth pass, the first question of a reset, and count a wrong one.

        :raises WrongBirthDate: if it is wrong
        :raises ResetLocked: if answers were wrong three times within a day
        """
        birth.check(self._unit, self._me, born)

    def pick_question(self) -> Question:
        """Return the second question of a reset, by chance: `id_number`, `payment` or `year`."""
        return identity.pick(self._unit, self._me)

    def check_answer(self, question: str, said: str) -> None:
        """Let the right answer to the second question pass, and count a wrong one.

        :raises NotAnAnswer: if it cannot be read
        :raises WrongAnswer: if it is wrong
        :raises ResetLocked: if answers were wrong three times within a day
        """
        known: dict[str, Question] = {one: one for one in identity.QUESTIONS}
        identity.check(self._unit, self._me, known[question], said)

    def send_reset_code(self, *, onward: bool = False) -> dict[str, str]:
        """Send the code of a reset by a second channel; answers as `send_step_up`.

        :raises TooManyCodes: if too many were asked for
        """
        return self._send("reset_pin", onward=onward)

    def send_link_code(self, text: str) -> str:
        """Send a code to the phone a stranger says is theirs, if it is a customer's.

        Returns the number in E.164, the same whether or not anybody here has it.

        :raises NotAPhone: if it is none
        :raises TooManyCodes: if too many were asked for
        """
        number = phone.parse(text, self.country)
        owner = customers.find_by_phone(self._unit, number)
        codes.issue(
            self._unit,
            customer=owner,
            purpose="link",
            way=Way("sms", number),
            agreed=None,
            **self._here,
        )
        return number

    def check_code(self, proof: Proof) -> None:
        """Let the right code pass and count a wrong one.

        The code of a link makes this address the customer's, still a new one: the PIN comes next.
        The code that a new address owed lifts it, for its PIN was given before the code was sent.

        :raises WrongCode: if it is wrong
        :raises CodeSpent: if it may not be used (any more), or this was the last try
        """
        right = proof.kind == "code" and proof.ok
        used = codes.use(self._unit, code_id=proof.code_id, right=right, **self._here)
        if used.purpose == "link" and not self.known:
            addresses.attach(self._unit, used.customer, trust="new", **self._here)
            self._visitor.become(addresses.who(self._unit, used.customer), trust="new")
        elif used.purpose == "step_up" and used.effect_id is None and self._visitor.trust == "new":
            self._rise()

    def link(self) -> None:
        """Finish joining this address to an account. The code and the PIN have done it already."""
        if not self._visitor.proved:
            raise LookupError("an address is linked by a code and a PIN")

    def ask_person(self, why: Literal["sim_changed", "pin"]) -> str:
        """Open a case for somebody who cannot prove here who they are, and return its number.

        :raises TooManyCases: if the customer has as many open ones as one may have
        """
        title = CASE_TITLES[why]
        return self.open_case(
            category="Access", sub_category=why, title=title, text=title, by_bot=True
        ).number

    def read_account_no(self, text: str) -> str:
        """Return an account number as it is kept, whether or not there is such an account.

        :raises NotAnAccountNo: if it can be none
        """
        number = "".join(text.split()).replace("-", "")
        if not is_account_no(number):
            raise NotAnAccountNo
        return number

    def lock_everything(self, *, account: str, born: date) -> None:
        """Lock PIN and wallets of the account with this number and birth date, from any phone.

        :raises NothingLocked: if the two do not belong together
        :raises LockTriesSpent: if it was tried too often
        """
        locking.lock_everything(self._unit, account_no=account, born=born, **self._here)

    def devices(self) -> list[Device]:
        """Return where the customer is met, this address first."""
        return devices(self._unit, self._me, **self._here)

    def find_device(self, key: str) -> Device:
        """Return one of the customer's addresses that may be taken away.

        :raises DeviceInUse: if it is this one
        :raises DeviceGone: if there is none of that key
        """
        for one in self.devices():
            if one.key == key:
                if one.here:
                    raise DeviceInUse
                return one
        raise DeviceGone

    def remove_device(self, key: str) -> None:
        """Take an address from the customer.

        :raises DeviceInUse: if it is this one
        :raises DeviceGone: if it is not theirs any more
        """
        remove(self._unit, self._me, key, **self._here)

    def leave_other_devices(self) -> None:
        """Ask for the PIN again at every other address."""
        leave_others(self._unit, self._me, **self._here)

    def _rise(self) -> None:
        self._visitor.trust = trust.rise(self._unit, self._me, **self._here)

    def _ways(self) -> list[Way]:
        return step_up.ways(self._unit, self._me, **self._here)

    def _require_proved(self) -> None:
        """Stop a code that no PIN came before, in this turn or for a code asked for again."""
        if not self._visitor.proved and not step_up.asked_lately(
            self._unit, self._me, **self._here
        ):
            raise LookupError("a code to step up comes after the PIN")

    def _send(
        self, purpose: Purpose, *, onward: bool, agreed: Agreed | None = None
    ) -> dict[str, str]:
        found = self._ways()
        way = step_up.way_again(self._unit, found, **self._here)
        if onward:
            way = step_up.way_after(self._unit, found, **self._here)
        if way is None:
            raise LookupError("a code is sent only where there is a way for it")
        codes.issue(
            self._unit,
            customer=self._me,
            purpose=purpose,
            way=way,
            agreed=agreed,
            **self._here,
        )
        return _shown(way)


def _shown(way: Way) -> dict[str, str]:
    where = mask(way.address) if phone.is_phone(way.address) else ""
    return {"way": way.channel, "where": where}
