"""Joining: a stranger becomes a customer with address, wallet, PIN and consent, or nothing."""

from dataclasses import dataclass
from datetime import date

from core.access import addresses, birth, pins
from core.access.addresses import AddressTaken, Known
from core.crm import consents, customers
from core.crm.customers import AlreadyCustomer, NewCustomer
from core.kyc.countries import served
from core.kyc.tiers import KycStatus, Tier
from core.ledger import book
from core.screening.party import Party
from core.screening.screen import screen
from core.store.unit import Unit
from core.transfers.collecting import collect_all
from core.wallets.wallets import Wallet, open_wallet


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """What somebody says of themselves, and where they are met."""

    first_name: str
    last_name: str
    id_number: str
    born: date
    pin_hash: str
    phone: str
    """E.164, shown by the channel itself and so not in doubt."""
    country: str
    language: str
    channel: str
    consent: bool
    tier: Tier = Tier.REGISTERED
    kyc_status: KycStatus = "Pending"
    email: str | None = None
    segment: str = "Retail"
    by: str = ""
    """Who opened the account; empty: the customer, on the channel."""


@dataclass(frozen=True, slots=True)
class Joined:
    """A new customer, and the wallet they are paid into."""

    known: Known
    wallet: Wallet


def join(unit: Unit, new: Joining) -> Joined:
    """Open an account in the currency of the customer's country.

    What waits for their number is theirs at once, as far as their tier lets them hold it. They are
    screened; how they stand keeps nobody from joining, and is told to nobody here.

    :raises ConsentNeeded: if they did not agree to the terms
    :raises TooYoung: if they are not of age
    :raises CountryNotServed: if the bank is not in their country
    :raises AlreadyCustomer: if the phone, the identity document or the address is a customer's
    """
    if not new.consent:
        raise consents.ConsentNeeded
    birth.require_of_age(new.born, unit.now.date())
    currency = served(new.country).currency
    customer, wallet = unit.new_id(), unit.new_id()
    customers.register(
        unit,
        NewCustomer(
            id=customer,
            first_name=new.first_name,
            last_name=new.last_name,
            phone=new.phone,
            country=new.country,
            language=new.language,
            home_currency=currency,
            tier=int(new.tier),
            kyc_status=new.kyc_status,
            born=new.born,
            id_number=new.id_number,
            wallet=wallet,
            email=new.email,
            segment=new.segment,
            by=new.by or new.channel,
        ),
    )
    party = Party("person", f"{new.first_name} {new.last_name}", new.born, new.country)
    screen(unit, party, subject="customer", subject_id=customer, customer=customer, why="joined")
    book.set_owner(unit, owner=customer, country=new.country, tier=int(new.tier))
    opened = open_wallet(unit, customer, currency, wallet=wallet)
    try:
        addresses.attach(unit, customer, channel=new.channel, address=new.phone, trust="trusted")
    except AddressTaken:
        raise AlreadyCustomer from None
    pins.set_first(unit, customer, new.pin_hash)
    consents.give(unit, customer, purpose="terms", channel=new.channel)
    collect_all(unit, customer, new.phone)
    known = Known(
        customer, new.first_name, new.country, new.language, currency, int(new.tier), wallet
    )
    return Joined(known, opened)
