"""The counter for knowing a customer: what a higher tier takes and brings, declared and shown."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from core.access.audit import Customer
from core.crm import customers
from core.kyc import declared, pages, requests
from core.kyc.declared import SOURCES, Declared, Source
from core.kyc.ids import read_number
from core.kyc.pieces import IDENTITY, DocumentType, Piece
from core.kyc.requests import Request
from core.kyc.tiers import Tier
from core.kyc_review.raising import brings
from core.standing import Standing
from core.store.outbox import queue_notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """How well a customer is known, and what is on its way to more."""

    tier: int
    wanted: int
    """The next tier; the highest one where there is none."""
    at_once: str
    """What the next tier allows (``str(Money)``), empty for no limit: at once, a day, to hold."""
    each_day: str
    holds: str
    awaited: tuple[str, ...]
    """The pictures that are awaited, by the keys of `core.kyc.pieces.Piece`."""
    looked_at: bool
    """Whether all has come and is being looked at."""
    code: str
    """What staff find the request by; empty where there is none."""


class KycCounter(Standing):
    """What is asked at the counter about knowing a customer."""

    def known_as(self) -> Known:
        """Return how well the customer is known, and what is on its way."""
        tier = Tier(self._visitor.tier)
        wanted = Tier(min(tier + 1, Tier.ASSESSED))
        asked = requests.current(self._unit, self._me)
        awaited = () if asked is None else self._awaited(asked)
        return Known(
            tier=tier,
            wanted=wanted,
            **brings(self._unit, self._me, wanted),
            awaited=awaited,
            looked_at=asked is not None and not awaited,
            code="" if asked is None else asked.spelt,
        )

    def check_id_number(self, kind: str, said: str) -> str:
        """Return the number of an identity document of the customer's country as it is kept.

        :raises IdNumberWrong: if such documents have no such number
        """
        return read_number(said, kind=kind, country=self.country).number

    def check_identity(self, kind: str, number: str, born: date) -> None:
        """Refuse early what cannot be declared of somebody.

        :raises IdNumberWrong: if such documents have no such number
        :raises IdNumberOfAnotherDay: if the number tells another day of birth
        :raises BirthImplausible: if nobody of that age banks here
        """
        self._identity(kind, number, born)

    def declare_identity(self, kind: str, number: str, born: date) -> None:
        """Ask for the second tier with this document; its pictures are awaited then.

        :raises IdNumberWrong: if such documents have no such number
        :raises IdNumberOfAnotherDay: if the number tells another day of birth
        :raises BirthImplausible: if nobody of that age banks here
        :raises RequestUnderway: if what they showed before is being looked at
        """
        self._ask(Tier.IDENTIFIED, self._identity(kind, number, born))

    def read_home(self, said: str) -> str:
        """Return where somebody lives as it is kept.

        :raises NotAHome: if nobody would find it
        """
        return declared.read_home(said)

    def declare_home(self, home: str, source: str) -> None:
        """Ask for the third tier with this home and source of money; the papers are awaited then.

        :raises NotAHome: if nobody would find the home
        :raises RequestUnderway: if what they showed before is being looked at
        """
        if source not in SOURCES:
            raise ValueError(f"no source of money is called {source[:20]}")
        given = Declared(country=self.country, name=self._name(), home=declared.read_home(home))
        named: Source = source  # type: ignore[assignment]  # one of SOURCES
        self._ask(Tier.ASSESSED, replace(given, source=named))

    def show_picture(self, asked_for: str) -> str:
        """Take the file of this turn as the picture it was asked for; return the one to ask next.

        The first that is awaited, where that one is not (any more). Empty when it was the last.
        """
        asked = requests.current(self._unit, self._me)
        awaited = [] if asked is None else requests.missing(self._unit, asked)
        shown = next((one for one in awaited if one[1].key == asked_for), (*awaited, None)[0])
        if shown is None:
            return ""
        self._visitor.picture = (shown[0], shown[1].key)
        return next((piece.key for document, piece in awaited if (document, piece) != shown), "")

    def take_page(self, media: UUID) -> None:
        """Note the first file of this turn as the picture it was sent as, where it was."""
        if self._visitor.picture is not None:
            document, key = self._visitor.picture
            pages.expect(self._unit, document, Piece.of(key), media=media)
            self._visitor.picture = None

    def _identity(self, kind: str, number: str, born: date) -> Declared:
        if kind not in IDENTITY:
            raise ValueError(f"no document is called {kind[:20]}")
        known: DocumentType = kind
        given = Declared(
            kind=known, country=self.country, name=self._name(), number=number, born=born
        )
        return declared.read_identity(given, today=self._unit.now.date())

    def _ask(self, tier: Tier, given: Declared) -> None:
        customers.lock(self._unit, self._me)
        asked = requests.ask(
            self._unit,
            customer=self._me,
            tier=int(tier),
            given=given,
            channel=self.channel,
            by=Customer(self._me),
        )
        if not self.stays_open:  # the screen is gone, and the code has to be at hand
            queue_notice(
                self._unit, customer_id=self._me, alert="kyc_begun", facts={"code": asked.spelt}
            )

    def _name(self) -> str:
        return customers.people(self._unit, [self._me])[self._me].name

    def _awaited(self, asked: Request) -> tuple[str, ...]:
        return tuple(piece.key for _, piece in requests.missing(self._unit, asked))
