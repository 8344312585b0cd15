"""The oracle's answers about people, requests and wallets."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING
from uuid import UUID

from core.bank import MoneyRequest, OwnWallet, Recipient, SavedPerson, SentMoney
from core.money import Money
from core.phone import NotAPhone

if TYPE_CHECKING:
    from tests.flows.oracle import Oracle

IDS = [UUID(int=n) for n in range(1, 5)]
SAVED = [
    SavedPerson(IDS[0], IDS[2], "Mum", "M***a N***a", "+254 7** *** 002"),
    SavedPerson(IDS[1], IDS[3], "Brian", "B***n K***u", "+254 7** *** 003"),
]
REQUEST = MoneyRequest(
    IDS[0], 482, IDS[2], "M***a N***a", "+254 7** *** 002", Money(50_000, "KES"), "n" * 140
)
WALLETS = [
    OwnWallet(IDS[0], "100000000014", "", Money(1_00, "KES"), Money(5_00, "KES"), is_default=True),
    OwnWallet(IDS[1], "100000000022", "Savings", Money(9_99, "KES"), Money(0, "KES"), False),
]
EUROS = OwnWallet(
    IDS[2], "100000000030", "", Money(9_00, "EUR"), Money(9_00, "EUR"), is_default=False
)


@dataclass
class PeopleOracle:
    """What stories ask about people; it is part of the oracle."""

    asks_nobody: bool = False

    def people(self) -> list[SavedPerson]:
        return SAVED

    def people_called(self, said: str) -> list[SavedPerson]:
        return SAVED

    def people_paid_lately(self) -> list[SimpleNamespace]:
        return [SimpleNamespace(id=IDS[2], name="M***a N***a", phone="+254 7** *** 002")]

    def find_person(self: "Oracle", said: str) -> SavedPerson:
        self._may_refuse("find_person")
        return SAVED[0]

    def find_new_person(self: "Oracle", text: str) -> Recipient:
        self._may_refuse("find_new_person")
        return Recipient("id of somebody", "M***a N***a", "+254 7** *** 002")

    def saved_recipient(self, text: str) -> Recipient | None:
        """Return the saved person that a text names, if it is one."""
        for one in SAVED:
            if text in (str(one.id), one.label):
                return Recipient(f"id of {one.label}", one.name, one.phone, one.label)
        return None

    def number_of(self: "Oracle", text: str) -> str:
        self._may_refuse("number_of")
        return text if self.saved_recipient(text) is None else "+254712000002"

    def note_meaning(self, words: str, **_: object) -> None:
        """Learn nothing."""

    def just_paid(self) -> Recipient | None:
        return None if self.asks_nobody else Recipient("id", "M***a N***a", "+254 7** *** 002")

    def may_save(self, payee: str) -> bool:
        return not self.asks_nobody

    def read_label(self: "Oracle", text: str) -> str:
        self._may_refuse("read_label")
        if not text.strip():
            raise NotAPhone(typed="")
        return text[:20]

    def save_person(self: "Oracle", payee: str, label: str) -> None:
        self._may_refuse("save_person")

    def rename_person(self: "Oracle", person: str, label: str) -> None:
        self._may_refuse("rename_person")

    def remove_person(self: "Oracle", person: str) -> None:
        self._may_refuse("remove_person")

    def clean_note(self, text: str) -> str:
        return text[:140]

    def request_money(self: "Oracle", *, of: str, amount: Money, note: str = "") -> MoneyRequest:
        self._may_refuse("request_money")
        return REQUEST

    def requests_to_me(self) -> list[MoneyRequest]:
        return [] if self.asks_nobody else [REQUEST]

    def requests_of_mine(self) -> list[MoneyRequest]:
        return [] if self.asks_nobody else [REQUEST]

    def find_request(self: "Oracle", said: str) -> MoneyRequest:
        self._may_refuse("find_request")
        return REQUEST

    def find_my_request(self: "Oracle", said: str) -> MoneyRequest:
        self._may_refuse("find_my_request")
        return REQUEST

    def pay_request(
        self: "Oracle", request: str, *, to: str, amount: Money, effect_id: UUID
    ) -> SentMoney:
        self._may_refuse("pay_request")
        self.sent.append((effect_id, to, str(amount)))
        return SentMoney("WK9Q8P7R6T5W", Money(100, "KES"))

    def decline_request(self: "Oracle", request: str) -> None:
        self._may_refuse("decline_request")

    def cancel_request(self: "Oracle", request: str) -> None:
        self._may_refuse("cancel_request")

    def block_asker(self: "Oracle", request: str) -> None:
        self._may_refuse("block_asker")

    def blocked_askers(self) -> list[tuple[str, str]]:
        return [] if self.asks_nobody else [(str(IDS[2]), "M***a N***a")]

    def unblock_asker(self: "Oracle", asker: str) -> str:
        self._may_refuse("unblock_asker")
        return "M***a N***a"

    def wallets(self: "Oracle") -> list[OwnWallet]:
        if self.asks_nobody:
            return WALLETS[:1]
        return [*WALLETS, EUROS] if self.has_second_way else WALLETS

    def movable_wallets(self) -> list[OwnWallet]:
        return [] if self.asks_nobody else WALLETS

    def find_wallet(self: "Oracle", said: str) -> OwnWallet:
        self._may_refuse("find_wallet")
        return WALLETS[0] if said == str(IDS[0]) else WALLETS[1]

    def check_pair(self: "Oracle", *, source: str, target: str) -> None:
        self._may_refuse("check_pair")

    def check_move(self: "Oracle", *, source: str, target: str, amount: Money) -> None:
        self._may_refuse("check_move")

    def move_money(
        self: "Oracle", *, source: str, target: str, amount: Money, effect_id: UUID
    ) -> SimpleNamespace:
        self._may_refuse("move_money")
        self.sent.append((effect_id, target, str(amount)))
        return SimpleNamespace(reference="WK9Q8P7R6T5W", left=Money(100, "KES"))

    def currencies(self) -> list[str]:
        return ["KES", "USD", "EUR"]

    def open_wallet(self: "Oracle", currency: str, *, label: str = "") -> str:
        self._may_refuse("open_wallet")
        return "100000000030"

    def set_default_wallet(self: "Oracle", wallet: str) -> None:
        self._may_refuse("set_default_wallet")
