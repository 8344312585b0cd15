"""Report a problem: what it is about, which payment, what was wrong, in the customer's words.

With a card that is gone, or a payment by card that was not theirs, they are led to what helps now.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from core.errors import Refusal
from flows.case_facts import WIDEST
from flows.story import Ask, Become, Choose, End, Flow, Moved, Prove

PAYMENTS = 5

# What a customer picks, as cases call it: category and sub-category.
TOPICS = MappingProxyType(
    {"card": ("Card", ""), "account": ("Account", ""), "other": ("Other", "")}
)
WRONG = MappingProxyType(
    {
        "wrong_person": ("Transfer", "wrong_recipient"),
        "not_arrived": ("Transfer", "not_received"),
        "wrong_amount": ("Transfer", "amount_wrong"),
        "not_me": ("Fraud", ""),
    }
)


class NotAPayment(Refusal):
    """None of the payments that were listed was picked."""

    code = "not_a_payment"


class Report(Flow):
    """Open a case about a problem; how urgent it is follows from what was wrong."""

    name = "report"
    takes_words = "words"

    steps = (
        Prove("unlock"),
        Choose("topic", options=("payment", "card", "account", "other")),
        Ask("payment", lists="payments", options=("describe",)),
        Choose("with_card", options=("gone", "not_paid", "describe")),
        Choose("wrong", options=("wrong_person", "not_arrived", "wrong_amount", "not_me")),
        Ask("words", free=True),
        Ask("photo", free=True, media=True, options=("skip",)),
        Choose("secure", options=("lock", "leave")),
        End("opened"),
        End("too_many"),
        Become("lock"),
        Become("card_lost"),
        Become("card_dispute"),
        Become("reset_pin"),
    )

    paths = (
        # when            at         go to       if             unless first do
        ("open",           "start",   "topic",    "trusted"),
        ("open",           "start",   "unlock"),
        ("proven",         "unlock",  "topic"),
        ("pin_locked",     "unlock",  "reset_pin"),

        ("payment",        "topic",   "payment",  "has_payments"),
        ("payment",        "topic",   "wrong"),
        ("card",           "topic",   "with_card", "has_cards"),
        ("card",           "topic",   "words",    None,          None, "note_topic"),
        ("account",        "topic",   "words",    None,          None, "note_topic"),
        ("other",          "topic",   "words",    None,          None, "note_topic"),

        ("gone",           "with_card", "card_lost"),
        ("not_paid",       "with_card", "card_dispute"),
        ("describe",       "with_card", "words",  None,          None, "note_card"),

        ("answer",         "payment", "wrong",    None,          None, "note_payment"),
        ("describe",       "payment", "wrong",    None,          None, "forget_payment"),
        ("wrong_person",   "wrong",   "words",    None,          None, "note_wrong"),
        ("not_arrived",    "wrong",   "words",    None,          None, "note_wrong"),
        ("wrong_amount",   "wrong",   "words",    None,          None, "note_wrong"),
        ("not_me",         "wrong",   "words",    None,          None, "note_wrong"),

        ("answer",         "words",   "photo",    "takes_files", None, "note_words"),
        ("answer",         "words",   "secure",   "was_not_me",  None, "tell"),
        ("answer",         "words",   "opened",   None,          None, "tell"),
        ("file",           "photo",   "secure",   "was_not_me",  None, "tell_more"),
        ("file",           "photo",   "opened",   None,          None, "tell_more"),
        ("answer",         "photo",   "secure",   "was_not_me",  None, "tell_more"),
        ("answer",         "photo",   "opened",   None,          None, "tell_more"),
        ("skip",           "photo",   "secure",   "was_not_me",  None, "tell_so"),
        ("skip",           "photo",   "opened",   None,          None, "tell_so"),
        ("lock",           "secure",  "lock"),
        ("leave",          "secure",  "opened"),
        ("too_many_cases", ("words", "photo"),    "too_many"),
    )  # fmt: skip

    version = 2
    moves: ClassVar[Mapping[int, Moved]] = {1: Moved(same_effect=True)}

    writes = frozenset({"tell", "tell_more", "tell_so"})
    long = frozenset({"payment"})

    widest: ClassVar[Mapping[str, object]] = {
        **WIDEST,
        "payments": {
            f"{n}": {
                "when": "2026-09-28T21:59:00+00:00",
                "amount": f"TZS 9999999{n}.99",
                "name": "M***a N***a",
            }
            for n in range(PAYMENTS)
        },
    }

    @property
    def has_payments(self) -> bool:
        """Whether the customer has paid anybody yet."""
        return bool(self.bank.recent_payments(1))

    @property
    def has_cards(self) -> bool:
        """Whether there is, or was, a card that could be gone or used by others."""
        return bool(self.bank.cards_to("report") or self.bank.cards_to("recall"))

    @property
    def takes_files(self) -> bool:
        """Whether a picture can be sent here."""
        return self.bank.takes_pictures

    @property
    def was_not_me(self) -> bool:
        """Whether somebody else may be at the customer's money, so that it had better be locked."""
        return self.slots.get("category") == "Fraud"

    def payments(self) -> Mapping[str, Mapping[str, object]]:
        """Return the customer's last payments, as they may be picked."""
        return {
            str(one.id): {
                "when": one.when.isoformat(),
                "amount": str(one.amount),
                "name": one.name,
            }
            for one in self.bank.recent_payments(PAYMENTS)
        }

    def facts(self) -> Mapping[str, object]:
        """Add when an answer may be expected."""
        return {"due": "", "now": self.bank.now, **self.slots}

    def note_topic(self, said: str) -> None:
        """Remember what the problem is about."""
        self.forget_payment(said)
        self.slots["category"], self.slots["kind"] = TOPICS[said]

    def note_card(self, _: str) -> None:
        """Remember that it is about a card."""
        self.note_topic("card")

    def note_payment(self, said: str) -> None:
        """Remember which payment it is about."""
        if said not in self.payments():
            raise NotAPayment
        self.slots["payment"] = said

    def forget_payment(self, _: str) -> None:
        """Remember that it is about no payment in particular."""
        self.slots.pop("payment", None)

    def note_wrong(self, said: str) -> None:
        """Remember what was wrong with the payment."""
        self.slots["category"], self.slots["kind"] = WRONG[said]

    def note_words(self, said: str) -> None:
        """Remember the customer's own words until a picture was sent, or not."""
        self.slots["words"] = said

    def tell(self, said: str) -> None:
        """Open the case."""
        opened = self.bank.report(
            said,
            category=self.slots["category"],
            sub_category=self.slots["kind"],
            transaction=self.slots.get("payment", ""),
        )
        self.slots["number"] = opened.number
        self.slots["due"] = "" if opened.reply_due is None else opened.reply_due.isoformat()

    def tell_more(self, said: str) -> None:
        """Open the case with what was said after the first words; a picture may say nothing."""
        self.tell("\n".join(filter(None, (self.slots["words"], said))))

    def tell_so(self, _: str) -> None:
        """Open the case with the words alone."""
        self.tell(self.slots["words"])
