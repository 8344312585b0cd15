"""A statement of account in its customer's language: every figure and date as people write them."""

from core.documents.statement import AccountStatement, Movement
from core.documents.statement_pdf import Sheet
from core.money import Money
from worker.notices import Voice

PAGE = "documents"
BANK = "Wekeza"


class Pen:
    """Writes a statement in one language."""

    def __init__(self, words: Voice, told: AccountStatement) -> None:
        self._words, self._told = words, told

    def sheet(self) -> Sheet:
        """Return the statement, ready to be set."""
        told = self._told
        return Sheet(
            language=self._words.language,
            bank=BANK,
            title=self._say("title"),
            about=(
                (self._say("account"), told.account_no),
                (self._say("owner"), told.name),
                (self._say("period"), self._days()),
                (self._say("currency"), self._say("currency_name", code=told.opening.currency)),
                (self._say("opening"), self._money(told.opening)),
            ),
            columns=(
                self._say("day"),
                self._say("what"),
                self._say("reference"),
                self._say("amount"),
                self._say("balance"),
            ),
            rows=tuple(self._row(one) for one in told.movements),
            nothing=self._say("nothing"),
            totals=(
                (self._say("money_in"), self._money(told.money_in)),
                (self._say("money_out"), self._money(told.money_out)),
                (self._say("closing"), self._money(told.closing)),
            ),
            verification=self._say(
                "verification", number=told.number, mac=in_fours(told.content_mac)
            ),
            page=self._say("page", page="{page}", pages="{pages}"),
        )

    def letter(self, first_name: str) -> tuple[str, str]:
        """Return the subject and the words of the letter that a statement goes with."""
        facts = {"days": self._days(), "number": self._told.number, "first_name": first_name}
        return self._say("subject", **facts), self._say("letter", **facts)

    def _days(self) -> str:
        since, until = self._told.since, self._told.until
        return self._say("days", since=since.isoformat(), until=until.isoformat())

    def _row(self, one: Movement) -> tuple[str, str, str, str, str]:
        return (
            self._say("date", when=one.when.isoformat()),
            self._say("movement", type=one.type, incoming=one.amount.minor > 0, who=one.who),
            one.reference,
            self._money(one.amount),
            self._money(one.balance),
        )

    def _money(self, amount: Money) -> str:
        return self._say("sum", amount=str(amount))

    def _say(self, block: str, **facts: object) -> str:
        return self._words.say(PAGE, block, {"country": self._told.country, **facts})


def in_fours(text: str) -> str:
    """Return letters as people compare them, four at a time."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))
