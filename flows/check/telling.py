"""Tells a conversation as its customer lives it, for a finding to show."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from jinja2 import TemplateError

from channels.message import Option, Reply
from core.errors import Refusal
from flows import choices, manners
from flows.check.finding import Line
from flows.check.paths import Way
from flows.check.talks import Stand, Talks, Turn
from flows.hearing import phrases
from flows.story import Ask, Become, Code, End, Flow, Listen, NewSecret, RepeatSecret
from flows.words import CONTACTS, LANGUAGES, MissingWords, Words

# The facts of refusals, as wide as they get. Whoever adds one with a new fact adds it here.
WIDEST_FACTS: dict[str, object] = {
    "typed": "x" * 20, "currency": "TZS", "available": "TZS 99999999.99", "left": "2",
    "limit": "TZS 99999999.99", "scope": "month", "side": "debit", "phone": "+255 7** *** 003",
    "name": "M***a N***a", "minutes": "15", "hours": "24", "wanted": "TZS 99999999.99",
    "status": "frozen", "source": "TZS", "target": "KES",
    "label": "W" * 20, "said": "W" * 20, "most": "100",
    "lowered_until": "2026-09-28T21:59:00+00:00", "number": "C-104-283-7", "may_reopen": "yes",
    "bank": "Development Bank", "sell": "TZS", "buy": "UGX", "least": "TZS 99999999.99",
    "amount": "TZS 99999999.99", "fee": "TZS 12500.00", "what": "line",
    "reference": "WK9Q8P7R6T5W",
    "until": "2026-09-28T21:59:00+00:00", "rate": "3712.4567", "biller": "W" * 18,
    "numbers": "C-104-283-7, C-104-284-5, C-104-285-1, C-104-286-8, C-104-287-0",
}  # fmt: skip
MONEY_LEFT: dict[str, object] = {"left": "TZS 99999999.99"}  # tries are left, or money
ANSWERS = {"phone": "0712 000 002", "person": "0712 000 002", "amount": "500", "amounts": "500"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A reply as a channel shows it."""

    text: str
    """The first screen or message."""
    parts: int = 1
    """How many screens or messages it takes."""
    wrong: tuple[str, ...] = ()
    """What the channel would cut or refuse."""


Dress = Callable[[str, Reply], Shown]
"""Dresses a reply as its channel does. The channels' own rules are the caller's to bring."""


def undressed(channel: str, reply: Reply) -> Shown:
    """Show a reply with its options numbered, as long as it is."""
    del channel
    options = (f"{n}. {option.label}" for n, option in enumerate(reply.options, start=1))
    return Shown("\n".join(filter(None, [reply.text, *options])))


