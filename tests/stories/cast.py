"""Who plays in a story, and the values they write: the same roles in every language's country.

In English a story plays in Kenya, in Swahili in Tanzania, in French in Senegal. Many tellings share
one database, so each has numbers of its own; what is kept of it shows the numbers of the demo.
"""

from dataclasses import dataclass
from datetime import date

from core.demo.people import AMINA, BRIAN, FATOU, NEEMA, PEOPLE, PIN, Person
from core.money import Money

ROLES = ("customer", "friend", "foreigner", "newcomer", "stranger", "outsider", "nameless")
CUSTOMERS = frozenset({"customer", "friend", "foreigner", "newcomer"})

_PEOPLE = {person.phone: person for person in PEOPLE}


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays in one language, and the amounts that suit their currency."""

    people: dict[str, Person]
    """The bank's customers by role; the ``newcomer`` has never been seen on this channel."""
    addresses: dict[str, str]
    """Those the bank does not know: a ``stranger``, one from a country without us, one without a
    number."""
    values: dict[str, str]
    plenty: Money
    """Enough to be sent more than the least tier may."""


CASTS = {
    "en": Cast(
        {"customer": AMINA, "friend": BRIAN, "foreigner": FATOU,
         "newcomer": _PEOPLE["+254712000101"]},
        {"stranger": "+254733000111", "outsider": "+4915112123456",
         "nameless": "KE.13490987654321"},
        {"most": "12000", "more": "11000", "a lot": "60000",
         "large": "80000", "too much": "200000",
         "elsewhere": "0722000123", "nobody": "0722000404", "silent": "0722000503",
         "water": "Nairobi Water", "water account": "1234567", "water unknown": "1234404",
         "water silent": "1234503"},
        Money.load("KES 90000.00"),
    ),
    "sw": Cast(
        {"customer": NEEMA, "friend": _PEOPLE["+255712000101"], "foreigner": AMINA,
         "newcomer": _PEOPLE["+255712000102"]},
        {"stranger": "+255754000111", "outsider": "+4915112123456",
         "nameless": "TZ.13490987654321"},
        {"most": "349500", "more": "340000", "a lot": "1100000",
         "large": "1200000", "too much": "3000000",
         "elsewhere": "0754000777", "nobody": "0754000404", "silent": "0754000503",
         "water": "DAWASA", "water account": "12345567", "water unknown": "12345404",
         "water silent": "12345503"},
        Money.load("TZS 1500000.00"),
    ),
    "fr": Cast(
        {"customer": FATOU, "friend": _PEOPLE["+221770000101"], "foreigner": AMINA,
         "newcomer": _PEOPLE["+221770000102"]},
        {"stranger": "+221776000111", "outsider": "+4915112123456",
         "nameless": "SN.13490987654321"},
        {"most": "94500", "more": "93000", "a lot": "410000",
         "large": "250000", "too much": "1000000",
         "elsewhere": "771234567", "nobody": "771000404", "silent": "771000503",
         "water": "Sen'Eau", "water account": "12345567", "water unknown": "12345404",
         "water silent": "12345503"},
        Money.load("XOF 300000"),
    ),
}  # fmt: skip

_SAME = {
    "PIN": PIN, "wrong PIN": "1111", "new PIN": "8642", "other PIN": "8641", "weak PIN": "1234",
    "meter": "37123456789", "wrong code": "000000", "wrong birthday": "01/01/1990",
}  # fmt: skip
_IDS = {"id": "12345678", "taken id": "20000001"}


@dataclass(frozen=True, slots=True)
class Value:
    """What stands for a name in a story: as it is kept, and as it is really written."""

    shown: str
    real: str


def values(language: str, telling: int) -> dict[str, Value]:
    """Return every value of one telling by its name; ``{code}`` is known only when it was sent."""
    cast = CASTS[language]
    same = {**_SAME, **cast.values, "language": language}
    same["home"] = cast.plenty.currency
    same["theirs"] = Money.load(cast.people["foreigner"].holds[0]).currency
    same["wrong answer"] = "0000"
    same["birthday"] = f"{date.fromisoformat(cast.people['customer'].born):%d/%m/%Y}"
    found = {name: Value(value, value) for name, value in same.items()}
    for name, shown in _IDS.items():
        found[name] = Value(shown, shown[0] + f"{telling:04}" + shown[5:])
    for name in ("email", "other email"):
        mailbox = name.replace(" ", "-")
        found[name] = Value(f"{mailbox}@mail.example", f"{mailbox}{telling:04}@mail.example")
    taken = found["taken id"]
    found["id end"] = Value(taken.shown[-4:], taken.real[-4:])
    for role, person in cast.people.items():
        here = own(person.phone, telling)
        found[f"{role} in full"] = Value(person.phone, here)
        found[role] = Value(_local(person.phone), _local(here))
        found[f"{role} name"] = Value(person.first_name, person.first_name)
    return found


def own(address: str, telling: int) -> str:
    """Return an address of this telling alone; masked, it reads as the one it stands for.

    From the thousandth on the digit before changes too: the network stays the same.
    """
    at = len(address) - 6
    thousands, rest = divmod(telling, 1000)
    before = (int(address[at - 1]) + thousands) % 10
    return f"{address[: at - 1]}{before}{rest:03}{address[at + 3 :]}"


def _local(number: str) -> str:
    """Return a number as people of the country write it."""
    code, rest = number[:4], number[4:]
    return rest if code == "+221" else f"0{rest}"
