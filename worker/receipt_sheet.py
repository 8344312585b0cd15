"""A receipt in its customer's language: the figure and the date as people write them."""

from core.documents.receipt import Receipt
from core.documents.receipt_pdf import Slip
from worker.notices import Voice
from worker.statement_sheet import BANK, in_fours

PAGE = "receipt_paper"


class ReceiptPen:
    """Writes a receipt in one language; ``base`` is the address people reach the bank at."""

    def __init__(self, words: Voice, told: Receipt, *, base: str) -> None:
        self._words, self._told, self._base = words, told, base

    def sheet(self) -> Slip:
        """Return the receipt, ready to be set."""
        told = self._told
        when = told.when.isoformat()
        lines = (
            (self._say("what"), self._say("movement", type=told.type)),
            (self._say("day"), self._say("moment", when=when)),
            (self._say("payer"), told.payer),
            (self._say("payee"), told.payee),
            (self._say("reference"), told.reference),
        )
        link = f"{self._base}/verify/{told.code}"
        return Slip(
            language=self._words.language,
            bank=BANK,
            title=self._say("title"),
            amount=self._say("sum", amount=str(told.amount)),
            lines=tuple((label, value) for label, value in lines if value),
            check=self._say("check"),
            code=in_fours(told.code),
            link=link,
            shown_link=f"{self._base.split('://')[-1]}/verify",
            footer=self._say("footer", number=told.number),
        )

    def letter(self, first_name: str) -> tuple[str, str]:
        """Return the subject and the words of the letter that a receipt goes with."""
        facts = {
            "amount": str(self._told.amount),
            "reference": self._told.reference,
            "first_name": first_name,
        }
        return self._say("subject", **facts), self._say("letter", **facts)

    def _say(self, block: str, **facts: object) -> str:
        return self._words.say(PAGE, block, {"country": self._told.country, **facts})
