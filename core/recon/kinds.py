"""The kinds of breaks: what each is called, and what to do about it first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "missing_in_statement",
    "missing_in_report",
    "missing_in_book",
    "amount_differs",
    "currency_differs",
    "duplicate_in_statement",
    "duplicate_in_report",
    "wrong_status",
    "late",
    "fee_unexpected",
    "balance_gap",
    "report_gap",
]


@dataclass(frozen=True, slots=True)
class Words:
    """For operations."""

    title: str
    advice: str


WORDS: Mapping[str, Words] = {
    "missing_in_statement": Words(
        "paid in the book, not in the statement",
        "Ask the keeper of the nostro whether the money has moved.",
    ),
    "missing_in_report": Words(
        "paid in the book, not in the rail's report",
        "Ask the rail for the payment by its end-to-end id.",
    ),
    "missing_in_book": Words(
        "told by others, unknown to the book",
        "Find whose money it is before anything is booked.",
    ),
    "amount_differs": Words(
        "another amount than the book's", "Compare the message that was sent with the line."
    ),
    "currency_differs": Words(
        "another currency than the book's", "Compare the message that was sent with the line."
    ),
    "duplicate_in_statement": Words(
        "booked twice by the keeper of the nostro", "Ask for a reversal of the second booking."
    ),
    "duplicate_in_report": Words("reported twice by the rail", "Tell the rail."),
    "wrong_status": Words(
        "book and rail do not agree how it ended",
        "Ask the rail for the final status; the customer may have to be told.",
    ),
    "late": Words("arrived later than promised", "Tell the rail; the money is there."),
    "fee_unexpected": Words("a charge that nobody expected", "Compare it with the agreement."),
    "balance_gap": Words(
        "a balance that does not continue", "Ask for the statement that is missing, or a new one."
    ),
    "report_gap": Words("a report has not come", "Ask the rail for the day's report."),
}
