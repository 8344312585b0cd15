"""The place before the counter: who stands there, in which language, and what they may be sent."""

from uuid import UUID

from core import phone
from core.access import addresses
from core.access.pins import Secrets
from core.crm import consents, customers
from core.store.unit import Unit
from core.visitor import Visitor
from core.wallets.wallets import default_wallet


class Standing:
    """One customer or stranger before the counter, for the length of one unit of work."""

    def __init__(self, unit: Unit, visitor: Visitor, secrets: Secrets) -> None:
        self._unit, self._visitor, self._secrets = unit, visitor, secrets
        if visitor.customer_id is None and self.has_number:
            # A customer's own number, met on this channel for the first time.
            known = addresses.recognise(unit, **self._here)
            if known is not None:
                visitor.become(known, trust="new")

    @property
    def known(self) -> bool:
        """Whether a customer stands here, rather than a stranger who may join."""
        return self._visitor.customer_id is not None

    @property
    def trusted(self) -> bool:
        """Whether this address has earned trust; else the PIN comes before anything personal."""
        return self.known and self._visitor.trust in ("probation", "trusted")

    @property
    def has_number(self) -> bool:
        """Whether the address is a phone number, rather than a provider's own id."""
        return phone.is_phone(self._visitor.address)

    @property
    def customer_id(self) -> UUID | None:
        """The customer who stands here, if one does."""
        return self._visitor.customer_id

    @property
    def first_name(self) -> str:
        """What the customer is called; empty for a stranger."""
        return self._visitor.first_name

    @property
    def country(self) -> str:
        """The customer's country, or the one a stranger's number is of."""
        return self._visitor.country

    @property
    def currency(self) -> str:
        """The customer's home currency; empty for a stranger."""
        return self._visitor.currency

    @property
    def channel(self) -> str:
        """How the customer talks to us."""
        return self._visitor.channel

    @property
    def stays_open(self) -> bool:
        """Whether more can follow once they were answered; a USSD session is over by then."""
        return self.channel != "ussd"

    @property
    def takes_pictures(self) -> bool:
        """Whether they can send a picture from where they are."""
        return self.channel == "whatsapp"

    @property
    def language(self) -> str:
        """The language the customer is spoken to in."""
        return self._visitor.language

    @property
    def language_chosen(self) -> bool:
        """Whether they chose it, rather than we guessed."""
        return self._visitor.language_chosen

    def speak(self, language: str) -> None:
        """Speak a language for now, because the customer does; it is not a choice."""
        self._visitor.language = language

    def set_language(self, code: str) -> None:
        """Speak the language the customer chose, here and everywhere from now on."""
        self._visitor.language, self._visitor.language_chosen = code, True
        if self.customer_id is not None:
            customers.set_language(self._unit, self.customer_id, code)

    def opt_out(self) -> None:
        """Send no notices to this address any more, and no news of ours anywhere."""
        addresses.opt_out(self._unit, **self._here)
        if self.trusted:
            consents.withdraw(self._unit, self._me, purpose="marketing")

    def opt_in(self) -> None:
        """Send notices to this address again, and our news to whoever wanted them before."""
        addresses.opt_in(self._unit, **self._here)
        if self.trusted:
            consents.give_back(self._unit, self._me, purpose="marketing", channel=self.channel)

    @property
    def _me(self) -> UUID:
        if self._visitor.customer_id is None:
            raise LookupError("a stranger has no account")
        return self._visitor.customer_id

    @property
    def _wallet(self) -> UUID:
        return self._visitor.wallet or default_wallet(self._unit, self._me)

    @property
    def _here(self) -> dict[str, str]:
        return {"channel": self._visitor.channel, "address": self._visitor.address}
