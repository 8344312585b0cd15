"""Exchange: which money goes, which comes, how much; a quote is read back, proved and used."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from flows.hearing import CURRENCIES, plain
from flows.last_moment import ANOTHER_AMOUNT_HELPS, NOTHING_HELPS, PROVING, refused
from flows.payment_proof import PROOF, PaymentProof, proving
from flows.picking import AMOUNT, Listed
from flows.quoted import QUOTING, Quoted
from flows.story import GIVEN, Ask, Become, Call, Choose, End, Flow, Moved, Prove
from flows.trade import NotExchanged, read_trade

if TYPE_CHECKING:
    from core.bank import OwnWallet

MOST_CURRENCIES = 10


class Exchange(Quoted, PaymentProof, Flow):
    """Change money between the customer's own wallets, at a rate that holds while they read it.

    A quote is used once and within its time; one that ran out is followed by a new one at once,
    which says what has changed.
    """

    name = "exchange"
    judged_as = "exchange"

    steps = (
        Prove("unlock"),
        Ask("sell", free=True, entity="sells", lists="sources"),
        Ask("buy", entity="buys", lists="targets"),
        Choose("missing", options=("open_it", "another", "stop")),
        Ask("amount", entity="trade"),
        Call("pricing", asks="prices"),
        Choose("no_price", options=("retry", "change", "stop")),
        Choose("review", options=("yes", "change", "no"), mints=True),
        Choose("renewed", options=("yes", "change", "no"), mints=True),
        Choose("change", options=("amount", "currencies")),
        *PROOF,
        End("exchanged"),
        End("nothing"),
        End("cancelled"),
        End("referred"),
        Become("reset_pin"),
    )

    paths = (
        # when             at         go to        if             unless  first do
        ("open",            "start",   "unlock",    None,          "trusted"),
        ("open",            "start",   "nothing",   None,          "has_money"),
        ("open",            "start",   "sell",      "may_choose"),
        ("open",            "start",   "buy",       None,          None,   "take_only"),
        ("proven",          "unlock",  "nothing",   None,          "has_money"),
        ("proven",          "unlock",  "sell",      "may_choose"),
        ("proven",          "unlock",  "buy",       None,          None,   "take_only"),
        ("answer",          "sell",    "buy",       None,          None,   "note_sell"),
        ("answer",          "buy",     "missing",   "lacks",       None,   "note_buy"),
        ("answer",          "buy",     "amount",    None,          None,   "note_buy"),
        ("open_it",         "missing", "amount",    None,          None,   "open_wallet"),
        ("another",         "missing", "buy"),
        ("stop",            "missing", "cancelled"),

        ("answer",          "amount",  "pricing",   None,          None,   "note_amount"),
        *QUOTING,
        ("no_wallet",       "pricing", "buy"),
        ("change",          "no_price", "change"),
        ("amount",          "change",  "amount"),
        ("currencies",      "change",  "sell",      "may_choose"),
        ("currencies",      "change",  "buy"),

        *proving(),
        ("proven",          PROVING,   "exchanged", None,          None,   "convert"),

        # What the bank may refuse at the last moment leads to where it can be mended.
        *refused("buy", "no_wallet"),
        *refused("amount", *ANOTHER_AMOUNT_HELPS),
        *refused("cancelled", *NOTHING_HELPS, "period_closed"),
        ("pin_locked",  ("unlock", "pin"), "reset_pin"),
    )  # fmt: skip

    writes = PaymentProof.writes | {"open_wallet", "take_quote", "convert"}
    moves_money = frozenset({"convert"})
    quiet = frozenset({"quote_expired"})
    long = frozenset({"sell", "buy"})

    version = 2
    moves: ClassVar[Mapping[int, Moved]] = {1: Moved(same_effect=True)}

    widest: ClassVar[Mapping[str, object]] = {
        **Quoted.widest,
        "sources": {str(n): {"name": "W" * 19, "available": AMOUNT} for n in range(9)},
        "targets": {str(n): {"code": f"TZ{n}"} for n in range(MOST_CURRENCIES)},
        "reference": "WK9Q8P7R6T5W",
        "balance": "TZS 99999999.99",
        **PaymentProof.widest,
    }

    @property
    def has_money(self) -> bool:
        """Whether the customer holds anything that the bank changes, or named what it is."""
        return bool(self._sellable()) or f"{GIVEN}sell" in self.slots

    @property
    def may_choose(self) -> bool:
        """Whether it must be said which money goes: there are several, or one was named."""
        return len(self._sellable()) > 1 or f"{GIVEN}sell" in self.slots

    def facts(self) -> Mapping[str, object]:
        """Add how long the quote holds from the moment this is told."""
        return {**super().facts(), **self.clock()}

    def lacks(self, said: str) -> bool:
        """Return whether the customer has no wallet in the currency that was said."""
        wanted = _currency(said)
        held = {one.currency for one in self.bank.wallets()}
        return wanted in self._buyable() and wanted not in held

    def sources(self) -> Listed:
        """Return what the customer holds and may give: of each currency one wallet."""
        return {
            code: {"name": one.name, "available": str(one.available)}
            for code, one in self._sellable().items()
        }

    def targets(self) -> Listed:
        """Return the currencies that may be got for it."""
        return {code: {"code": code} for code in self._buyable()[:MOST_CURRENCIES]}

    def take_only(self, _: str) -> None:
        """Give the only money there is to give."""
        self.slots["sell"] = next(iter(self._sellable()))

    def note_sell(self, said: str) -> None:
        """Remember which money goes: by its currency, or by the name of its wallet."""
        sellable = self._sellable()
        names = {plain(one.name): code for code, one in sellable.items()}
        code = names.get(plain(said)) or _currency(said)
        if code not in sellable:
            raise NotExchanged(typed=said.strip()[:20])
        self._forget_quote()
        self.slots["sell"] = code

    def note_buy(self, said: str) -> None:
        """Remember which money comes."""
        code = _currency(said)
        if code not in self._buyable():
            raise NotExchanged(typed=said.strip()[:20])
        self._forget_quote()
        self.slots["buy"] = code

    def open_wallet(self, _: str) -> None:
        """Open a wallet in the currency that comes."""
        self.bank.open_wallet(self.slots["buy"])

    def note_amount(self, said: str) -> None:
        """Remember how much, and of which of the two: what goes, unless it is said otherwise."""
        sell, buy = self.slots["sell"], self.slots["buy"]
        side, asked = read_trade(said, sell=sell, buy=buy)
        self._ask(sell=sell, buy=buy, side=side, asked=asked)
        self.slots["to"] = str(self.bank.customer_id)

    def convert(self, _: str) -> None:
        """Change it, once, however often this is asked."""
        done = self.bank.convert(quote=self.slots["quote"], effect_id=self.agreed_id)
        self.slots |= {"reference": done.reference, "balance": str(done.balances[1])}

    def _sellable(self) -> "Mapping[str, OwnWallet]":
        """Return the wallets that money may leave, by currency; of several the first is taken."""
        held: dict[str, OwnWallet] = {}
        for one in self.bank.wallets():
            held.setdefault(one.currency, one)
        dealt = self.bank.convertible().sell
        return {code: held[code] for code in dealt if code in held and held[code].available.minor}

    def _buyable(self) -> list[str]:
        """Return the currencies that may be got for the one that goes."""
        return [code for code in self.bank.convertible().buy if code != self.slots["sell"]]


def _currency(said: str) -> str:
    """Return the code of the currency that a word means; empty when it means none."""
    return CURRENCIES.get(plain(said), "")
