"""The oracle's answers about documents."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from core.documents import orders
from core.documents.orders import Carrier

if TYPE_CHECKING:
    from tests.flows.oracle import Oracle


@dataclass
class DocumentsOracle:
    """What stories ask about documents; it is part of the oracle."""

    ways_for_files: tuple[Carrier, ...] = ("whatsapp", "mail")
    may_have_document: bool = True

    @property
    def today(self) -> date:
        return date(2026, 9, 28)

    def carriers(self) -> tuple[Carrier, ...]:
        return self.ways_for_files

    def mail_address(self) -> str:
        return "a***@mail.example" if "mail" in self.ways_for_files else ""

    def check_statement(self: "Oracle", wallet: str, since: date, until: date) -> None:
        self._may_refuse("check_statement")
        orders.check_period(since, until, today=self.today)

    def order_statement(
        self: "Oracle", wallet: str, *, since: date, until: date, way: str = ""
    ) -> Carrier:
        self._may_refuse("order_statement")
        return next((one for one in self.ways_for_files if one == way), self.ways_for_files[0])
