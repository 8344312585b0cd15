"""Where stories are told: one bank for all of them, with customers of its own for every telling."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from bot import hub
from bot.house import House
from channels.message import Channel
from core.access import addresses, codes
from core.demo.people import Person
from core.joining import Joining, join
from core.kyc import tiers
from core.kyc.tiers import Tier
from core.ledger import book
from core.money import Money
from core.store.unit import Unit
from core.transfers.send import send_money
from core.wallets.wallets import open_wallet
from tests.stories import (
    acquaintances,
    bills,
    desk,
    identities,
    invited,
    market,
    papers,
    payouts,
    planned,
    plastic,
    safety,
    tills,
    watched,
)
from tests.stories.cast import CASTS, CUSTOMERS, Cast, Value, own, values
from tests.stories.market import Market
from tests.stories.script import Story
from tests.support.meta_town import MetaPhone
from tests.support.town import Clock, Phone

ELSEWHERE: dict[str, Channel] = {"ussd": "sms", "sms": "whatsapp", "whatsapp": "ussd"}
"""The other channel that somebody turns to in the middle of a story told on this one."""

JOINED_BEFORE = timedelta(days=30)

_REASON = book.Reason(by="stories", why="it happens in a story")
# References, account numbers and their ends, numbers of cases, of requests in a list and of tills,
# codes that are read out at a branch.
_CHANGING = re.compile(
    r"\bWK[0-9A-Z]{10}\b|\b\d{12}\b|\bC(?:-\d{1,3}){2,5}\b"
    r"|(?<=\b[A-Z]{3} )\d{4}(?![\d,.]\d)|(?<=\. )\d{3}(?= ?: )"
    r"|(?<=\b[Tt]ill )\d{6}\b|(?<=\b[Cc]aisse )\d{6}\b"
    r"|\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b"
)


@dataclass(frozen=True, slots=True)
class Stage:
    """A house that many stories are told in, one after the other."""

    house: House
    opened: datetime
    """When every story begins."""
    pepper: bytes
    pin_hash: str
    market: Market


@dataclass
class Telling:
    """One story on its way, told in one language on one channel."""

    stage: Stage
    story: Story
    language: str
    channel: Channel
    number: int
    carrier: str = "twilio"
    """Who carries WhatsApp: what Meta carries goes over its wire."""
    house: House = field(init=False)
    clock: Clock = field(init=False)
    values: dict[str, Value] = field(init=False)
    customers: dict[str, UUID] = field(default_factory=dict)
    wallets: dict[str, UUID] = field(default_factory=dict)
    phones: dict[str, Phone] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock = Clock(self.stage.opened)
        answerers = market.answerers(self.stage.market.open(self.clock))
        answerers |= payouts.answerers(self.clock)
        answerers |= bills.answerers(self.clock)
        self.house = replace(self.stage.house, clock=self.clock, answerers=answerers)
        self.values = values(self.language, self.number)
        told = self.story.path.read_text(encoding="utf-8")
        with self.house.unit() as unit:
            desk.empty_queue(unit)
            unit.now -= JOINED_BEFORE
            for role, person in self.cast.people.items():
                if role == "customer" or re.search(rf"\b{role}\b", told):
                    self._enter(unit, role, person)

    @property
    def cast(self) -> Cast:
        """Who plays, and what they write."""
        return CASTS[self.language]

    def phone(self, whose: str) -> Phone:
        """Return the phone of a role, on this channel or (``elsewhere``) on another."""
        if whose not in self.phones:
            role = whose.removesuffix(" elsewhere")
            channel = ELSEWHERE[self.channel] if role != whose else self.channel
            make = MetaPhone if (channel, self.carrier) == ("whatsapp", "meta") else Phone
            self.phones[whose] = make(self.house, channel, own(self.address(role), self.number))
        return self.phones[whose]

    def address(self, role: str) -> str:
        """Return the address of a role as the story shows it."""
        return self.cast.people[role].phone if role in CUSTOMERS else self.cast.addresses[role]

    def code(self, phone: Phone) -> str:
        """Return the one-time code that was sent last for somebody at this phone."""
        with self.house.unit() as unit:
            sent = codes.look(unit, channel=phone.channel, address=phone.address)
        return codes.reveal(self.stage.pepper, str(sent))

    def case(self, role: str) -> str:
        """Return the number of the case that somebody opened last."""
        return desk.latest(self, role).number

    def request(self) -> str:
        """Return the number of the request for money that the customer may answer."""
        with self.house.unit() as unit:
            return acquaintances.latest_request(self, unit)

    def hear_from_outside(self, phone: Phone) -> None:
        """Have every question of this phone's owner answered by the world, oldest first."""
        with self.house.unit() as unit:
            asked = unit.all(
                """
                select provider, provider_id from inbox
                where state = 'calling' and provider_id like %(whose)s
                order by received_at, provider_id
                """,
                whose=f"{phone.channel}-{phone.address}-%",
            )
        for one in asked:
            hub.answer_call(self.house, one.provider, one.provider_id)

    def shown(self, text: str) -> str:
        """Return what was said as it is kept: without what differs from telling to telling."""
        for value in self.values.values():
            if value.real != value.shown:
                text = text.replace(value.real, value.shown)
        return _CHANGING.sub("...", text)

    def meanwhile(self, what: str) -> bool:
        """Let something happen behind the counter; False when nothing is called so."""
        happens = _MEANWHILE.get(what)
        if happens is None:
            return desk.does(self, what)
        with self.house.unit() as unit:
            happens(self, unit)
        return True

    def pay_in(self, unit: Unit, role: str, amount: Money, wallet: UUID | None = None) -> None:
        """Put money of the bank's own into somebody's account."""
        to = wallet or self.wallets[role]
        equity = book.system_account(unit, "equity", amount.currency)
        legs = [book.Leg(equity, to, amount)]
        book.post(unit, id=unit.new_id(), type="opening", legs=legs, wallet=to)

    def _enter(self, unit: Unit, role: str, person: Person) -> None:
        """Make a customer of somebody; whoever is new on this channel joined on another."""
        here = own(person.phone, self.number)
        channel = ELSEWHERE[self.channel] if role == "newcomer" else "ussd"
        id_number = f"{role.upper()}{self.number}"
        joined = join(
            unit,
            Joining(
                first_name=person.first_name,
                last_name=person.last_name,
                id_number=self.values["taken id"].real if role == "customer" else id_number,
                born=date.fromisoformat(person.born),
                pin_hash=self.stage.pin_hash,
                phone=here,
                country=person.country,
                language=person.language,
                channel=channel,
                consent=True,
                tier=Tier.IDENTIFIED,
                kyc_status="Verified",
            ),
        )
        customer = joined.known.customer_id
        self.customers[role], self.wallets[role] = customer, joined.wallet.id
        if role == "customer":
            self.values["account"] = Value("012345678901", joined.wallet.account_no)
        if role == "newcomer":
            # They have not proved who they are anywhere: no code can be sent to them.
            unit.run(
                "update addresses set trust = 'new', trusted_at = null where customer_id = %(id)s",
                id=customer,
            )
        else:
            for one in ("sms", "whatsapp"):
                addresses.attach(unit, customer, channel=one, address=here, trust="trusted")
        for place, amount in enumerate(map(Money.load, person.holds)):
            also = None if place == 0 else open_wallet(unit, customer, amount.currency).id
            self.pay_in(unit, role, amount, also)

    def set_status(self, unit: Unit, role: str, status: str) -> None:
        """Freeze somebody's account, or release it."""
        wallet = self.wallets[role]
        book.set_status(unit, id=unit.new_id(), account=wallet, status=status, reason=_REASON)


