"""Receipt: a PDF of one payment, with a code by which anybody can check it."""

from collections.abc import Mapping
from typing import ClassVar

from flows.picking import AMOUNT, Listed
from flows.sent_file import SentFile
from flows.story import Ask, Become, Choose, End, Flow, Prove

MOST_SHOWN = 5


class Receipt(SentFile, Flow):
    """Ask for a receipt of one of the last payments. It is made outside and comes by itself."""

    name = "receipt"

    steps = (
        Prove("unlock"),
        Ask("payment", lists="payments"),
        Choose("where", options=("whatsapp", "mail")),
        End("ordered"),
        End("nowhere"),
        End("enough"),
        End("nothing"),
        Become("reset_pin"),
    )

    paths = (
        # when             at         go to      if          unless       first do
        ("open",           "start",   "nowhere", None,       "reachable"),
        ("open",           "start",   "enough",  None,       "may_have_document"),
        ("open",           "start",   "unlock",  None,       "trusted"),
        ("open",           "start",   "payment", "has_payments"),
        ("open",           "start",   "nothing"),
        ("proven",         "unlock",  "payment", "has_payments"),
        ("proven",         "unlock",  "nothing"),
        ("answer",         "payment", "where",   "has_ways", None,        "note_payment"),
        ("answer",         "payment", "ordered", None,       None,        "order_at_once"),
        ("whatsapp",       "where",   "ordered", None,       None,        "order_by"),
        ("mail",           "where",   "ordered", None,       None,        "order_by"),
        ("pin_locked",     "unlock",  "reset_pin"),
    )  # fmt: skip

    writes = frozenset({"order_at_once", "order_by"})
    long = frozenset({"payment"})

    widest: ClassVar[Mapping[str, object]] = {
        "payments": {
            str(n): {"amount": AMOUNT, "who": f"M***a N***{n}", "incoming": "yes", "type": "",
                     "day": "2026-09-28T21:59:00+00:00"}
            for n in range(MOST_SHOWN)
        },
        **SentFile.widest,
    }  # fmt: skip

    @property
    def has_payments(self) -> bool:
        """Whether there is anything to have a receipt of."""
        return bool(self.bank.payments_lately())

    def payments(self) -> Listed:
        """Return the last payments: how much, with whom or what, and when."""
        return {
            str(one.id): {
                "amount": str(one.amount),
                "who": one.who,
                "incoming": "yes" if one.incoming else "",
                "type": one.type,
                "day": one.when.isoformat(),
            }
            for one in self.bank.payments_lately()
        }

    def note_payment(self, said: str) -> None:
        """Remember which payment."""
        self.slots["payment"] = self.bank.find_payment(said)

    def order_at_once(self, said: str) -> None:
        """Have its receipt made and sent by the one way there is."""
        self.note_payment(said)
        self._order()

    def _ordered(self, way: str) -> str:
        return self.bank.order_receipt(self.slots["payment"], way=way)
