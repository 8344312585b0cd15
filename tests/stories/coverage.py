"""How much of the flows the stories walk, and what none of them does."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from flows.catalog import STORIES
from flows.check.paths import ways
from flows.story import START
from flows.words import CHANNELS, LANGUAGES
from tests.stories.heard import SENTENCES, Way
from tests.stories.unwalked_cards import UNWALKED_CARDS
from tests.stories.unwalked_judged import UNWALKED_JUDGED
from tests.stories.unwalked_plans import UNWALKED_PLANS

UNWALKED: Mapping[str, str] = {
    "clarify: pick -answer-> pick": "own words are heard before, and a number of none is refused",
    "verify_me: picture -answer-> picture": "words show nothing, and are always refused there",
    "join: again -consent_needed-> refused": "nobody comes so far who did not agree",
    "join: again -number_needed-> refused": "whoever shows no number is told before any question",
    "join: again -too_young-> refused": "told with the birth date, and nobody grows younger",
    "join: again -weak_pin-> pin": "the year of birth is refused when it is entered first",
    "join: again -no_rate-> refused": "no amount is valued when an account is opened",
    "send_money: which_amount -answer-> send_abroad": "as at amount, in the same currency",
    "send_money: which -unknown_recipient-> looking": "a number said there corrects who it is for",
    "send_money: pin -no_rate-> cancelled": "only the home currency is sent, and limits are in it",
    "send_money: pin -id_reused-> cancelled": "a read-back makes an id of its own",
    "send_money: pin -period_closed-> cancelled": "money is sent today, and today is never closed",
    "send_money: pin -account_moved-> cancelled": "no payment names the balance it was agreed at",
    **{
        f"pay_request: {step} -unknown_request-> unpaid": "what was asked for is never forgotten"
        for step in ("review", "sure", "pin")
    },
    "my_waiting: sure -unknown_waiting-> kept": "what waited is never forgotten",
    "my_requests: sure -unknown_request-> kept": "what was asked for is never forgotten",
    **{
        f"pay_request: pin -{refused}-> unpaid": "as with sending money"
        for refused in (
            "no_rate",
            "id_reused",
            "period_closed",
            "account_moved",
            "too_little_left",
        )
    },
    **{
        f"pay_request: code -{refused}-> unpaid": "as at the PIN"
        for refused in (
            "no_rate",
            "id_reused",
            "period_closed",
            "account_moved",
            "too_little_left",
            "unknown_request",
            "insufficient_funds",
            "limit_exceeded",
            "balance_ceiling",
            "other_currency",
            "account_frozen",
        )
    },
    **{
        f"move_money: pin -{refused}-> cancelled": "as with sending money"
        for refused in ("no_rate", "id_reused", "period_closed", "account_moved")
    },
    "move_money: pin -too_little_left-> amount": "as with sending money",
    "move_money: pin -limit_exceeded-> amount": "between one's own wallets nothing is counted",
    "open_wallet: review -no_rate-> cancelled": "every currency that is offered has a rate",
    "send_money: pin -too_little_left-> amount": "no payment asks that something be left",
    "send_money: code -no_rate-> cancelled": "as at the PIN",
    "send_money: code -id_reused-> cancelled": "as at the PIN",
    "send_money: code -period_closed-> cancelled": "as at the PIN",
    "send_money: code -account_moved-> cancelled": "as at the PIN",
    "send_money: code -too_little_left-> amount": "as at the PIN",
    "plan: pin -plan_day_past-> first": "only when midnight passes over the read-back",
    "plan: code -plan_day_past-> first": "as at the PIN",
    **{
        f"deposit: {step} -{refused}-> amount": "refused when the amount is said, which is no less"
        for step in ("review", "review_card")
        for refused in ("deposit_too_small", "deposit_too_large", "whole_amount")
    },
    **{
        f"deposit: {step} -{refused}-> cancelled": "the bank's own account gives, and has no limit"
        for step in ("review", "review_card")
        for refused in ("insufficient_funds", "limit_exceeded", "no_rate")
    },
    "deposit: review -no_mobile_money-> no_mobile": "it is not offered where there is none",
    "deposit: review_card -no_mobile_money-> no_mobile": "a card needs none",
    "deposit: way -mobile-> no_mobile": "every country that stories play in has mobile money",
    "deposit: amount -answer-> payer": "everybody in a story has a number",
    **{
        f"till: {step} -{refused}-> cancelled": "as with sending money"
        for step in ("pin", "pin_out", "pin_more")
        for refused in ("no_rate", "id_reused", "period_closed", "account_moved")
    },
    **{
        f"till: {way}": "a float counts against no limit, and nothing is to be left in it"
        for way in (
            "pin -too_little_left-> amount",
            "pin -limit_exceeded-> amount",
            "pin_more -too_little_left-> more",
            "pin_more -limit_exceeded-> more",
            "pin_out -insufficient_funds-> cancelled",
            "pin_out -too_little_left-> cancelled",
            "pin_out -limit_exceeded-> cancelled",
        )
    },
    "till: pin -own_till-> cancelled": "refused when the customer is looked up",
    "till: pin_out -own_till-> cancelled": "refused when the customer is looked up",
    "till: code -address_taken-> cancelled": "a code for cash links nothing",
    **{
        f"till: pin_out -{refused}-> spent": "a code that is open has its hold, and all of it"
        for refused in ("hold_expired", "hold_closed", "unknown_hold", "capture_exceeds_hold")
    },
    **{
        f"cash_code: waiting -{refused}-> kept": "a code that is open has its hold"
        for refused in ("hold_expired", "hold_closed", "unknown_hold", "id_reused")
    },
    **{
        f"cash_code: {step} -{refused}": why
        for step in ("pin", "code")
        for refused, why in {
            "no_rate-> cancelled": "as with sending money",
            "id_reused-> cancelled": "as with sending money",
            "account_moved-> cancelled": "as with sending money",
            "too_little_left-> amount": "as with sending money",
            "balance_ceiling-> amount": "the bank's own account takes, and has no ceiling",
            "no_tariff-> cancelled": "every country has a tariff, or the read-back is refused",
        }.items()
    },
    **{
        f"cash_code: code -{way}": "as at the PIN"
        for way in (
            "insufficient_funds-> amount",
            "limit_exceeded-> amount",
            "cash_code_open-> waiting",
            "account_frozen-> cancelled",
        )
    },
    **{
        f"{flow}: {step} -{refused}": why
        for flow in ("airtime", "pay_bill")
        for step in ("pin", "code")
        for refused, why in {
            "no_rate-> cancelled": "as with sending money",
            "id_reused-> cancelled": "as with sending money",
            "period_closed-> cancelled": "as with sending money",
            "account_moved-> cancelled": "as with sending money",
            "too_little_left-> amount": "as with sending money",
            "balance_ceiling-> amount": "the bank's own account takes, and has no ceiling",
            "no_tariff-> cancelled": "every country has a tariff, or the amount is refused",
        }.items()
    },
    **{
        f"{flow}: {step} -{refused}": why
        for step in ("pin", "code")
        for flow, refused, why in (
            ("airtime", "airtime_not_sold-> cancelled", "refused with the number"),
            ("airtime", "airtime_amount-> amount", "refused with the amount"),
            ("pay_bill", "unknown_biller-> biller", "no biller is forgotten meanwhile"),
            ("pay_bill", "bill_account_invalid-> account", "refused with the account"),
            ("pay_bill", "bill_amount-> amount", "refused with the amount"),
        )
    },
    "airtime: code -other-> code": "so little takes a code on probation alone, with one way left",
    **{
        f"{flow}: code -{refused}": "as at the PIN"
        for flow in ("airtime", "pay_bill")
        for refused in (
            "insufficient_funds-> amount",
            "limit_exceeded-> amount",
            "account_frozen-> cancelled",
        )
    },
    **{
        f"pay_bill: owed -{refused}": why
        for refused, why in {
            "no_rate-> cancelled": "as with sending money",
            "no_tariff-> cancelled": "every country has a tariff for bills",
            "balance_ceiling-> amount": "the bank's own account takes, and has no ceiling",
            "limit_exceeded-> amount": "no bill of the twin's is over a limit",
            "bill_amount-> amount": "no bill of the twin's is less than its biller takes",
        }.items()
    },
    **{
        f"pay_bill: {step} -unknown_biller-> biller": "no biller is forgotten meanwhile"
        for step in ("account", "owed", "amount")
    },
    **{
        f"airtime: {step}-> phone": "every customer of a story has a number"
        for step in ("unlock -proven", "whom -airtime_not_sold")
    },
    **{
        f"pay_bill: {step}-> nobody": "every country of a story has billers"
        for step in ("start -open", "unlock -proven")
    },
    "airtime: pin -limit_exceeded-> amount": "no limit is less than airtime costs at once",
    **{
        f"withdraw: {step} -{refused}": why
        for step in ("pin", "code")
        for refused, why in {
            "no_rate-> cancelled": "as with sending money",
            "id_reused-> cancelled": "as with sending money",
            "account_moved-> cancelled": "as with sending money",
            "too_little_left-> amount": "as with sending money",
            "balance_ceiling-> amount": "the bank's own account takes, and has no ceiling",
            "no_tariff-> cancelled": "every country has a tariff, or the amount is refused",
            "fee_changed-> amount": "only when a new tariff begins over the read-back",
            "amount_over_rail-> amount": "refused with the amount",
            "amount_under_rail-> amount": "refused with the amount",
            "amount_not_whole-> amount": "refused with the amount",
            "no_rail-> where": "refused with the amount, unless operations close the last rail",
            "bank_unknown-> where": "no bank is forgotten between the read-back and the PIN",
            "destination_invalid-> where": "refused with the account",
        }.items()
    },
    "withdraw: code -limit_exceeded-> amount": "as at the PIN",
    "withdraw: code -account_frozen-> cancelled": "as at the PIN",
    **{
        f"withdraw: {step} -{refused}-> where": "the bank and the account were read before"
        for step in ("looking", "asking")
        for refused in ("bank_unknown", "destination_invalid")
    },
    **UNWALKED_PLANS,
    **UNWALKED_JUDGED,
    **UNWALKED_CARDS,
    "my_payouts: one -unknown_payout-> gone": "a payment is never forgotten",
    **{
        f"{flow}: {step} -{refused}-> {to}": why
        for flow in ("exchange", "send_abroad")
        for step in ("pin", "code")
        for refused, to, why in (
            ("quote_expired", "pricing", "the story's own clock is asked first"),
            ("quote_used", "cancelled", "a read-back makes an id of its own"),
            ("unknown_quote", "cancelled", "no quote is forgotten so soon"),
            ("id_reused", "cancelled", "as with sending money"),
            ("no_rate", "cancelled", "as with sending money"),
            ("period_closed", "cancelled", "as with sending money"),
            ("account_moved", "cancelled", "as with sending money"),
        )
    },
    **{
        f"{flow}: pricing -{refused}-> no_price": why
        for flow in ("exchange", "send_abroad")
        for refused, why in (
            ("no_tariff", "every country has a tariff for it"),
            ("same_currency", "the same currency is not offered"),
            ("currency_not_dealt", "what is not dealt in is not offered"),
            ("no_rate", "what is dealt in has a rate"),
        )
    },
    **{
        f"exchange: {step} -limit_exceeded-> amount": "one's own money counts against no limit"
        for step in ("pricing", "pin", "code")
    },
    **{
        f"send_abroad: pricing -{refused}-> no_price": "as where money is changed for oneself"
        for refused in ("exposure_limit", "rate_stale")
    },
    "send_abroad: pricing -balance_ceiling-> amount": "theirs is not looked into so soon",
    "send_abroad: pricing -no_wallet-> amount": "what is sold is what the customer holds",
    "devices: pin -device_in_use-> shown": "refused when it is picked; nobody moves meanwhile",
}
"""Paths for what the bank might refuse and no conversation can bring about, and why."""


def all_ways() -> frozenset[Way]:
    """Return every path of every flow that the machine can walk."""
    return frozenset(
        Way(name, way.trigger, way.source, way.dest)
        for name, flow in STORIES.items()
        for state in (START, *(step.name for step in flow.steps))
        for way in ways(flow, state)
    )


def states(found: Iterable[Way]) -> frozenset[tuple[str, str]]:
    """Return the steps that paths lead to."""
    return frozenset((way.flow, way.dest) for way in found)


@dataclass
class Coverage:
    """What was walked and said, by channel and language."""

    ways: dict[tuple[str, str], set[Way]] = field(default_factory=dict)
    said: set[str] = field(default_factory=set)

    def note(self, language: str, channel: str, found: Iterable[Way], said: Iterable[str]) -> None:
        """Count what one telling walked."""
        self.ways.setdefault((language, channel), set()).update(found)
        self.said.update(said)

    def walked(self, where: str = "") -> frozenset[Way]:
        """Return what was walked on a channel or in a language; anywhere by default."""
        return frozenset(
            way for at, found in self.ways.items() for way in found if not where or where in at
        )

    def table(self) -> Iterator[str]:
        """Yield the figures of every flow, and what was not walked."""
        every = all_ways()
        where = (*CHANNELS, *LANGUAGES)
        yield f"{'flow':<12} {'states':>8} {'paths':>8} " + " ".join(f"{at:>8}" for at in where)
        for name in (*STORIES, ""):
            yield self._row(name, [way for way in every if name in ("", way.flow)], where)
        yield from self._missing(every)
        for page in ("manners", "refusals"):
            sentences = {one for one in SENTENCES if one.startswith(f"{page}.")}
            unsaid = sorted(one.partition(".")[2] for one in sentences - self.said)
            yield f"{page}: {len(sentences & self.said)}/{len(sentences)} said, not: " + ", ".join(
                unsaid
            )

    def _missing(self, every: Iterable[Way]) -> Iterator[str]:
        missing = sorted(set(every) - self.walked())
        for name in STORIES:
            ways = [str(way) for way in missing if way.flow == name and str(way) not in UNWALKED]
            if ways:
                yield "not walked in " + "; ".join(ways).replace(f"; {name}:", ";")
        no_way = sum(str(way) in UNWALKED for way in missing)
        yield f"{no_way} paths that no story can walk; {__name__}.UNWALKED says why"

    def _row(self, name: str, every: list[Way], where: tuple[str, ...]) -> str:
        walked = self.walked() & set(every)
        each = (len(self.walked(at) & set(every)) for at in where)
        return (
            f"{name or 'all':<12} {_of(len(states(walked)), len(states(every)))}"
            f" {_of(len(walked), len(every))} " + " ".join(f"{count:>8}" for count in each)
        )


def _of(some: int, every: int) -> str:
    return f"{f'{some}/{every}':>8}"
