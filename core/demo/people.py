"""Who banks at the demo bank: five people everybody may be, and forty more for company."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.kyc.tiers import Tier
from core.money import Money

PIN = "4321"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the demo. ``holds`` is what their wallets hold today, home currency first."""

    first_name: str
    last_name: str
    phone: str
    country: str
    language: str
    holds: tuple[str, ...]
    born: str
    tier: Tier = Tier.IDENTIFIED
    segment: str = "Retail"

    @property
    def email(self) -> str:
        """Their address, which no mail ever reaches."""
        return f"{self.first_name}.{self.last_name}@example.com".lower().replace(" ", "")


AMINA = Person(
    "Amina", "Otieno", "+254712000001", "KE", "en",
    ("KES 12400.00", "USD 250.00", "EUR 80.00"), "1991-05-17",
)  # fmt: skip
BRIAN = Person(
    "Brian", "Kamau", "+254712000002", "KE", "en", ("KES 8000.00", "GBP 40.00"), "1988-11-02"
)
NEEMA = Person("Neema", "Mushi", "+255712000003", "TZ", "sw", ("TZS 350000.00",), "1995-03-24")
FATOU = Person("Fatou", "Ndiaye", "+221770000004", "SN", "fr", ("XOF 95000",), "1993-08-09")
GRACE = Person(
    "Grace", "Achieng", "+256772000005", "UG", "en", ("UGX 640000",), "1999-01-30", Tier.REGISTERED
)
KNOWN = (AMINA, BRIAN, NEEMA, FATOU, GRACE)


@dataclass(frozen=True, slots=True)
class _Town:
    """A country's share of the company: number range, language, what a modest balance is."""

    country: str
    language: str
    phones: str
    typical: str
    names: tuple[str, ...]


_TOWNS = (
    _Town("KE", "en", "+2547120001", "KES 9000.00", (
        "Wanjiru Njoroge", "Otieno Odhiambo", "Faith Chebet", "Kevin Mutua", "Mercy Wambui",
        "Dennis Kiprono", "Halima Abdi", "James Mwangi", "Lucy Nyambura", "Peter Ochieng",
        "Zipporah Kilonzo", "Hassan Juma", "Joy Akinyi", "Collins Barasa",
    )),
    _Town("TZ", "sw", "+2557120001", "TZS 260000.00", (
        "Baraka Mwakyusa", "Rehema Salum", "Juma Kisanga", "Zawadi Lema", "Salma Ally",
        "Emmanuel Mrema",
    )),
    _Town("UG", "en", "+2567720001", "UGX 480000", (
        "Nakato Namusoke", "Moses Okello", "Sarah Atim", "Ivan Lubega", "Ritah Nansubuga",
    )),
    _Town("SN", "fr", "+2217700001", "XOF 88000", (
        "Moussa Diop", "Awa Sarr", "Cheikh Fall", "Mariama Ba",
    )),
    _Town("RW", "en", "+2507880001", "RWF 120000", (
        "Eric Habimana", "Diane Uwase", "Claude Mugisha",
    )),
    _Town("NG", "en", "+23480300001", "NGN 60000.00", (
        "Chidi Okafor", "Ngozi Eze", "Tunde Balogun",
    )),
    _Town("GH", "en", "+2332400001", "GHS 900.00", ("Kwame Mensah", "Ama Boateng", "Yaw Asante")),
    _Town("ZA", "en", "+278200001", "ZAR 1600.00", ("Thabo Nkosi", "Lindiwe Dlamini")),
)  # fmt: skip


def company() -> Iterator[Person]:
    """Yield the others, the same each time."""
    for town in _TOWNS:
        typical = Money.load(town.typical)
        for number, name in enumerate(town.names, start=1):
            first, last = name.split(" ")
            percent = 60 + 17 * number % 80
            yield Person(
                first_name=first,
                last_name=last,
                phone=f"{town.phones}{number:02d}",
                country=town.country,
                language=town.language,
                holds=(str(Money(typical.minor * percent // 100, typical.currency)),),
                born=_born(number),
                tier=Tier.REGISTERED if number % 5 == 0 else Tier.IDENTIFIED,
                segment="Premium" if number % 6 == 1 else "Retail",
            )


def _born(number: int) -> str:
    return f"{1962 + 7 * number % 40}-{1 + 5 * number % 12:02d}-{1 + 11 * number % 28:02d}"


PEOPLE = (*KNOWN, *company())
