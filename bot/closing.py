"""The end of a turn: what is kept of it, what is owed for it, and what may be shown of it."""

from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from uuid import UUID

from bot import masks
from bot.feelings import feel_turn
from bot.interrupted import note_context
from bot.telling import Telling
from channels.message import Reply
from core import pii
from core.crm import media, turns
from core.crm.case_words import without_secrets
from core.crm.turns import Closing, Stand
from core.store.crashpoints import reached
from flows.story import Listen

STORY_RESTS_AFTER = timedelta(minutes=10)
PATIENT_RESTS_AFTER = timedelta(hours=24)
CALL_WAITS = timedelta(seconds=4)


@dataclass(frozen=True, slots=True)
class Walked:
    """What came of a turn. It holds no secret: traces and metrics are made of it."""

    reply: Reply | None
    page: int
    channel: str
    address: str
    flow: str
    before: str
    after: str
    outcome: str
    said: str
    secret: bool
    correlation: str
    language: str
    call: object | None = field(default=None, repr=False)
    case: UUID | None = None
    """The case that was spoken to."""

    def trace(self) -> dict[str, object]:
        """Return what the simulator may show of it."""
        facts = {one.name: getattr(self, one.name) for one in fields(self)}
        reply = None if self.reply is None else masks.dump_reply(self.reply)
        del facts["case"]
        return facts | {"reply": reply, "call": self.call is not None}


def close(turn: Telling, reply: Reply | None, *, failed: bool = False) -> Walked:
    """Write down everything the turn leaves behind. None says nothing to the customer."""
    talk, now = turn.talk, turn.unit.now
    waits = turn.call is not None
    if reply is not None and not (reply.text or reply.options or turn.notes):
        reply = None  # a person answers
    if reply is not None and not turn.held:
        reply = _prompted(turn, reply)
    talk.language, talk.language_chosen = turn.bank.language, turn.bank.language_chosen
    if talk.flow is not None and not turn.held:
        told = turn.catalog.stories.get(talk.flow)
        patient = turn.waits_long or (told is not None and told.patient)
        talk.expires_at = now + (PATIENT_RESTS_AFTER if patient else STORY_RESTS_AFTER)
    spoken = None if waits else reply
    said = _loggable(turn)
    turns.close_turn(
        turn.unit,
        talk,
        Closing(
            provider=turn.event.provider,
            provider_id=turn.event.id,
            said_id=turn.said_id,
            said=said,
            said_type=_kind(turn),
            media_url=_first_media(turn),
            ours=turn.event.inbound is None,
            reply=None if spoken is None else masks.dump_reply(spoken),
            reply_text="" if spoken is None else masks.shown(spoken),
            answered_in_response=spoken is not None and turn.event.channel == "ussd",
            inbox_state="calling" if waits else "failed" if failed else "done",
            deadline=now + CALL_WAITS if waits else None,
            customer_id=turn.bank.customer_id,
            before=_found(turn),
            after=_stands(turn),
            seconds=_waited(turn),
            exit_reason=_exit_reason(turn, failed=failed),
            intent=turn.intent,
            outcome=turn.outcome or "went on",
        ),
    )
    note_context(turn)
    feel_turn(turn, said)
    reached("turn.closed")
    _keep_media(turn)
    _keep_answering(turn)
    if spoken is not None and turn.event.channel != "ussd":
        turn.reply_id = turn.owe(spoken)
        reached("turn.reply_queued")
    return _walked(turn, reply, said)


def _prompted(turn: Telling, reply: Reply) -> Reply:
    """Keep a reply as the prompt the customer sees next, and return it with all that is said."""
    talk, now = turn.talk, turn.unit.now
    talk.turn += 1
    text = "\n".join(part for part in (*turn.notes, reply.text) if part)
    reply = replace(reply, text=text, turn=talk.turn)
    if turn.outcome != "more":
        talk.page = 0
    # After a crossed message the next one is judged by itself, or a wrong clock would shut us out.
    talk.prompted_at = None if turn.outcome == "crossed" else now
    talk.last_reply = masks.dump_reply(reply)
    if turn.paid is not None and turn.event.channel == "ussd":
        # Told again when the customer dials and the gateway has not said that this screen was read.
        talk.outcome = {**turn.paid, "at": now.isoformat()}
    return reply


