"""What is said between stories, in the customer's own words: the story it asks for begins."""

from bot.telling import Telling
from channels.message import Inbound, Reply
from flows import facts, repair
from flows.engine import CANCEL
from flows.understanding import Understood, understand

VOICE = "audio/"
"""How the kind of a voice note begins."""


def answer(turn: Telling) -> Reply:
    """Begin the story that a message asks for; else ask which, or show the menu and say why."""
    inbound = turn.event.inbound
    if inbound is None:
        raise LookupError("an event of ours says nothing")
    meant = understand(inbound.text, turn.bank.country, today=turn.bank.heard_on)
    turn.intent = meant.intent
    if meant.language and not turn.bank.language_chosen:
        turn.bank.speak(meant.language)
    if meant.intent == CANCEL and meant.acts:
        turn.notes.append(turn.words.say("manners", "nothing_to_cancel"))
        return turn.begin("menu")
    if meant.flow and meant.acts:
        return turn.begin(meant.flow, facts.given(meant))
    return _mended(turn, inbound, meant)


def _mended(turn: Telling, inbound: Inbound, meant: Understood) -> Reply:
    """Ask which story was meant, offer a person, or say in the menu that it was not understood."""
    said, misses = _unread(turn, inbound), turn.talk.misses
    if repair.says_anything(inbound.text):
        mending = repair.mend(
            meant,
            inbound.text,
            misses=misses,
            known=turn.bank.known,
            country=turn.bank.country,
        )
        if mending.asks:
            turn.outcome = mending.kind
            return turn.begin("clarify", mending.given)
        said = mending.kind
    if not said or (turn.talk.last_reply is None and not inbound.media):
        return turn.begin("menu")  # whoever writes for the first time is welcomed
    turn.outcome = said
    turn.notes.append(turn.words.say("manners", said))
    reply = turn.begin("menu")
    turn.talk.misses = misses + 1  # the menu waits for the same words again
    return reply


def _unread(turn: Telling, inbound: Inbound) -> str:
    """Return which words tell kindly what cannot be read here; none where nothing was sent."""
    if inbound.text.strip():
        return "not_understood"
    if any(file.content_type.startswith(VOICE) for file in inbound.media):
        return "no_voice"
    return "no_media" if inbound.media or turn.bank.takes_pictures else ""
