"""The twin of the card acquirer: pages that live for minutes, and what became of them.

Pure: who serves it over HTTP says what time it is, shows the page and posts its calls. Paid for by
pressing a button, as if 3-D Secure had gone well, or not; no card number is ever typed.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from threading import Lock
from typing import Any

LIE = 10
Body = Mapping[str, Any]
Answer = tuple[int, dict[str, Any]]


@dataclass(slots=True)
class Page:
    """One page: what it asks for, and how far it got."""

    id: str
    tx_ref: str
    amount: Decimal
    currency: str
    until: datetime
    status: str = ""
    """``successful`` or ``failed``; empty until somebody has tried."""
    paid: Decimal = Decimal(0)
    refunds: list[dict[str, Any]] = field(default_factory=list)

    @property
    def number(self) -> int:
        """The transaction's number at the acquirer."""
        return int(self.id[:8], 16)


@dataclass(slots=True)
class CardsTwin:
    """The acquirer's side. Safe to share between threads."""

    pages: dict[str, Page] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def make(self, body: Body, *, base: str, now: datetime) -> Answer:
        """Make a page."""
        tx_ref, minutes = str(body.get("tx_ref", "")), 30
        settings = body.get("configurations")
        if isinstance(settings, dict):
            minutes = int(settings.get("session_duration", minutes))
        if not tx_ref or not body.get("customer"):
            return 400, {"status": "error", "message": "tx_ref is required", "data": None}
        id_ = hashlib.sha256(f"{tx_ref}:{now.isoformat()}".encode()).hexdigest()[:20]
        page = Page(
            id_,
            tx_ref,
            Decimal(str(body.get("amount"))),
            str(body.get("currency", "")),
            now + timedelta(minutes=minutes),
        )
        with self._lock:
            self.pages[id_] = page
        link = {"link": f"{base}/pay/{id_}"}
        return 200, {"status": "success", "message": "Hosted Link", "data": link}

    def pay(
        self, page: str, *, succeeds: bool, now: datetime, amount: Decimal | None = None
    ) -> dict[str, Any] | None:
        """Try to pay on a page; return what is told of it, or None when its time is over."""
        found = self.pages.get(page)
        if found is None or now > found.until or found.status == "successful":
            return None
        with self._lock:
            found.status = "successful" if succeeds else "failed"
            found.paid = found.amount if amount is None else amount
        return {"event": "charge.completed", "data": self.told(found)}

    def verify(self, tx_ref: str) -> Answer:
        """Tell what was paid under the bank's own reference."""
        tried = [page for page in self.pages.values() if page.tx_ref == tx_ref and page.status]
        if not tried:
            words = "No transaction was found for this id"
            return 400, {"status": "error", "message": words, "data": None}
        best = sorted(tried, key=lambda page: page.status == "successful")[-1]
        words = "Transaction fetched successfully"
        return 200, {"status": "success", "message": words, "data": self.told(best)}

    def refund(self, number: int, body: Body) -> Answer:
        """Give a payment back."""
        found = next((page for page in self.pages.values() if page.number == number), None)
        if found is None or found.status != "successful":
            return 400, {"status": "error", "message": "Transaction not found", "data": None}
        made = {
            "id": number * 10 + len(found.refunds),
            "tx_id": number,
            "amount_refunded": str(body.get("amount", found.paid)),
            "status": "completed",
            "comment": str(body.get("comments", "")),
        }
        with self._lock:
            found.refunds.append(made)
        return 200, {"status": "success", "message": "Transaction refund initiated", "data": made}

    def refunds(self, number: int) -> Answer:
        """Tell the refunds of a payment."""
        rows = [row for page in self.pages.values() for row in page.refunds]
        own = [row for row in rows if row["tx_id"] == number]
        return 200, {"status": "success", "message": "Refunds fetched", "data": own}

    def told(self, page: Page, *, times: int = 1) -> dict[str, Any]:
        """Return a payment as the acquirer tells it."""
        return {
            "id": page.number,
            "tx_ref": page.tx_ref,
            "flw_ref": f"FLW-{page.id[:12].upper()}",
            "amount": float(page.paid * times),
            "currency": page.currency,
            "status": page.status,
            "processor_response": "Approved" if page.status == "successful" else "Declined",
            "card": {"first_6digits": "418742", "last_4digits": "4246", "type": "VISA"},
        }
