"""USSD, carried by Africa's Talking.

The gateway repeats every earlier input in ``text``, joined by ``*``: PINs too. So the trail never
leaves this file: what goes on is the last input, and an id that is a keyed hash of the trail. No
field tells one press from the next, only that hash does: a repeat has the same trail, a second
``1`` a longer one. An input that itself holds a ``*`` cannot be told from two; the part after its
last ``*`` is taken, whatever the session was doing.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence

from channels.layout import ussd_screen
from channels.message import Answer, Heard, Hook, Inbound, Reply, SessionEnd
from channels.wire import AllowList, clean, phone, same

PROVIDER = "africastalking"
LONGEST_INPUT = 182  # septets the network itself can carry

_SESSION = re.compile(r"[^\s|\x00-\x1f\ud800-\udfff]{1,128}")


class AfricasTalkingUssd:
    """A short code: every screen answers a key press, and none can be pushed.

    ``secret`` is the part of the path that only the gateway knows; it signs nothing. ``allowed``
    are the addresses or networks it may call from, any when empty. ``sorry`` are the last words of
    a session that we cannot go on with.
    """

    provider = PROVIDER

    def __init__(
        self,
        *,
        secret: str,
        signing_key: bytes | str,
        allowed: Sequence[str] = (),
        sorry: str = "Please dial again.",
    ) -> None:
        self._secret = secret
        self._key = signing_key.encode() if isinstance(signing_key, str) else signing_key
        self._allowed = AllowList(allowed)
        self._sorry = Answer(ussd_screen(Reply(sorry[:100], ends=True)))

    def is_genuine(self, hook: Hook) -> bool:
        """Return whether the caller knows the secret path and calls from where it should."""
        return same(hook.secret, self._secret) and self._allowed.allows(hook.remote)

    def read(self, hook: Hook) -> list[Heard]:
        """Return the key press, or the end of the session; neither without session and phone."""
        session, address = hook.get("sessionId"), phone(hook.get("phoneNumber"))
        if not _SESSION.fullmatch(session) or not address:
            return []
        if "text" in hook.form:
            return [self._press(hook, session, address)]
        if status := hook.get("status"):
            completed = status.lower() == "success"
            return [SessionEnd(PROVIDER, session, address, completed=completed)]
        return []

    def answer(self, reply: Reply | None, page: int = 0) -> Answer:
        """Return the screen, at most 160 characters with its ``CON `` or ``END ``."""
        return self._sorry if reply is None else Answer(ussd_screen(reply, page))

    def _press(self, hook: Hook, session: str, address: str) -> Inbound:
        trail = hook.get("text")
        return Inbound(
            channel="ussd",
            provider=PROVIDER,
            id=self._press_id(session, address, trail),
            address=address,
            to=clean(hook.get("serviceCode"), 32),
            text=clean(trail.rpartition("*")[2], LONGEST_INPUT),
            session=session,
            opens=not trail,
        )

    def _press_id(self, session: str, address: str, trail: str) -> str:
        said = f"{session}|{address}|{trail}".encode("utf-8", "surrogatepass")
        return hmac.new(self._key, said, hashlib.sha256).hexdigest()
