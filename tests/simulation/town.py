"""Customers of a town: who they are, and what each of them does next."""

from dataclasses import dataclass
from random import Random
from typing import Literal

from bot.house import House
from core.kyc.tiers import Tier
from tests.core.people import Someone, someone

Kind = Literal["bank", "phone", "prompt", "paybill", "receipt", "airtime", "bill"]
OUT: tuple[Kind, ...] = ("bank", "phone", "airtime", "bill")
SHARES: dict[str, dict[Kind, int]] = {
    "KE": {
        "bank": 34, "phone": 18, "prompt": 12, "paybill": 8, "receipt": 8, "airtime": 11,
        "bill": 9,
    },
    "TZ": {"bank": 55, "receipt": 15, "airtime": 15, "bill": 15},
}  # fmt: skip
"""Of a hundred payments of a country's customers, how many are of each kind."""
FIRST = {"KE": "KES 5000000.00", "TZ": "TZS 20000000.00"}
"""What each has at first."""
ENDLESS = 0.01
"""Of airtime and bills, how many never come to an end at their partner."""
BANKS = {"KE": ("KE-68", "KE-01", "KE-03"), "TZ": ("TZ-CORU", "TZ-NMIB"), "abroad": ("NG-044",)}
TROUBLES = (
    "404", "410", "412", "413", "503", "420", "430", "431", "432", "504", "505", "506", "508",
    "509", "510",
)  # fmt: skip
"""Ends of accounts at other banks that ask for trouble (`twin_trouble`)."""
BILLS = {"KE": (("ke-nairobi-water", 7), ("ke-kplc-prepaid", 11)), "TZ": (("tz-luku", 11),)}
NOBODY = ("RENT", "0000000000", "mama mboga")
"""What payers write that is no customer's."""
STRANGER = "+254799000111"


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody with one wallet."""

    place: int
    country: str
    currency: str
    person: Someone


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody means to do. Amounts are minor units of the customer's currency."""

    kind: Kind
    customer: Customer
    amount: int
    where: str = ""
    """The bank, the biller, or whoever pays us."""
    account: str = ""
    """The account or the phone that is paid, or what the payer wrote."""


def settle_in(house: House, many: int) -> list[Customer]:
    """Have so many customers join, every fifth of them in Tanzania."""
    found = []
    for place in range(1, many + 1):
        country, prefix = ("TZ", "+255712") if place % 5 == 0 else ("KE", "+254712")
        with house.unit() as unit:
            one = someone(
                unit, f"{prefix}{place:06}", holds=FIRST[country], tier=Tier.ASSESSED,
                id_number=f"ID{place:08}",
            )  # fmt: skip
        currency = FIRST[country][:3]
        found.append(Customer(place, country, currency, one))
    return found


class Wishes:
    """What the customers of a town wish, out of a seed."""

    def __init__(self, seed: str, customers: list[Customer]) -> None:
        self._dice, self._customers = Random(f"{seed}:town"), customers

    def next(self) -> Wish:
        """Return what somebody does next."""
        customer = self._dice.choice(self._customers)
        shares = SHARES[customer.country]
        (kind,) = self._dice.choices(list(shares), list(shares.values()))
        makes = {
            "bank": self._to_bank, "phone": self._to_phone, "prompt": self._prompt,
            "paybill": self._paybill, "receipt": self._from_bank, "airtime": self._airtime,
            "bill": self._bill,
        }  # fmt: skip
        return makes[kind](customer)

    def _to_bank(self, customer: Customer) -> Wish:
        share = self._dice.random()
        scale = 20 if customer.country == "TZ" else 1
        amount = self._dice.randint(100_00, 60_000_00) * scale
        banks = BANKS[customer.country]
        if customer.country == "KE":
            if share < 0.12:
                amount = self._dice.randint(2_00, 9_99)
            elif share < 0.16:
                amount = self._dice.randint(1_000_000_00, 1_200_000_00)
            elif share < 0.26:
                banks, amount = BANKS["abroad"], self._dice.randint(100_00, 20_000_00)
        account = f"{self._dice.randint(1_000_000, 9_999_999)}{self._end(0.35)}"
        return Wish("bank", customer, amount, self._dice.choice(banks), account)

    def _end(self, troubled: float) -> str:
        """Return the last digits of an account, such a share of them asking for trouble."""
        if self._dice.random() < troubled:
            return self._dice.choice(TROUBLES)
        return f"{self._dice.randint(100, 399)}"

    def _to_phone(self, customer: Customer) -> Wish:
        phone = f"+254722{self._number(3)}{self._one_of('940', '910', '932')}"
        shillings = self._dice.choice([1032, *(self._dice.randint(50, 60_000),) * 20])
        return Wish("phone", customer, shillings * 100, "KE-MPESA", phone)

    def _prompt(self, customer: Customer) -> Wish:
        shillings = self._dice.choice([1032, 1037, 2001, *(self._dice.randint(10, 30_000),) * 12])
        return Wish("prompt", customer, shillings * 100, account=customer.person.phone)

    def _paybill(self, customer: Customer) -> Wish:
        person = customer.person
        account = self._dice.choice(
            [person.account_no, person.account_no, person.phone, "", self._dice.choice(NOBODY)]
        )
        payer = STRANGER if account else person.phone
        shillings = self._dice.randint(20, 20_000)
        return Wish("paybill", customer, shillings * 100, payer, account)

    def _from_bank(self, customer: Customer) -> Wish:
        own = customer.person.account_no
        account = self._dice.choice([own, own, own, own, NOBODY[1]])
        return Wish("receipt", customer, self._dice.randint(10_00, 90_000_00), account=account)

    def _airtime(self, customer: Customer) -> Wish:
        prefix, unit = ("+255744", 20) if customer.country == "TZ" else ("+254733", 1)
        phone = f"{prefix}{self._number(3)}{self._one_of('404', '409', '412')}"
        return Wish("airtime", customer, self._dice.randint(50, 3000) * 100 * unit, "", phone)

    def _bill(self, customer: Customer) -> Wish:
        biller, digits = self._dice.choice(BILLS[customer.country])
        account = self._number(digits - 3) + self._one_of("409", "422")
        unit = 10 if customer.country == "TZ" else 1
        amount = self._dice.randint(200_00, 30_000_00) * unit
        return Wish("bill", customer, amount, biller, account)

    def _number(self, digits: int) -> str:
        return str(self._dice.randint(10 ** (digits - 1), 10**digits - 1))

    def _one_of(self, *ends: str) -> str:
        """Return the last digits of a number; one in twelve asks for trouble, a few for ever."""
        if self._dice.random() < ENDLESS:
            return "504"
        if self._dice.randrange(12) == 0:
            return self._dice.choice(ends)
        return f"{self._dice.randint(100, 399)}"
