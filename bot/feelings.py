"""How a customer's free words sounded, kept with the turn they were said in."""

from bot import masks
from bot.telling import Telling
from core.crm import sentiment
from flows import manners
from flows.story import Ask, Listen
from flows.understanding import feel


def feel_turn(turn: Telling, said: str) -> None:
    """Keep how a message sounded: one row, in the turn's own transaction, after it is closed.

    ``said`` is what the log keeps of the message. Only a customer's own free words are felt: never
    a secret, a command, a tap or the answer to a question, and nothing that a stranger says.
    """
    customer = turn.bank.customer_id
    if customer is None or not turn.bank.known or not _is_free(turn, said):
        return
    felt = feel(said)
    if felt is None:
        return
    sentiment.keep(
        turn.unit,
        customer=customer,
        kind=felt.kind,
        score=felt.score,
        words=said,
        key_phrases=felt.key_phrases,
        case=turn.bank.spoken_to,
        conversation=turn.talk.id,
    )


def _is_free(turn: Telling, said: str) -> bool:
    """Return whether a message is free words, as far as a turn tells."""
    inbound, first = turn.event.inbound, turn.first
    if inbound is None or inbound.choice or inbound.channel == "ussd":
        return False
    if turn.held or turn.proof is not None or (first is not None and first.secret):
        return False
    if not said.strip() or said == masks.HIDDEN or manners.heard(said) is not None:
        return False
    return _asked_nothing(turn) or first is None or not first.understood


def _asked_nothing(turn: Telling) -> bool:
    """Return whether the step that was spoken to takes whatever words, or there was none."""
    story = turn.catalog.told(turn.stood.flow or "", turn.stood.version or 1)
    step = None if story is None else story.step_at(turn.stood.step or "")
    return step is None or isinstance(step, Listen) or (isinstance(step, Ask) and step.free)
