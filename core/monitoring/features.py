"""What is known of a payment when it is judged: names that rules and models may ask for.

The values come from one function of the database (``payment_features``), which tells in its own
words how each is reckoned. Whatever is not known is null, and no rule fires on what is not known.
Amounts are in US dollars, so that one rule serves every country.
"""

from collections.abc import Mapping
from typing import Literal

Type = Literal["number", "text", "flag"]
Value = float | int | str | bool | None
"""What a feature may be; None where it is not known."""

FEATURES: Mapping[str, Type] = {
    "kind": "text",
    "channel": "text",
    "hour": "number",
    "worth_usd": "number",
    "share_of_limit": "number",
    "share_of_balance": "number",
    "usual_ratio": "number",
    "account_days": "number",
    "dormant_days": "number",
    "count_1h": "number",
    "count_24h": "number",
    "count_7d": "number",
    "count_30d": "number",
    "usd_1h": "number",
    "usd_24h": "number",
    "usd_7d": "number",
    "usd_30d": "number",
    "payees_24h": "number",
    "pair_count_30d": "number",
    "pair_usd_30d": "number",
    "new_payee": "flag",
    "payee_days": "number",
    "payee_count_1h": "number",
    "payee_count_24h": "number",
    "payee_count_7d": "number",
    "payee_count_30d": "number",
    "payee_usd_1h": "number",
    "payee_usd_24h": "number",
    "payee_usd_7d": "number",
    "payee_usd_30d": "number",
    "payee_senders_24h": "number",
    "payee_senders_7d": "number",
    "came_in_count_24h": "number",
    "came_in_senders_24h": "number",
    "came_in_usd_24h": "number",
    "last_in_hours": "number",
    "pass_through": "number",
    "sim_hours": "number",
    "address_hours": "number",
    "newest_address_hours": "number",
    "pin_hours": "number",
    "abroad": "flag",
    "country_risk": "number",
    "threshold_share": "number",
    "threshold_share_24h": "number",
    "payer_sends": "text",
    "payee_receives": "flag",
    "doubt": "text",
    "listed": "text",
}
"""By name. The ones of the payee are of everybody who pays them; of the payer unless said. How
somebody is ``listed`` who is paid and is no customer is known where a payment names them."""

Features = Mapping[str, Value]
"""The values of one payment."""
