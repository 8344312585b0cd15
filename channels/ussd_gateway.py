"""What every other USSD gateway has in common; each one's wire is a file of its own.

None of them signs its calls: a secret stands in the path, and there may be a list of addresses they
call from. Most send the latest input alone. Where a gateway numbers its calls, a press is told
from a repeat by that number. Where it does not, ``Presses`` says which press of the session it is.

Neither a session's earlier inputs nor the id of a press tells what was pressed: the id is a keyed
hash. A PIN leaves an adapter as the last input and nowhere else.
"""

import hashlib
import hmac
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from channels.layout import ussd_screen
from channels.message import Answer, Heard, Hook, Inbound, Reply, SessionEnd
from channels.wire import AllowList, clean, phone, same

LONGEST_INPUT = 182  # septets the network itself can carry
LONGEST_FIELD = 256

_SESSION = re.compile(r"[^\s|\x00-\x1f\ud800-\udfff]{1,128}")
_ENDS, _VERB = "END ", 4


class Presses(Protocol):
    """Remembers what was pressed last in a session. It is told keyed hashes alone."""

    def number(self, session: bytes, press: bytes) -> int:
        """Return which press of its session this is; a repeat has the number of the first."""

    def answered(self, session: bytes) -> None:
        """Note that the last press of a session is answered now."""


class Call:
    """What a gateway's call says, whatever it is made of. Nothing in it is to be trusted."""

    def __init__(self, said: object, *, rest: str = "") -> None:
        self._said: Mapping[object, object] = said if isinstance(said, dict) else {}
        self.rest = rest

    def get(self, name: str, longest: int = LONGEST_FIELD) -> str:
        """Return a field as text: numbers are spelt; empty where there is nothing to be said."""
        value = self._said.get(name)
        if isinstance(value, str):
            return clean(value, longest)
        return str(value) if isinstance(value, int) and abs(value) < 10**20 else ""

    def is_true(self, name: str) -> bool:
        """Return whether a field is true, written as JSON does or as text."""
        return self.get(name).lower() in {"true", "1"}

    def has(self, name: str) -> bool:
        """Return whether there is such a field."""
        return name in self._said

    def echo(self, name: str) -> object:
        """Return a field as it may be sent back: text and numbers, anything else as text."""
        value = self._said.get(name)
        return value if isinstance(value, bool | int) else self.get(name)

    def part(self, name: str) -> "Call":
        """Return what stands within a field."""
        return Call(self._said.get(name))


