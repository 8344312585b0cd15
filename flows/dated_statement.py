"""Statement for chosen dates: a PDF, sent by WhatsApp or mail."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import ClassVar

from flows import picking
from flows.dates import read_date
from flows.main_wallet import MOST_WALLETS
from flows.picking import Listed
from flows.sent_file import SentFile
from flows.story import Ask, Become, Choose, End, Flow, Prove


class DatedStatement(SentFile, Flow):
    """Ask for a statement of this month, of the last, or from one day to another.

    It is made outside the conversation and comes by itself. Where no file reaches the customer the
    words say so before anything is asked.
    """

    name = "dated_statement"

    steps = (
        Prove("pin"),
        Ask("wallet", free=True, lists="wallets"),
        Choose("period", options=("this_month", "last_month", "chosen")),
        Ask("since", free=True),
        Ask("until", free=True),
        Choose("where", options=("whatsapp", "mail")),
        End("ordered"),
        End("nowhere"),
        End("enough"),
        Become("reset_pin"),
    )

    paths = (
        # when                 at        go to       if           unless       first do
        ("open",               "start",  "nowhere",  None,        "reachable"),
        ("open",               "start",  "enough",   None,        "may_have_document"),
        ("open",               "start",  "pin",      None,        "trusted"),
        ("open",               "start",  "wallet",   "has_wallets"),
        ("open",               "start",  "period"),
        ("proven",             "pin",    "wallet",   "has_wallets"),
        ("proven",             "pin",    "period"),
        ("answer",             "wallet", "period",   None,        None,        "note_wallet"),

        ("this_month",         "period", "where",    "has_ways",  None,        "take_this_month"),
        ("this_month",         "period", "ordered",  None,        None,        "order_this_month"),
        ("last_month",         "period", "where",    "has_ways",  None,        "take_last_month"),
        ("last_month",         "period", "ordered",  None,        None,        "order_last_month"),
        ("chosen",             "period", "since"),
        ("answer",             "since",  "until",    None,        None,        "note_since"),
        ("answer",             "until",  "where",    "has_ways",  None,        "note_until"),
        ("answer",             "until",  "ordered",  None,        None,        "order_until"),

        ("whatsapp",           "where",  "ordered",  None,        None,        "order_by"),
        ("mail",               "where",  "ordered",  None,        None,        "order_by"),
        ("pin_locked",         "pin",    "reset_pin"),
    )  # fmt: skip

    writes = frozenset({"order_this_month", "order_last_month", "order_until", "order_by"})
    long = frozenset({"wallet"})

    widest: ClassVar[Mapping[str, object]] = {
        "wallets": picking.widest_wallets(MOST_WALLETS),
        "since": "2026-09-28",
        "until": "2026-09-28",
        "today": "2026-09-28",
        **SentFile.widest,
    }

    @property
    def has_wallets(self) -> bool:
        """Whether there is more than one wallet."""
        return len(self.bank.wallets()) > 1

    def wallets(self) -> Listed:
        """Return the customer's wallets."""
        return picking.wallets(self.bank.wallets())

    def facts(self) -> Mapping[str, object]:
        """Tell today's date where a day is asked for."""
        if self.state in ("since", "until"):
            return {**self.slots, "today": self.bank.today.isoformat()}
        return self.slots

    def note_wallet(self, said: str) -> None:
        """Remember the wallet."""
        self.slots["wallet"] = str(self.bank.find_wallet(said).id)

    def take_this_month(self, _: str) -> None:
        """Take the month that runs, up to today."""
        today = self.bank.today
        self._take(today.replace(day=1), today)

    def take_last_month(self, _: str) -> None:
        """Take the whole month before."""
        last = self.bank.today.replace(day=1) - timedelta(days=1)
        self._take(last.replace(day=1), last)

    def note_since(self, said: str) -> None:
        """Remember the first day."""
        since = read_date(said)
        self.bank.check_statement(self._wallet, since, since)
        self.slots["since"] = since.isoformat()

    def note_until(self, said: str) -> None:
        """Remember the last day; a day to come means today."""
        until = min(read_date(said), self.bank.today)
        self._take(date.fromisoformat(self.slots["since"]), until)

    def order_this_month(self, said: str) -> None:
        """Have it made of the month that runs."""
        self.take_this_month(said)
        self._order()

    def order_last_month(self, said: str) -> None:
        """Have it made of the month before."""
        self.take_last_month(said)
        self._order()

    def order_until(self, said: str) -> None:
        """Have it made of the days that were said."""
        self.note_until(said)
        self._order()

    @property
    def _wallet(self) -> str:
        return self.slots.get("wallet", "")

    def _take(self, since: date, until: date) -> None:
        self.bank.check_statement(self._wallet, since, until)
        self.slots |= {"since": since.isoformat(), "until": until.isoformat()}

    def _ordered(self, way: str) -> str:
        return self.bank.order_statement(
            self._wallet,
            since=date.fromisoformat(self.slots["since"]),
            until=date.fromisoformat(self.slots["until"]),
            way=way,
        )
