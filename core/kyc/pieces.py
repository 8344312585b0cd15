"""What is shown for each tier: documents, and the pictures that each of them takes."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Literal, Self

DocumentType = Literal[
    "national_id", "passport", "alien_card", "selfie", "proof_of_address", "source_of_funds"
]
Side = Literal["front", "back"]

IDENTITY: tuple[DocumentType, ...] = ("national_id", "passport", "alien_card")
"""The documents that tell who somebody is; one of them is enough."""
SIDES: Mapping[DocumentType, tuple[Side, ...]] = {
    "national_id": ("front", "back"),
    "passport": ("front",),
    "alien_card": ("front", "back"),
    "selfie": ("front",),
    "proof_of_address": ("front",),
    "source_of_funds": ("front",),
}
"""The pictures of each document, in the order they are taken."""
BY_THE_FIRM: frozenset[DocumentType] = frozenset({*IDENTITY, "selfie", "proof_of_address"})
"""What the verification firm checks; anything else a person looks at."""
FOR_A_PERSON: frozenset[DocumentType] = frozenset({"proof_of_address", "source_of_funds"})
"""What a person decides in any case, whatever a firm has said."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One picture: a side of a document."""

    type: DocumentType
    side: Side

    @property
    def key(self) -> str:
        """What it is called where plain text is needed: ``national_id.front``."""
        return f"{self.type}.{self.side}"

    @classmethod
    def of(cls, key: str) -> Self:
        """Return the piece that is called so.

        :raises ValueError: if none is
        """
        for document, sides in SIDES.items():
            for side in sides:
                if key == f"{document}.{side}":
                    return cls(document, side)
        raise ValueError(f"no picture is called {key[:40]}")


def wanted(tier: int, *, kind: DocumentType = "national_id") -> tuple[DocumentType, ...]:
    """Return the documents that a tier takes; ``kind`` is the one that tells who somebody is."""
    return (kind, "selfie") if tier == 2 else ("proof_of_address", "source_of_funds")


def is_shown(tier: int, approved: Set[DocumentType]) -> bool:
    """Return whether approved documents are all that a tier takes."""
    if tier == 2:
        return "selfie" in approved and not approved.isdisjoint(IDENTITY)
    return approved >= set(wanted(tier))


def same_purpose(document: DocumentType) -> tuple[DocumentType, ...]:
    """Return the documents that show the same as this one: one of them in force is enough."""
    return IDENTITY if document in IDENTITY else (document,)