@dataclass(frozen=True, slots=True)
class Teller:
    """Somebody who tells conversations in one language on one channel."""

    dress: Dress
    words: Words

    def speaking(self, language: str, channel: str = "") -> "Teller":
        """Return the same teller in another language, and on another channel if one is named."""
        return replace(self, words=Words(language, channel or self.words.channel))

    def note(self, text: str) -> Line:
        """Return a note on what happens."""
        return Line("Note", text)

    def to(self, talks: Talks, stand: Stand) -> tuple[Line, ...]:
        """Tell the shortest conversation to a stand."""
        return self.turns(talks.flow, talks.shortest(stand))

    def turns(self, flow: type[Flow], turns: list[Turn]) -> tuple[Line, ...]:
        """Tell a conversation turn by turn."""
        return tuple(line for turn in turns for line in self.turn(flow, turn))

    def turn(self, flow: type[Flow], turn: Turn) -> tuple[Line, ...]:
        """Tell one turn: what the customer does, and what the bank says to that."""
        if turn.act == "back":
            return (Line("You", self._back()), self.bank(flow, turn.to.state))
        if turn.way is None or turn.way.kind == "opens":
            return (Line("You", self.opening(flow)), self.bank(flow, turn.to.state))
        return (self._heard(flow, turn, turn.way), self.bank(flow, turn.to.state, turn.way))

    def refused(self, flow: type[Flow], state: str, kind: type[Refusal]) -> tuple[Line, ...]:
        """Tell how a right answer is refused and the step is asked again."""
        said = f"{self.words_of(kind.code)}\n{self.screen(flow, state)}"
        return (Line("You", self._right(flow, state)), Line("Bank", said))

    def words_of(self, code: str) -> str:
        """Return a refusal's words with its facts as wide as they get."""
        return self._say("refusals", code, facts_of(code))

    def bank(self, flow: type[Flow], state: str, way: Way | None = None) -> Line:
        """Return what the bank says on a step, after the words of a refusal that led there."""
        said = self.screen(flow, state)
        if way is not None and way.kind == "refused" and way.trigger not in flow.quiet:
            said = f"{self.words_of(way.trigger)}\n{said}"
        return Line("Bank", said)

    def screen(self, flow: type[Flow], state: str) -> str:
        """Return the first screen of a step with the widest facts."""
        step = flow.step_at(state)
        if step is None:
            return ""
        if isinstance(step, Become):
            return f"(goes on with {self._title(step.name)})"
        try:
            reply = widest_reply(flow, state, self.words)
        except (LookupError, TemplateError) as error:
            return f"(cannot say it: {error})"
        # The ways out are on every screen; a conversation reads better without them.
        return self.dress(self.words.channel, replace(reply, nav=())).text

    def opening(self, flow: type[Flow]) -> str:
        """Return how a customer asks for a story."""
        if self.words.channel == "ussd":
            return f"dial {CONTACTS['ussd']}, {self._title(flow.page)}"
        ways = phrases(self._say(flow.page, "keywords", {}))
        return ways[0].upper() if ways and not ways[0].startswith("no words") else flow.name.upper()

    def _heard(self, flow: type[Flow], turn: Turn, way: Way) -> Line:
        if way.kind == "hears":
            silent = way.trigger == "timed_out"
            return self.note("nobody answers in time" if silent else f"outside: {way.trigger}")
        if way.trigger == "file" and way.kind == "answers":
            return Line("You", "(a file)")
        state = way.source
        if turn.act == "corrects":
            step = flow.step_at(state)
            entity = step.entity if isinstance(step, Ask) else None
            return Line("You", f"no, {ANSWERS.get(entity or '', '...')}")
        if way.kind == "refused":
            return Line("You", self._right(flow, state))
        return Line("You", self._said(flow, state, way.trigger))

    def _right(self, flow: type[Flow], state: str) -> str:
        keys = choices.keys(flow.step_at(state))
        return self._said(flow, state, keys[0] if keys else "")

    def _said(self, flow: type[Flow], state: str, trigger: str) -> str:
        step = flow.step_at(state)
        keys = choices.keys(step)
        if trigger in keys:
            return f"{keys.index(trigger) + 1} ({self._label(flow, state, trigger)})"
        if isinstance(step, Listen):
            return "(anything)"
        if isinstance(step, Ask):
            own = flow.widest.get(step.name, f"(the {step.name.replace('_', ' ')})")
            return str(ANSWERS.get(step.entity or "", own))
        if isinstance(step, Code):
            return "****** (the code)"
        return f"**** (the {'new ' if isinstance(step, NewSecret | RepeatSecret) else ''}PIN)"

    def _back(self) -> str:
        return "0" if self.words.channel == "ussd" else self._taught("back")

    def _taught(self, manner: str) -> str:
        return phrases(self.words.say("manners", manner))[0].upper()

    def _label(self, flow: type[Flow], state: str, key: str) -> str:
        try:
            return choices.label(self.words, flow.page, state, key)
        except (LookupError, TemplateError):
            return key

    def _title(self, page: str) -> str:
        found = self._say(page, "title", {})
        return page if found.startswith("(no words") else found

    def _say(self, page: str, block: str, facts: dict[str, Any]) -> str:
        try:
            return self.words.say(page, block, facts)
        except (MissingWords, TemplateError):
            return f"(no words for {block!r} in {self.words.language!r})"


def facts_of(code: str) -> dict[str, object]:
    """Return the facts of a refusal, as wide as they get."""
    try:
        Words(LANGUAGES[0], "sms").find("refusals", code, WIDEST_FACTS)
    except ValueError:  # what it calls left is money
        return WIDEST_FACTS | MONEY_LEFT
    except TemplateError:
        pass  # a fact nobody knows is told where its words are
    return WIDEST_FACTS


def widest_reply(flow: type[Flow], state: str, words: Words) -> Reply:
    """Return what a step says with the widest facts there are.

    :raises MissingWords: if the step or an option has no words
    :raises TemplateError: if there is no page at all, or a fact is missing
    """
    step = flow.step_at(state)
    ends = isinstance(step, End)
    lists = step.lists if isinstance(step, Ask) else ""
    widest: Mapping[str, Mapping[str, object]] = flow.widest[lists] if lists else {}  # type: ignore[assignment]
    options = (
        *choices.listed_options(words, flow.page, state, widest),
        *(
            Option(
                key,
                choices.label(words, flow.page, state, key),
                choices.hint(words, flow.page, state, key),
            )
            for key in choices.keys(step)
        ),
    )
    return Reply(
        text=words.say(flow.page, state, flow.widest),
        options=options,
        nav=manners.ways_out(words, back=not ends, menu=not ends and flow.resumes),
        ends=ends,
        button=words.say("manners", "button"),
    )
