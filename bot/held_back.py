"""A person's words that waited for their customer to write leave before anything else is said."""

from datetime import datetime, timedelta

from bot import masks
from bot.telling import Telling
from bot.with_person import ANSWER, on_line
from channels.message import Option, Reply
from core.crm import held_words
from core.crm.case_context import WINDOW

MARGIN = timedelta(hours=1)
"""Words are held once the window is shut, so they are looked for only when it may have been."""


def let_go(turn: Telling, heard_before: datetime | None) -> None:
    """Have words leave that were held for a customer who writes now; ``heard_before`` is when last.

    To somebody who stands with that person they are said as ever; to anybody else with the number
    of their case, and how to reply.
    """
    closed = heard_before is None or turn.unit.now - heard_before > WINDOW - MARGIN
    if turn.event.channel != "whatsapp" or not closed:
        return
    waited = held_words.let_go(turn.unit, turn.talk.id)
    if not waited:
        return
    story, voice = turn.story(), turn.voice()
    for one in waited:
        facts = {"number": one.number, "words": one.words}
        here = story is not None and on_line(story) and story.slots.get("number") == one.number
        button = Option(ANSWER, turn.words.say("agent", "says_between_answer"))
        text = turn.words.say("agent", "says" if here else "says_between", facts)
        reply = Reply(text, options=() if here else (button,))
        held_words.owe(
            turn.unit,
            one,
            sender=voice.key,
            contact=turn.event.address,
            reply=dict(masks.dump_reply(reply)),
        )
