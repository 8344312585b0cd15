"""What a customer declares of themselves for a higher tier, and whether it can be so."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Literal, Self
from uuid import UUID

from core.errors import Refusal
from core.kyc import ids, persons
from core.kyc.pieces import DocumentType
from core.store.unit import Unit

FIELD = "kyc_requests.declared"
SOURCES = ("salary", "business", "farming", "family", "savings", "other")
"""Where people's money comes from."""
Source = Literal["", "salary", "business", "farming", "family", "savings", "other"]
SHORTEST_HOME, LONGEST_HOME = 8, 160


class BirthImplausible(Refusal):
    """Nobody of that age banks here."""

    code = "birth_implausible"


class IdNumberOfAnotherDay(Refusal):
    """The number is of somebody who was born another day."""

    code = "id_number_of_another_day"


class NotAHome(Refusal):
    """Nobody finds a home by that."""

    code = "not_a_home"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What was declared. Of a request for tier 3 there is a home and a source, and no number."""

    kind: DocumentType = "national_id"
    country: str
    """That issued the document; the customer's own."""
    name: str = field(repr=False)
    """First and last name, as the bank has them."""
    number: str = field(default="", repr=False)
    born: date | None = field(default=None, repr=False)
    home: str = field(default="", repr=False)
    source: Source = ""

    def facts(self) -> dict[str, str]:
        """Return it as plain text by name, with what is not there left out."""
        told = {name: "" if value is None else f"{value}" for name, value in asdict(self).items()}
        return {name: value for name, value in told.items() if value}

    @classmethod
    def of(cls, facts: Mapping[str, str]) -> Self:
        """Return what such facts tell."""
        given: dict[str, object] = dict(facts)
        if "born" in facts:
            given["born"] = date.fromisoformat(facts["born"])
        return cls(**given)  # type: ignore[arg-type]


def read_identity(declared: Declared, *, today: date) -> Declared:
    """Return what was declared of an identity document, its number as it is kept.

    :raises IdNumberWrong: if such documents have no such number
    :raises IdNumberOfAnotherDay: if the number tells another day of birth
    :raises BirthImplausible: if nobody of that age banks here
    """
    read = ids.read_number(declared.number, kind=declared.kind, country=declared.country)
    if declared.born is None or not persons.is_plausible_birth(declared.born, today):
        raise BirthImplausible
    if not read.allows(declared.born):
        raise IdNumberOfAnotherDay
    return replace(declared, number=read.number)


def read_home(text: str) -> str:
    """Return where somebody lives as it is kept: on one line.

    :raises NotAHome: if it is too short to find anybody by
    """
    home = " ".join(text.split())
    if not SHORTEST_HOME <= len(home) <= LONGEST_HOME or not any(one.isalpha() for one in home):
        raise NotAHome
    return home


def sealed(unit: Unit, request: UUID, declared: Declared) -> bytes:
    """Return what was declared as it stands in a request's row."""
    return unit.keys.seal_json(declared.facts(), field=FIELD, row=request)


def opened(unit: Unit, request: UUID, value: bytes) -> Declared:
    """Return what was declared from a request's row."""
    facts: dict[str, str] = unit.keys.open_json(bytes(value), field=FIELD, row=request)
    return Declared.of(facts)
