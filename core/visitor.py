"""Who stands at the counter, and where: what the opening of a turn already knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self
from uuid import UUID

from core import phone
from core.access.addresses import Known
from core.crm.conversations import Opening

DEFAULT_COUNTRY = "KE"
Judged = Literal["enough", "hold", "block"]
"""What comes of a payment that needs no more proof: it is made, held for a person, or not made."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A story that was set aside: where it stood, and what had been said in it."""

    flow: str
    step: str
    slots: Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class Visitor:
    """A customer or a stranger at an address, for the length of one turn."""

    channel: str
    address: str
    language: str
    language_chosen: bool
    country: str
    conversation: UUID | None = None
    customer_id: UUID | None = None
    trust: str = ""
    first_name: str = ""
    currency: str = ""
    tier: int = 0
    wallet: UUID | None = None
    """The default wallet, where it is known already."""
    proved: bool = False
    """Whether the PIN was given in this very turn."""
    judged: tuple[object, Judged] | None = None
    """The payment that was judged in this turn and needs no more proof, and what comes of it."""
    message: UUID | None = None
    """What they say in this turn, as the log will know it."""
    interrupted: Interrupted | None = None
    """What they were in the middle of before they turned to something else."""
    case: UUID | None = None
    """The case they spoke to in this turn."""
    opened: UUID | None = None
    """The case that was opened for them in this turn."""
    picture: tuple[UUID, str] | None = None
    """The document, and the side of it, that the file of this turn shows."""

    @classmethod
    def at(cls, opening: Opening, *, default_country: str = DEFAULT_COUNTRY) -> Self:
        """Return who stands at the address of a turn that was opened."""
        talk, found = opening.talk, opening.visitor
        visitor = cls(
            channel=talk.channel,
            address=talk.address,
            language=talk.language,
            language_chosen=talk.language_chosen,
            country=phone.country_of(talk.address, default_country),
            conversation=talk.id,
        )
        if found is not None:
            visitor.become(
                Known(
                    customer_id=UUID(str(found["customer_id"])),
                    first_name=found["first_name"],
                    country=found["country"],
                    language=found["language"],
                    currency=found["currency"],
                    tier=found["tier"],
                    wallet=UUID(found["wallet"]) if found.get("wallet") else None,
                ),
                trust=found["trust"],
            )
        return visitor

    def become(self, known: Known, *, trust: str) -> None:
        """Turn out to be a customer, who is spoken to in the language they once chose."""
        self.customer_id, self.trust = known.customer_id, trust
        self.first_name, self.country = known.first_name, known.country
        self.language, self.language_chosen = known.language, True
        self.currency, self.tier, self.wallet = known.currency, known.tier, known.wallet
