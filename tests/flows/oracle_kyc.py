"""The oracle's answers about who a customer is, and about pictures of documents."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from core.bank import Known
from core.kyc.ids import compact
from core.kyc.pieces import SIDES, Piece, wanted

if TYPE_CHECKING:
    from tests.flows.oracle import Oracle

_MOST = "TZS 99999999.99"


@dataclass
class KycOracle:
    """What stories ask about knowing a customer; it is part of the oracle."""

    known_tier: int = 1
    awaited: tuple[str, ...] = ()
    """The pictures that are awaited."""
    looked_at: bool = False

    def known_as(self) -> Known:
        return Known(
            tier=self.known_tier,
            wanted=min(self.known_tier + 1, 3),
            at_once=_MOST,
            each_day=_MOST,
            holds=_MOST,
            awaited=self.awaited,
            looked_at=self.looked_at,
            code="7Q4K-9M2X" if self.awaited else "",
        )

    def check_id_number(self: "Oracle", kind: str, said: str) -> str:
        self._may_refuse("check_id_number")
        return compact(said)

    def check_identity(self: "Oracle", kind: str, number: str, born: date) -> None:
        self._may_refuse("check_identity")

    def declare_identity(self: "Oracle", kind: str, number: str, born: date) -> None:
        self._may_refuse("declare_identity")
        self.awaited = _pieces(kind, "selfie")

    def read_home(self: "Oracle", said: str) -> str:
        self._may_refuse("read_home")
        return said.strip()

    def declare_home(self: "Oracle", home: str, source: str) -> None:
        self._may_refuse("declare_home")
        self.awaited = _pieces(*wanted(3))

    def show_picture(self, asked_for: str) -> str:
        shown = asked_for if asked_for in self.awaited else self.awaited[:1] and self.awaited[0]
        self.awaited = tuple(one for one in self.awaited if one != shown)
        self.looked_at = not self.awaited
        return self.awaited[0] if self.awaited else ""


def _pieces(*types: str) -> tuple[str, ...]:
    return tuple(Piece(one, side).key for one in types for side in SIDES[one])