def _loggable(turn: Telling) -> str:
    """Return what the log keeps of the customer's words: never a PIN, a code or a card number.

    Of somebody who is no customer nothing personal is kept at all: nobody needs it.
    """
    inbound, first = turn.event.inbound, turn.first
    if inbound is None:
        return ""
    said = inbound.text or inbound.choice.rsplit("@", 1)[0]
    said = pii.mask_cards(said) if turn.bank.known else pii.mask(said)
    # Where the story changed, or is not known here, what was seen may have asked for a secret.
    unsure = turn.held or not turn.hears
    if unsure or turn.proof is not None or (first is not None and first.secret):
        return masks.hide(said)
    if turn.bank.spoken_to is not None:
        return without_secrets(said)
    answered = first is not None and first.loggable and first.understood
    return said if answered and turn.stood.flow else masks.hide_short_numbers(said)


def _kind(turn: Telling) -> str:
    if turn.event.inbound is None:
        return "text"
    if turn.event.inbound.media:
        return "media"
    return "interactive" if turn.event.inbound.choice else "text"


def _first_media(turn: Telling) -> str | None:
    files = turn.event.inbound.media if turn.event.inbound else ()
    return files[0].url if files else None


def _keep_media(turn: Telling) -> None:
    """Note the files that came, also with the case they were sent to."""
    for file in turn.event.inbound.media if turn.event.inbound else ():
        kept = media.expect(
            turn.unit,
            message_id=turn.said_id,
            provider=turn.event.provider,
            url=file.url,
            content_type=file.content_type,
        )
        if kept is not None:
            turn.bank.attach(kept)
            turn.bank.take_page(kept)


def _keep_answering(turn: Telling) -> None:
    """Note who answers from now on, where that changed: a person, or the bot again."""
    if _on_line(turn, _stands(turn)):
        turn.bank.let_person_answer()
    elif _on_line(turn, turn.stood):
        turn.bank.let_bot_answer()


def _on_line(turn: Telling, stand: Stand) -> bool:
    story = turn.catalog.stories.get(stand.flow or "")
    return story is not None and isinstance(story.step_at(stand.step or ""), Listen)


def _stands(turn: Telling) -> Stand:
    """Return where the customer was left, also when the story ended there."""
    if turn.talk.flow is None and turn.ended is not None:
        return turn.ended
    return Stand(turn.talk.flow, turn.talk.flow_version, turn.talk.state)


def _found(turn: Telling) -> Stand:
    """Return where the customer stood; between stories, the story begun and no step."""
    if turn.stood.flow is not None:
        return turn.stood
    begun = _stands(turn)
    return Stand(begun.flow, begun.version)


def _waited(turn: Telling) -> int | None:
    """Return how many whole seconds the customer took to answer, where anything was asked."""
    if turn.prompted_at is None or turn.stood.flow is None:
        return None
    return max(0, int((turn.unit.now - turn.prompted_at).total_seconds()))


def _exit_reason(turn: Telling, *, failed: bool) -> str | None:
    """Return why the customer left the story they stood in, or None when they are still in it."""
    stood, after = turn.stood, _stands(turn)
    if stood.flow is None:
        return None
    if failed or turn.exit_reason:
        return "broken" if failed else turn.exit_reason
    if turn.ended is not None and turn.ended.flow == stood.flow:
        return "refused" if turn.refused else "ended"
    if after.flow == stood.flow:
        return None
    laid_aside = any(kept["flow"] == stood.flow for kept in turn.talk.stack)
    return "aside" if laid_aside else "became"


def _named(stand: Stand) -> str:
    return f"{stand.flow or 'none'}.{stand.step or 'none'}"


def _walked(turn: Telling, reply: Reply | None, said: str) -> Walked:
    return Walked(
        reply=reply,
        page=turn.talk.page,
        channel=turn.event.channel,
        address=turn.event.address,
        flow=turn.stood.flow or turn.talk.flow or "none",
        before=_named(turn.stood),
        after=_named(_stands(turn)),
        outcome=turn.outcome,
        said=said,
        secret=turn.first is not None and turn.first.secret,
        correlation=turn.unit.correlation,
        language=turn.talk.language,
        call=turn.call,
        case=turn.bank.spoken_to,
    )
