"""Paths of stories about cards that no story walks, and why."""

from collections.abc import Mapping

_AS_SENDING = {
    "account_moved-> cancelled": "as with sending money",
    "id_reused-> cancelled": "a read-back makes an id of its own",
    "period_closed-> cancelled": "a fee is taken today, and today is never closed",
    "no_rate-> cancelled": "a fee counts against no limit, and is in the home currency",
    "limit_exceeded-> cancelled": "a fee counts against no limit",
    "balance_ceiling-> cancelled": "the bank's own account takes, and has no ceiling",
    "too_little_left-> cancelled": "told before as card_balance_too_low",
    "no_tariff-> cancelled": "every country of a story has its prices, and they stay",
    "card_not_offered-> cancelled": "every country of a story has its cards, and they stay",
    "card_address_invalid-> address": "the address was read before",
}
UNWALKED_CARDS: Mapping[str, str] = {
    **{
        f"{flow}: pin -{refused}": why
        for flow in ("card_request", "card_replace")
        for refused, why in _AS_SENDING.items()
    },
    "card_request: pin -card_address_needed-> address": "it is asked for before the read-back",
    "card_replace: pin -card_address_needed-> address": "it is asked for before the read-back",
    "card_request: pin -wallet_gone-> cancelled": "only an empty wallet closes, and has no fee",
    "card_request: start -open-> none": "every country of a story has its cards",
    "card_request: unlock -proven-> none": "every country of a story has its cards",
    "card_replace: card -answer-> address": "where a card went is known as long as it lives",
    "card_replace: pin -too_many_cards-> cancelled": "another in its place is not one more",
    **{
        f"{way}": "no card is ever forgotten"
        for way in (
            "card_replace: pin -unknown_card-> cancelled",
            "card_freeze: confirm -unknown_card-> none",
            "card_unfreeze: confirm -unknown_card-> none",
            "card_lost: confirm -unknown_card-> none",
            "card_activate: digits -unknown_card-> none",
            "card_pin: again -unknown_card-> none",
            "card_show: page -unknown_card-> none",
            "card_show: no_page -unknown_card-> none",
            "card_close: confirm -unknown_card-> none",
        )
    },
    "card_limits: place -too_many_rules-> limits": "there is one rule of a kind, and five kinds",
    **{
        f"card_dispute: {step} -{refused}": why
        for step in ("words", "photo")
        for refused, why in {
            "unknown_card_payment-> refused": "no payment is ever forgotten",
            "dispute_amount-> most": "only when a part comes back while the words are written",
        }.items()
    },
    "card_dispute: photo -dispute_too_late-> refused": "as with the words",
    "card_dispute: photo -too_many_cases-> refused": "as with the words",
}
