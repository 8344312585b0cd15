"""The intents that the outside knows, and the stories that serve them.

A message is judged by one of 27 intents. What is finer is a matter of stories: a lost card and a
frozen one are both ``card_block``. ``INTENTS`` says under which intent every story stands, and
``FLOWS`` which serves an intent where nothing finer was said; ``finer`` tells them apart.
"""

from collections.abc import Mapping
from types import MappingProxyType

OUT_OF_SCOPE = "out_of_scope"
INTENTS_OUTSIDE = (
    "menu", "balance", "statement", "send_money", "deposit", "withdraw", "exchange", "fx_rate",
    "card_request", "card_block", "card_unblock", "card_status", "open_case", "case_status",
    "agent", "language", "pin_change", "join", "kyc", "fees", "airtime", "pay_bill",
    "beneficiaries", "cancel", "help", "thanks", OUT_OF_SCOPE,
)  # fmt: skip

FLOWS: Mapping[str, str | None] = MappingProxyType({
    **{intent: intent for intent in INTENTS_OUTSIDE},
    "fx_rate": "rates",
    "card_block": "card_freeze",
    "card_unblock": "card_unfreeze",
    "open_case": "report",
    "case_status": "my_cases",
    "pin_change": "change_pin",
    "kyc": "verify_me",
    "beneficiaries": "people",
    "cancel": "menu",  # where whoever leaves a story is led
    OUT_OF_SCOPE: None,
})  # fmt: skip
"""The story that serves an intent where nothing finer was said."""

INTENTS: Mapping[str, str] = MappingProxyType({
    **{flow: intent for intent, flow in FLOWS.items() if flow and intent != "cancel"},
    **dict.fromkeys(("wallets", "open_wallet", "main_wallet"), "balance"),
    **dict.fromkeys(("dated_statement", "receipt"), "statement"),
    **dict.fromkeys(
        ("request_money", "pay_request", "my_requests", "my_waiting", "requests", "send_abroad",
         "plan", "my_plans"),
        "send_money",
    ),
    **dict.fromkeys(("cash_code", "my_payouts", "plan_payout"), "withdraw"),
    **dict.fromkeys(("cash", "till"), "deposit"),
    "move_money": "exchange",
    **dict.fromkeys(("rate_alert", "my_rate_alerts", "forex"), "fx_rate"),
    "card_replace": "card_request",
    "card_lost": "card_block",
    **dict.fromkeys(
        ("bank_cards", "card_more", "card_show", "card_activate", "card_pin", "card_limits",
         "card_recent", "card_close"),
        "card_status",
    ),
    **dict.fromkeys(("card_dispute", "lock"), "open_case"),
    **dict.fromkeys(("reset_pin", "devices", "step_up", "security"), "pin_change"),
    "link": "join",
    "limits": "kyc",
    "plan_airtime": "airtime",
    **dict.fromkeys(("plan_bill", "bills"), "pay_bill"),
    **dict.fromkeys(("save_person", "blocked"), "beneficiaries"),
    **dict.fromkeys(("account", "resume", "clarify", "email"), "menu"),
    **dict.fromkeys(("care", "clarify", "alert_choices"), "help"),
})  # fmt: skip
"""The intent of every story."""
