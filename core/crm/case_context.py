"""What the bot knew when a case was opened in a conversation: for whoever takes it, and to go on.

What was said in the story that was interrupted stands sealed, and is never a secret: stories are
told none. What was said in the chat itself stays in ``messages`` and is found from here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from core.crm import case_words
from core.store.unit import Row, Unit, jsonb
from core.store.words import opened_content

SAID = "case_contexts.said"
TRANSCRIPT = 20
"""Messages of the chat that belong to what was known."""
STUCK_WITHIN = timedelta(hours=1)
"""How far back it is looked for where the customer got stuck."""
WINDOW = timedelta(hours=24)
"""How long after a customer's last message WhatsApp takes free words."""
NOT_UNDERSTOOD = "not_"
"""How the codes of what could not be read begin."""
USUAL = (
    "went on", "ended", "more", "cancelled", "stop", "start", "held", "broken", "crossed", "moved",
    "timed_out", "handed_over", "handed_back", "clarify", "offered_person", "out_of_scope",
)  # fmt: skip
"""Outcomes of turns that refused nothing."""

Trail = Sequence[tuple[str, Mapping[str, str]]]


@dataclass(frozen=True, slots=True)
class Left:
    """A story that was interrupted: where it stood, what had been said in it, and on which way."""

    flow: str
    version: int
    step: str
    slots: Mapping[str, str] = field(default_factory=dict, repr=False)
    trail: Trail = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a conversation in which a case was just opened.

    ``guesses`` are intents with how sure each is, best first; ``feeling`` a kind and its score.
    ``taken_up`` says that the interrupted story goes on in this very turn.
    """

    conversation: UUID
    channel: str
    language: str
    last_inbound_at: datetime | None
    left: Left | None = None
    taken_up: bool = False
    guesses: Sequence[tuple[str, float]] = ()
    feeling: tuple[str, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseContext:
    """What was known, as people at the desk and the bot read it."""

    case: UUID
    conversation: UUID
    at: datetime
    channel: str
    language: str
    window_ends_at: datetime | None
    left: Left | None
    """What was interrupted. Without slots and trail once these are forgotten."""
    taken_up_at: datetime | None
    intent: str | None
    guesses: tuple[tuple[str, float], ...]
    feeling: str | None
    feeling_score: float | None
    not_understood: int
    """How often in the last hour the customer was not understood."""
    refused: tuple[str, ...]
    """The codes of what the bank would not do in that hour, in their order."""

    @property
    def waits(self) -> bool:
        """Whether what was interrupted has not been gone on with yet."""
        return self.left is not None and self.taken_up_at is None

    @property
    def summary(self) -> Mapping[str, object]:
        """What a page makes a sentence of: what was wanted, how far it came, where it got stuck.

        ``said`` is what of it staff may read, masked as words are.
        """
        left = self.left
        return {
            "wanted": left.flow if left is not None else self.intent or "",
            "step": "" if left is None else left.step,
            "passed": [] if left is None else [at for at, _ in left.trail],
            "said": {} if left is None else case_words.told(left.slots),
            "not_understood": self.not_understood,
            "refused": list(self.refused),
            "feeling": self.feeling or "",
            "went_on": self.taken_up_at is not None,
        }


@dataclass(frozen=True, slots=True)
class Line:
    """A message of the chat up to the moment a case was opened."""

    id: UUID
    at: datetime
    by: str
    """``customer`` or ``bot``."""
    words: str = field(repr=False)


def note(unit: Unit, *, case: UUID, known: Known) -> None:
    """Write down what is known with a case that was just opened. Once it stands, it stays."""
    left = known.left
    stuck = _stuck(unit, known.conversation)
    over = None
    if known.channel == "whatsapp" and known.last_inbound_at is not None:
        over = known.last_inbound_at + WINDOW
    unit.run(
        """
        insert into case_contexts (case_id, conversation_id, noted_at, channel, language,
            window_ends_at, flow, flow_version, step, said, taken_up_at, intent, guesses, feeling,
            feeling_score, not_understood, refused)
        values (%(case)s, %(conversation)s, %(now)s, %(channel)s, %(language)s, %(over)s, %(flow)s,
            %(version)s, %(step)s, %(said)s, %(taken_up_at)s, %(intent)s, %(guesses)s, %(feeling)s,
            %(score)s, %(not_understood)s, %(refused)s)
        on conflict (case_id) do nothing
        """,
        case=case,
        conversation=known.conversation,
        channel=known.channel,
        language=known.language,
        over=over,
        flow=None if left is None else left.flow,
        version=None if left is None else left.version,
        step=None if left is None else left.step,
        said=None if left is None else _sealed(unit, left, case),
        taken_up_at=unit.now if left is not None and known.taken_up else None,
        intent=known.guesses[0][0] if known.guesses else None,
        guesses=jsonb([list(one) for one in known.guesses]),
        feeling=None if known.feeling is None else known.feeling[0],
        score=None if known.feeling is None else known.feeling[1],
        not_understood=sum(code.startswith(NOT_UNDERSTOOD) for code in stuck),
        refused=[code for code in stuck if not code.startswith(NOT_UNDERSTOOD)],
        now=unit.now,
    )


def of(unit: Unit, case: UUID) -> CaseContext | None:
    """Return what was known when a case was opened; None for one that no conversation opened."""
    row = unit.maybe("select * from case_contexts where case_id = %(case)s", case=case)
    return None if row is None else _read(unit, row)


def transcript(unit: Unit, context: CaseContext, *, limit: int = TRANSCRIPT) -> list[Line]:
    """Return the last messages of the chat up to the moment the case was opened, oldest first."""
    rows = unit.all(
        """
        select id, created_at, is_inbound, content from messages
        where conversation_id = %(conversation)s and created_at <= %(at)s
        order by created_at desc, is_inbound, id desc limit %(limit)s
        """,
        conversation=context.conversation,
        at=context.at,
        limit=min(limit, TRANSCRIPT),
    )
    return [
        Line(
            row.id,
            row.created_at,
            "customer" if row.is_inbound else "bot",
            opened_content(unit, row.content, row.id) or "",
        )
        for row in reversed(rows)
    ]


def taken_up(unit: Unit, conversation: UUID, flow: str) -> None:
    """Note that what was interrupted in a conversation goes on, so that it never does so twice."""
    unit.run(
        """
        update case_contexts set taken_up_at = %(now)s
        where conversation_id = %(conversation)s and flow = %(flow)s and taken_up_at is null
        """,
        conversation=conversation,
        flow=flow,
        now=unit.now,
    )


def _stuck(unit: Unit, conversation: UUID) -> list[str]:
    """Return the codes of what was refused or not understood lately, in their order."""
    rows = unit.all(
        """
        select outcome from interactions
        where conversation_id = %(conversation)s and date > %(since)s
            and outcome <> all(%(usual)s)
        order by date desc, id desc limit 20
        """,
        conversation=conversation,
        since=unit.now - STUCK_WITHIN,
        usual=list(USUAL),
    )
    return [row.outcome for row in reversed(rows)]


def _sealed(unit: Unit, left: Left, case: UUID) -> bytes:
    said: dict[str, Any] = {
        "slots": dict(left.slots),
        "trail": [[step, dict(slots)] for step, slots in left.trail],
    }
    return unit.keys.seal_json(said, field=SAID, row=case)


def _read(unit: Unit, row: Row) -> CaseContext:
    left = None
    if row.flow is not None:
        said: dict[str, Any] = {"slots": {}, "trail": []}
        if row.said is not None:
            said = unit.keys.open_json(row.said, field=SAID, row=row.case_id)
        trail = tuple((step, slots) for step, slots in said["trail"])
        left = Left(row.flow, row.flow_version, row.step, said["slots"], trail)
    return CaseContext(
        case=row.case_id,
        conversation=row.conversation_id,
        at=row.noted_at,
        channel=row.channel,
        language=row.language,
        window_ends_at=row.window_ends_at,
        left=left,
        # What is forgotten cannot be gone on with any more.
        taken_up_at=row.taken_up_at or (row.noted_at if left and row.said is None else None),
        intent=row.intent,
        guesses=tuple((intent, confidence) for intent, confidence in row.guesses),
        feeling=row.feeling,
        feeling_score=row.feeling_score,
        not_understood=row.not_understood,
        refused=tuple(row.refused),
    )
