"""The few words every channel shares: what came in, and what goes back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol, runtime_checkable

Channel = Literal["whatsapp", "sms", "ussd"]


@dataclass(frozen=True, slots=True)
class Hook:
    """One webhook call, stripped of any web framework.

    ``url`` is the public one that the provider called (``PUBLIC_BASE_URL`` + path + query),
    ``headers`` have lower-case names, ``form`` keeps repeated fields and those of the query,
    ``body`` is what came over the wire, ``secret`` is the one in the path, if any, and ``rest`` is
    what the path goes on with after it.
    """

    url: str
    form: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    secret: str = field(default="", repr=False)
    remote: str = ""
    method: str = "POST"
    rest: str = ""

    def json(self) -> object:
        """Return what the body says as JSON; None when it is none. Never raises."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def get(self, name: str, default: str = "") -> str:
        """Return the first value of a form field."""
        values = self.form.get(name)
        return values[0] if values else default


@dataclass(frozen=True, slots=True)
class Media:
    """A file a customer sent, still at the provider."""

    url: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Inbound:
    """One thing a customer said. Its text may be a secret, so it never shows in a repr."""

    channel: Channel
    provider: str
    id: str
    address: str
    """E.164, or a WhatsApp business-scoped id such as ``KE.1349...``."""
    to: str
    text: str = field(default="", repr=False)
    choice: str = field(default="", repr=False)
    """The payload of the button or list row that was tapped (see ``Option``); else empty."""
    session: str = ""
    """USSD: the gateway's session id."""
    opens: bool = False
    """USSD: the first callback of a session."""
    media: tuple[Media, ...] = ()
    profile_name: str = ""
    opt: Literal["", "stop", "start", "help"] = ""
    """The provider itself has acted on STOP, START or HELP and has answered: we must not."""
    sent_at: datetime | None = None
    """When the customer sent it, where the provider says so."""
    user_id: str = ""
    """The provider's lasting id of the person, where it gives one beside the number."""
    reply_to: str = ""
    """The provider's id of the message of ours that this answers, where it says so."""


class Status(StrEnum):
    """The ladder of an outgoing message. It only moves forward; failed ends it unless delivered."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


class Fate(StrEnum):
    """What to do about a message that the provider did not take."""

    RETRY = "retry"
    THROTTLE = "throttle"
    PERMANENT = "permanent"
    OTHER_CHANNEL = "other_channel"
    TEMPLATE = "template"
    OPTED_OUT = "opted_out"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The provider's word on a message we sent."""

    provider: str
    message_id: str
    status: Status
    code: str = ""
    """The provider's error code, when it failed."""
    fate: Fate | None = None
    """What the failure calls for, when it failed; the same words as ``SendFailed``."""
    ours: str = ""
    """Our own id of the message, where the provider hands it back."""


@dataclass(frozen=True, slots=True)
class SessionEnd:
    """The gateway's word that a USSD session is over. Never a business confirmation."""

    provider: str
    session: str
    address: str
    completed: bool


@dataclass(frozen=True, slots=True)
class OptOut:
    """The provider's word that somebody wants no more messages from us."""

    provider: str
    channel: Channel
    address: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The provider's word that somebody has another number now: the old one is theirs no more."""

    provider: str
    channel: Channel
    id: str
    address: str
    """The old one."""


Heard = Inbound | Receipt | SessionEnd | OptOut | Moved


@dataclass(frozen=True, slots=True)
class Option:
    """One thing the customer may pick: a stable key, and a label in their language."""

    key: str
    label: str
    hint: str = ""
    """A second line, where the channel has room for one."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What we say back, before any channel has dressed it."""

    text: str
    options: tuple[Option, ...] = ()
    nav: tuple[Option, ...] = ()
    """Ways out that keypad channels show: keys ``back`` (0), ``menu`` (00), ``more`` (98)."""
    ends: bool = False
    turn: int = 0
    """The turn of the conversation this prompt belongs to; buttons carry it as ``key@turn``."""
    button: str = ""
    """The label of the button that opens a list, in the customer's language."""


MARKS = range(0xE000, 0xF900)
"""The characters that Unicode leaves to private use: they stand in for facts in templates."""


def is_mark(text: str) -> bool:
    """Return whether a text stands in for a fact, where the template of a notice is made."""
    return bool(text) and ord(text[0]) in MARKS


@dataclass(frozen=True, slots=True)
class Notice:
    """Words the bank sends of its own accord, as a provider's template needs them.

    ``body`` has ``{{1}}``, ``{{2}}`` ... where ``values`` belong.
    """

    name: str
    language: str
    body: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message on its way to a customer."""

    id: str
    to: str
    reply: Reply
    notice: Notice | None = None
    in_window: bool = True
    """WhatsApp: the customer wrote within 24 hours, so free words are allowed."""
    media: str = field(default="", repr=False)
    """WhatsApp, within these hours: the address of a file that goes along. It is a key to it."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider took it."""

    provider_id: str
    segments: int = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """The body of an HTTP response, ready to hand to the provider."""

    body: str
    mimetype: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=dict)


class SendFailed(Exception):
    """The provider did not take our message; the error itself knows its fate."""

    def __init__(
        self, code: str, *, fate: Fate, after: float | None = None, pair: bool = False
    ) -> None:
        super().__init__(code)
        self.code = code
        self.fate = fate
        self.after = after
        self.pair = pair
        """Whether this one contact was sent too much, while others may be sent to."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a number may write to one contact: so many at once, and one more every so often."""

    seconds: float = 0.0
    """What has to pass for one more; 0 when only the number's own rate counts."""
    burst: int = 1
    """How many may go at once, after a long silence."""


@runtime_checkable
class Marker(Protocol):
    """A number that can show a customer that it has read them, and that an answer is written."""

    def mark(self, message_id: str) -> None:
        """Mark a customer's message as read, and show that somebody writes an answer.

        ``message_id`` is the provider's own. What is shown goes away with the answer, or by itself.

        :raises SendFailed: if the provider did not take it
        """


class Door(Protocol):
    """How a provider's calls come in."""

    provider: str

    def is_genuine(self, hook: Hook) -> bool:
        """Return whether the provider itself made this call. Never raises on hostile input."""

    def read(self, hook: Hook) -> list[Heard]:
        """Return what the call means; an empty list when it means nothing to us."""

    def answer(self, reply: Reply | None, page: int = 0) -> Answer:
        """Return the HTTP answer: the screen on USSD, an empty acknowledgement elsewhere."""


@runtime_checkable
class Greeter(Protocol):
    """A door whose provider asks, before it first calls, whether the address is ours."""

    def greet(self, hook: Hook) -> Answer | None:
        """Return what it wants to hear; None when it is not the provider who asks."""


@runtime_checkable
class Echo(Protocol):
    """A door whose answer repeats what it was called with, such as the session and the number."""

    def answer_to(self, hook: Hook, reply: Reply | None, page: int = 0) -> Answer:
        """Return the HTTP answer to this call; see ``Door.answer``."""


class Sender(Protocol):
    """How messages go out from one of our numbers."""

    key: str
    """``provider:channel:number``, unique; the outbox is drained per key."""
    channel: Channel
    provider: str
    number: str
    rate: float
    """Messages a second that the number may send."""
    pace: Pace
    """How often it may write to one contact."""

    def send(self, message: Outgoing) -> Sent:
        """Hand the message to the provider.

        :raises SendFailed: if it was not taken
        """
