"""What monitoring says of a payment by card. A card waits for nobody: a hold there is a no.

What is stopped is declined by the same reason as what the ledger refuses without one of its own. A
reason stands with the payment, in logs and in the customer's copy: it must not tell what is
suspected.
"""

from core.cards.declines import NOT_POSSIBLE
from core.cards.messages import Request
from core.cards.payer import Payer
from core.monitoring import decide
from core.monitoring.payment import Payment
from core.store.unit import Unit

REASONS = {"step_up": "proof_needed", "hold": NOT_POSSIBLE, "block": NOT_POSSIBLE}


def judge(unit: Unit, request: Request, payer: Payer) -> str:
    """Return why monitoring declines a payment, or nothing when it lets it pass.

    A PIN that was right is the proof that a ``step_up`` asks for.
    """
    decision = decide.decide(
        unit,
        Payment(
            id=request.id,
            kind="card",
            customer=payer.customer,
            amount=request.amount,
            channel="card",
            wallet=payer.wallet,
            country=request.merchant.country,
        ),
    )
    if decision.verdict == "step_up" and request.pin is not None and request.pin.ok:
        return ""
    return REASONS.get(decision.verdict, "")
