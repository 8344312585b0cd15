"""The counter for talking to a person: whatever is said to a case goes to those who work on it."""

from uuid import UUID

from core.bank_cases import CasesCounter, MyCase
from core.crm import case_chat, case_words, cases

MOST_TITLE = 60


class ChatCounter(CasesCounter):
    """What is said to people. The counter remembers which case was spoken to in this turn."""

    @property
    def now(self) -> str:
        """When this turn is, ISO 8601."""
        return self._unit.now.isoformat()

    def is_case_done(self, number: str) -> bool:
        """Return whether a case of the customer's waits for nobody any more."""
        found = cases.find(self._unit, number)
        return found is not None and found.customer == self.customer_id and found.done

    @property
    def spoken_to(self) -> UUID | None:
        """The case that was spoken to in this turn, if one was."""
        return self._visitor.case

    def report(
        self, text: str, *, category: str, sub_category: str = "", transaction: str = ""
    ) -> MyCase:
        """Open a case in the customer's own words.

        :raises TooManyCases: if the customer has as many open ones as one may have
        :raises UnknownPayment: if the payment is not one of theirs
        """
        said = case_words.without_secrets(text)
        opened = self.open_case(
            category=category,
            sub_category=sub_category,
            title=_title(said),
            text=said,
            transaction=transaction,
        )
        self.speak_to(opened.number)
        return opened

    def ask_for_person(self, text: str) -> MyCase:
        """Open a case for a person to answer, with what the customer was in the middle of.

        :raises TooManyCases: if the customer has as many open ones as one may have
        """
        said = case_words.without_secrets(text)
        opened = self.open_case(
            category="Question",
            sub_category="person",
            title=_title(said),
            text=said,
            by_bot=True,
        )
        self.speak_to(opened.number)
        laid = self._visitor.interrupted
        if laid is not None and self.spoken_to is not None:
            case = cases.get(self._unit, self.spoken_to)
            told = case_words.interrupted(laid.flow, laid.step, laid.slots)
            cases.add_words(self._unit, case, by="system", actor=None, text=told, internal=True)
        return opened

    def tell_case(self, number: str, text: str) -> MyCase:
        """Pass the customer's words on to whoever works on a case.

        A file alone has no words and is passed on all the same.

        :raises UnknownCase: if they have none of that number
        :raises CaseClosed: if it is done
        """
        said = case_words.without_secrets(text)
        told = self.add_to_case(number, said, message=self._visitor.message)
        self.speak_to(number)
        return told

    def take_up_case(self, number: str) -> MyCase:
        """Have a case taken up again that was not solved, and speak to it.

        :raises UnknownCase: if they have none of that number
        :raises CaseClosed: if that was too long ago
        """
        opened = self.reopen_case(number)
        self.speak_to(number)
        return opened

    def speak_to(self, number: str) -> None:
        """Say which case of theirs is spoken to in this turn."""
        found = cases.find(self._unit, number)
        if found is not None and found.customer == self.customer_id:
            self._visitor.case = found.id

    def case_to_answer(self) -> str:
        """Return the number of the case in which a person wrote to the customer last, or nothing.

        What was answered more than a week ago is not waited for any more.
        """
        if not self.known:
            return ""
        return case_chat.answered_last(self._unit, self._me)

    def let_person_answer(self) -> None:
        """Have the person on the case that is spoken to answer here, instead of the bot."""
        conversation = self._visitor.conversation
        if self.spoken_to is not None and conversation is not None:
            case_chat.person_answers(self._unit, conversation, self.spoken_to)

    def let_bot_answer(self) -> None:
        """Have the bot answer here again."""
        if self._visitor.conversation is not None:
            case_chat.bot_answers(self._unit, self._visitor.conversation)

    def attach(self, media: UUID) -> None:
        """Add a file of this turn to the case that is spoken to, where one is."""
        if self.spoken_to is not None:
            cases.attach(self._unit, cases.get(self._unit, self.spoken_to), media=media)


def _title(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MOST_TITLE else line[: MOST_TITLE - 3].rstrip() + "..."
