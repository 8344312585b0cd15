"""How stories prove a payment: the PIN, and what adds to it where the PIN alone is not enough.

Such a story reads the payment back, and has ``*PROOF`` among its steps. Among its paths
``*proving()`` stands before its own ``("proven", PROVING, …)``, which does what was agreed to.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from core.money import Money
from flows.last_moment import PROVING
from flows.sent_code import SentCode
from flows.story import Choose, Code, End, Path, Prove, Step

if TYPE_CHECKING:
    from core.bank import Payee, PaymentKind

LONGER = End("longer")
"""Where a payment ends that is set aside for a person to look at: it is said to take longer."""
PROOF: tuple[Step, ...] = (
    Prove("pin"),
    Code("code", options=("resend", "other")),
    Choose("person", options=("ask", "stop")),
)
"""The PIN; a code by another channel; a person, where no code can go."""


def proving(*, stopped: str = "cancelled") -> tuple[Path, ...]:
    """Return the paths by which a code or a person adds to the PIN, where that is not enough.

    ``stopped`` is the end for those who have no person asked, or no code any more, and of what the
    bank does not make; those whom a person will call end at ``referred``.
    """
    return (
        ("proven", "pin", "person", "needs_person"),
        ("proven", "pin", "code", "needs_code", None, "send_code"),
        ("resend", "code", "code", None, None, "send_code"),
        ("other", "code", "code", "has_next_way", None, "send_onward"),
        ("other", "code", "person"),
        ("ask", "person", "referred", None, None, "ask_person"),
        ("stop", "person", stopped),
        ("too_many_codes", PROVING, stopped),
        ("payment_not_possible", PROVING, stopped),
    )


def held(do: str) -> Path:
    """Return the path of a payment that takes longer; it stands before the story's own.

    What is held is decided on as the PIN is given: no code is asked for on top.
    """
    return ("proven", "pin", "longer", "is_held", None, do)


class PaymentProof(SentCode):
    """Conditions and effects around the code of one payment, of ``to`` and ``amount``."""

    judged_as: ClassVar["PaymentKind"]
    """What kind of payment it is, as the bank judges it."""
    writes: ClassVar[frozenset[str]] = frozenset({"send_code", "send_onward", "ask_person"})
    """The effects of the proof that write; a story adds its own to them."""
    widest: ClassVar[Mapping[str, object]] = {
        "way": "whatsapp",
        "where": "+255 7** *** 003",
        "number": "C-104-283-7",
    }
    """The facts of the code and of the person's case, as wide as they get."""
    state: str
    effect_id: UUID | None

    @property
    def needs_person(self) -> bool:
        """Whether nothing we can ask for here is enough for this payment."""
        return self._needs() == "person"

    @property
    def needs_code(self) -> bool:
        """Whether a code must add to the PIN."""
        return self._needs() == "code"

    @property
    def is_held(self) -> bool:
        """Whether the bank sets this payment aside first, and makes it later."""
        return self._needs() == "hold"

    @property
    def paid_elsewhere(self) -> "Payee | None":
        """Who is paid at another bank; None where that is not what this story does."""
        return None

    def facts(self) -> Mapping[str, object]:
        """Return the slots, the currency, and ``way`` and ``where`` of a code that is asked for.

        Where it went is read when it is told: nothing that was read back changes with it.
        """
        went = self.bank.code_went() if self.state == "code" else {}
        return {"currency": self.bank.currency, **went, **self.slots}

    def send_code(self, _: str) -> None:
        """Send a code for this payment by the best other channel, or again as the last one went."""
        self.bank.send_payment_code(
            to=self.slots["to"],
            amount=Money.load(self.slots["amount"]),
            effect_id=self.effect_id,
        )

    # Written out: a check reads here that a payment that was read back stays as it is.
    def send_onward(self, _: str) -> None:
        """Send a code the next way."""
        self.bank.send_payment_code(
            to=self.slots["to"],
            amount=Money.load(self.slots["amount"]),
            effect_id=self.effect_id,
            onward=True,
        )

    def _needs(self) -> str:
        return self.bank.payment_needs(
            kind=self.judged_as,
            to=self.slots["to"],
            amount=Money.load(self.slots["amount"]),
            effect_id=self.effect_id,
            elsewhere=self.paid_elsewhere,
        )
