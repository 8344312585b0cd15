"""Paths of payments that are decided on which no story walks, and why."""

from collections.abc import Mapping

_ENDS = {"pay_request": "unpaid"}
_PAYING = (
    "airtime", "cash_code", "exchange", "pay_bill", "pay_request", "plan", "plan_airtime",
    "plan_bill", "plan_payout", "send_abroad", "send_money", "withdraw",
)  # fmt: skip
UNWALKED_JUDGED: Mapping[str, str] = {
    **{
        f"{flow}: code -payment_not_possible-> {_ENDS.get(flow, 'cancelled')}": (
            "decided as the PIN is given, and a code is asked of what may be made"
        )
        for flow in _PAYING
    },
    **{
        f"{flow}: pin -payment_not_possible-> cancelled": "walked with plan"
        for flow in ("plan_airtime", "plan_bill", "plan_payout")
    },
    **{
        f"{flow}: {step} -id_reused-> cancelled": "a read-back makes an id of its own"
        for flow in ("plan", "plan_airtime", "plan_bill", "plan_payout")
        for step in ("pin", "code")
    },
}
