"""Messages to try: ours, and those of others in ``tests/data/iso``."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from core.iso.credit_transfer import credit_transfer
from core.iso.messages import CreditTransfer, Party, Status
from core.iso.status import status
from core.money import Money

DATA = Path(__file__).resolve().parents[2] / "data" / "iso"
NOW = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)
TODAY = date(2026, 11, 21)


def sample(name: str) -> bytes:
    return (DATA / name).read_bytes()


AMINA = Party("Amina Otieno", "0110000012345", "WEKZKENA", "99")
BRIAN = Party("Brian Kamau", "0680123456789", "EQBLKENA", "68")
PAYMENT = CreditTransfer(
    id="8f14e45fceea467a9c1b2f1d3a4b5c6d",
    end_to_end="WEK-E2E-0001",
    amount=Money(150050, "KES"),
    debtor=AMINA,
    creditor=BRIAN,
    settles_on=TODAY,
    made_at=NOW,
    words="School fees, term 3 <&>",
    purpose="EDUC",
)
STATUS = Status(
    id="S1",
    end_to_end="WEK-E2E-0001",
    code="RJCT",
    made_at=NOW,
    original=PAYMENT.id,
    reason="AC04",
    words="the account is closed",
    amount=PAYMENT.amount,
    reference="PL0001",
    settled_on=TODAY,
)
OUR_STATUS = status(STATUS)


class _Payment:
    """Our payment, with something about it changed."""

    def written(self, *, account: str = "", bic: str = "", **changed) -> bytes:
        creditor = replace(BRIAN, account=account or BRIAN.account, bic=bic or BRIAN.bic)
        return credit_transfer(replace(PAYMENT, creditor=creditor, **changed))


payment = _Payment()
