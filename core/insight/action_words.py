"""What staff read about an action: a sentence of its facts for each type."""

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "complete_kyc": "Tier {tier}: {percent} % of this month's limit is used up. "
    "A higher tier raises it.",
    "renew_kyc": "The documents of identity are {status}. New ones keep the account open.",
    "activate_card": "A card was sent and is not activated since {since}.",
    "use_card": "A card is active since {since} and was never paid with.",
    "offer_card": "{payments} payments in ninety days, and no card.",
    "plan_bill": "{biller} was paid in each of the last {months} months, and no bill is planned.",
    "fx_rate_alert": "{from} was changed to {to} {times} times in ninety days.",
    "open_currency_wallet": "Money came in {currency} {times} times, and there is no wallet in it.",
    "reactivate_dormant": "Nothing for {days} days, and there is money in a wallet.",
    "follow_up_case": "Case {case} was promised for {due} and is not solved.",
    "follow_up_failed_payment": "A payment ({kind}, {reference}) failed on {day}.",
    "follow_up_feeling": "{messages} unhappy messages in a week, {worst} of them very.",
    "follow_up_rating": "Gave {rating} of 5 for how case {case} was solved.",
    "move_to_chat": "Dialled on {times} days of the last thirty, and never wrote on WhatsApp.",
}


def described(action_type: str, facts: Mapping[str, object]) -> str:
    """Return what speaks for an action, in one sentence or two."""
    return WORDS[action_type].format_map(facts)
