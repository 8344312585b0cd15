"""Lost or stolen: a card is stopped at once, without the PIN, and another one offered.

On a line that is trusted its customer ends the card, also while the PIN is locked. From any other
phone the account's number and the birth date block all cards of it, as `lock` does with money.
"""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from core.bank import CardMissing
from flows.dates import read_date
from flows.own_cards import OwnCards
from flows.story import GIVEN, Ask, Become, Choose, End, Flow

if TYPE_CHECKING:
    from core.bank import CardDoing

MISSING: Mapping[str, CardMissing] = {"lost": "lost", "stolen": "stolen"}


class CardLost(OwnCards, Flow):
    """Stop a card that its customer has no more. Whether anybody has one is told to nobody else."""

    name = "card_lost"
    for_strangers = True
    doing: ClassVar["CardDoing"] = "report"

    steps = (
        Choose("missing", options=("lost", "stolen")),
        Ask("card", lists="cards"),
        Choose("confirm", options=("yes", "no")),
        Choose("ended", options=("replace", "later")),
        Ask("account", free=True),
        Ask("born", free=True),
        Choose("confirm_all", options=("yes", "no")),
        End("reported"),
        End("stopped"),
        End("not_stopped", offers=("agent",)),
        End("kept"),
        End("none", offers=("card_status",)),
        Become("card_replace"),
    )

    paths = (
        # when               at             go to           if           unless first do
        ("open",              "start",       "none",         "knows_none"),
        ("open",              "start",       "missing"),
        *((missing,           "missing",     "confirm",      "only_here", None, "note_only")
          for missing in MISSING),
        *((missing,           "missing",     "card",         "trusted",   None, "note_missing")
          for missing in MISSING),
        *((missing,           "missing",     "account",      None,        None, "note_missing")
          for missing in MISSING),

        ("answer",            "card",        "confirm",      None,        None, "pick"),
        ("yes",               "confirm",     "ended",        None,        None, "report"),
        ("card_move_refused", "confirm",     "none"),
        ("unknown_card",      "confirm",     "none"),
        ("replace",           "ended",       "card_replace", None,        None, "ask_another"),
        ("later",             "ended",       "reported"),

        # From a phone that is not known for the customer's.
        ("answer",            "account",     "born",         None,        None, "note_account"),
        ("answer",            "born",        "confirm_all",  None,        None, "note_born"),
        ("yes",               "confirm_all", "stopped",      None,        None, "block"),
        ("nothing_locked",    "confirm_all", "not_stopped"),
        ("lock_tries_spent",  "confirm_all", "not_stopped"),
        ("no",                ("confirm", "confirm_all"), "kept"),
    )  # fmt: skip

    writes = frozenset({"report", "block"})
    widest: ClassVar[Mapping[str, object]] = {
        **OwnCards.widest,
        "missing": "stolen",
        "account": "0000 0000 0000",
        "born": "1990-09-28",
    }

    @property
    def only_here(self) -> bool:
        """Whether the line is trusted and there is one such card alone."""
        return self.trusted and self.is_only

    def note_missing(self, said: str) -> None:
        """Remember whether it is lost or was stolen."""
        self.slots["missing"] = said

    def note_only(self, said: str) -> None:
        """Remember it of the only card there is."""
        self.note_missing(said)
        self.take_only(said)

    def report(self, _: str) -> None:
        """End the card."""
        self.bank.report_card(self.slots["card"], MISSING[self.slots["missing"]])

    def ask_another(self, _: str) -> None:
        """Go on to the card that takes its place."""
        self.slots[f"{GIVEN}card"] = self.slots["card"]

    def note_account(self, said: str) -> None:
        """Remember the account number, if it can be one."""
        self.slots["account"] = self.bank.read_account_no(said)

    def note_born(self, said: str) -> None:
        """Remember the birth date."""
        self.slots["born"] = read_date(said).isoformat()

    def block(self, _: str) -> None:
        """Block all cards of that account."""
        self.bank.block_cards_of(
            account=self.slots["account"], born=date.fromisoformat(self.slots["born"])
        )