@dataclass(frozen=True, slots=True)
class Press:
    """One key press, as a gateway tells it. ``number`` is the gateway's own, if it gives one.

    ``trail`` is all that was pressed in the session, where the gateway repeats it.
    """

    session: str
    phone: str
    to: str
    text: str = field(default="", repr=False)
    opens: bool = False
    number: str = ""
    trail: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Ended:
    """A session that is over. Without a phone it is nobody's, and is only acknowledged."""

    session: str
    phone: str = ""
    completed: bool = False


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen, at most 156 septets."""

    text: str
    ends: bool


class UssdGateway(ABC):
    """A short code behind a gateway: every screen answers a key press, and none can be pushed.

    ``secret`` is the part of the path that only the gateway knows, ``allowed`` are the addresses
    or networks it may call from, any when empty, and ``sorry`` are the last words of a session that
    we cannot go on with.
    """

    provider: str = ""

    def __init__(
        self,
        *,
        secret: str,
        signing_key: bytes | str,
        presses: Presses,
        allowed: Sequence[str] = (),
        sorry: str = "Please dial again.",
    ) -> None:
        self._secret = secret
        self._key = signing_key.encode() if isinstance(signing_key, str) else signing_key
        self._presses = presses
        self._allowed = AllowList(allowed)
        self._sorry = _screen(Reply(sorry[:100], ends=True))

    @abstractmethod
    def heard(self, call: Call) -> Press | Ended | None:
        """Return what a call means; None when it means nothing to us."""

    @abstractmethod
    def shown(self, call: Call, screen: Screen) -> Answer:
        """Return a screen as the gateway takes it."""

    def acknowledged(self, call: Call) -> Answer:
        """Return what a gateway hears to the end of a session."""
        return self.shown(call, Screen("", ends=True))

    def call(self, hook: Hook) -> Call:
        """Return what was sent; JSON unless a gateway says otherwise."""
        return Call(hook.json(), rest=hook.rest)

    def is_genuine(self, hook: Hook) -> bool:
        """Return whether the caller knows the secret path and calls from where it should."""
        return same(hook.secret, self._secret) and self._allowed.allows(hook.remote)

    def read(self, hook: Hook) -> list[Heard]:
        """Return the key press, or the end of the session; neither without session and phone."""
        match self._meant(self.call(hook)):
            case Press() as press:
                return [self._inbound(press)]
            case Ended(phone=address) as end if address:
                return [SessionEnd(self.provider, end.session, address, completed=end.completed)]
        return []

    def answer(self, reply: Reply | None, page: int = 0) -> Answer:
        """Return a screen for a call that is not known; it echoes nothing."""
        return self._told(Call(None), reply, page)

    def answer_to(self, hook: Hook, reply: Reply | None, page: int = 0) -> Answer:
        """Return the screen that answers this call, or the acknowledgement of an end."""
        call = self.call(hook)
        meant = self._meant(call)
        if isinstance(meant, Ended):
            return self.acknowledged(call)
        if reply is not None and isinstance(meant, Press) and _is_counted(meant):
            self._presses.answered(self._hashed("session", meant.session, meant.phone))
        return self._told(call, reply, page)

    def token(self, *parts: str) -> str:
        """Return a keyed hash of these parts, to stand for what must not be told."""
        return self._hashed(*parts).hex()

    def _meant(self, call: Call) -> Press | Ended | None:
        meant = self.heard(call)
        if meant is None or not _SESSION.fullmatch(meant.session):
            return None
        return meant if meant.phone or isinstance(meant, Ended) else None

    def _told(self, call: Call, reply: Reply | None, page: int) -> Answer:
        return self.shown(call, self._sorry if reply is None else _screen(reply, page))

    def _inbound(self, press: Press) -> Inbound:
        return Inbound(
            channel="ussd",
            provider=self.provider,
            id=self._press_id(press),
            address=press.phone,
            to=clean(press.to, 32),
            text="" if press.opens else clean(press.text, LONGEST_INPUT),
            session=press.session,
            opens=press.opens,
        )

    def _press_id(self, press: Press) -> str:
        where = (press.session, press.phone)
        if press.trail is not None:
            return self.token("trail", *where, press.trail)
        number = press.number
        if _is_counted(press):
            pressed = self._hashed("press", *where, "opens" if press.opens else "", press.text)
            number = str(self._presses.number(self._hashed("session", *where), pressed))
        return self.token("press", *where, number, "opens" if press.opens else "", press.text)

    def _hashed(self, *parts: str) -> bytes:
        # Lengths stand between the parts: no two lists of them are written alike.
        said = "".join(f"{len(part)}:{part}" for part in (self.provider, *parts))
        return hmac.new(self._key, said.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()


def as_json(**facts: object) -> Answer:
    """Return an answer in JSON."""
    return Answer(json.dumps(facts, ensure_ascii=False), "application/json")


def number_of(call: Call, *names: str) -> str:
    """Return the phone number in the first of these fields that holds one; else nothing."""
    return next(filter(None, (phone(call.get(name)) for name in names)), "")


def _is_counted(press: Press) -> bool:
    """Return whether nothing in the call tells a press from its repeat."""
    return press.trail is None and not press.number


def _screen(reply: Reply, page: int = 0) -> Screen:
    screen = ussd_screen(reply, page)
    return Screen(screen[_VERB:], ends=screen.startswith(_ENDS))