def _fill(telling: Telling, unit: Unit) -> None:
    """Leave almost no room under the ceiling of the friend's tier."""
    friend = telling.cast.people["friend"]
    most = tiers.limits(unit, country=friend.country, tier=Tier.IDENTIFIED).max_balance
    assert most is not None
    held = Money.load(friend.holds[0])
    telling.pay_in(unit, "friend", Money(most.minor - held.minor - 100, most.currency))


def _close(telling: Telling, unit: Unit) -> None:
    """Close the friend's account, and sweep what was in it to where money comes from."""
    wallet = telling.wallets["friend"]
    equity = book.system_account(unit, "equity", telling.cast.plenty.currency)
    book.close(unit, id=unit.new_id(), account=wallet, to=equity, reason=_REASON)


def _pay_often(telling: Telling, unit: Unit) -> None:
    """Have the friend pay the customer on each of five days."""
    currency = telling.cast.plenty.currency
    for days in range(5, 0, -1):
        unit.now = telling.clock.now - timedelta(days=days)
        send_money(
            unit,
            id=unit.new_id(),
            payer=telling.customers["friend"],
            payee=telling.customers["customer"],
            amount=Money.parse(f"{days * 100}", currency),
            channel="sms",
        )


def _spend_all(telling: Telling, unit: Unit) -> None:
    """Take what the customer has, as a withdrawal elsewhere would."""
    wallet = telling.wallets["customer"]
    left = book.balance(unit, wallet).available
    equity = book.system_account(unit, "equity", left.currency)
    legs = [book.Leg(wallet, equity, left)]
    book.post(unit, id=unit.new_id(), type="adjustment", legs=legs, wallet=wallet)


_MEANWHILE: dict[str, Callable[[Telling, Unit], None]] = {
    "the customer's account is frozen": lambda t, u: t.set_status(u, "customer", "frozen"),
    "the customer's money is gone": _spend_all,
    "the customer is paid plenty": lambda t, u: t.pay_in(u, "customer", t.cast.plenty),
    "the customer's papers expire": lambda t, u: tiers.set_tier(
        u, t.customers["customer"], Tier.REGISTERED, kyc_status="Expired", by="stories"
    ),
    "the friend's account is almost full": _fill,
    "the friend's account is closed": _close,
    "the friend has paid the customer five times": _pay_often,
    **acquaintances.HAPPENINGS,
    **bills.HAPPENINGS,
    **identities.HAPPENINGS,
    **safety.HAPPENINGS,
    **invited.HAPPENINGS,
    **papers.HAPPENINGS,
    **market.HAPPENINGS,
    **payouts.HAPPENINGS,
    **planned.HAPPENINGS,
    **plastic.HAPPENINGS,
    **tills.HAPPENINGS,
    **watched.HAPPENINGS,
}
MEANWHILE = (*_MEANWHILE, *desk.TOLD)
