"""Ways to a person and away from them, in a customer's own turn."""

from functools import cache

from bot import interrupted
from bot.telling import Telling
from channels.message import Reply
from flows.hearing import phrases, plain
from flows.story import Flow, Listen
from flows.words import LANGUAGES, Words

ANSWER = "answer"
"""The key of the button under a person's words that came in between."""


def on_line(story: Flow) -> bool:
    """Return whether a person answers where a story stands."""
    return isinstance(story.step_at(story.state), Listen)


def answered(turn: Telling, story: Flow | None, choice: str) -> Reply | None:
    """Answer a person who wrote in between, by ANSWER and one's words, or its button.

    None when the customer says something else, stands with that person, or nobody wrote. Who comes
    back to a person has what was interrupted for them kept until they are done.
    """
    said = "" if turn.event.inbound is None else turn.event.inbound.text
    keyword, _, rest = said.strip().partition(" ")
    asked = choice == ANSWER or plain(keyword) in _ways_to_answer()
    if not asked or (story is not None and on_line(story)):
        return None
    number = turn.bank.case_to_answer()
    if not number:
        return None
    if story is None or not story.resumes:
        interrupted.restore(turn, number)
    given = dict.fromkeys(("chat", "more"), rest.strip())
    return turn.aside(story, "agent", given, slots={"number": number})


def hang_up(turn: Telling) -> Reply:
    """Leave a person who answers, and go on with what was interrupted for them."""
    turn.exit_reason = turn.exit_reason or "menu"
    turn.notes.append(turn.words.say("agent", "left"))
    if not turn.talk.stack:
        return turn.leave()
    turn.talk.rest()
    return turn.follow(*turn.take_up())


@cache
def _ways_to_answer() -> frozenset[str]:
    """Return the words, of every language, that begin an answer to a person."""
    voices = (Words(language, "sms") for language in LANGUAGES)
    return frozenset(way for one in voices for way in phrases(one.say("agent", "answer")))
