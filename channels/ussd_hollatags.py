"""USSD, carried by HollaTags (Nigeria): GET with a query, answered in JSON."""

from typing import ClassVar

from channels.message import Answer, Hook
from channels.ussd_gateway import Call, Ended, Press, Screen, UssdGateway, as_json, number_of

ASKS, TELLS_LAST = 1, 4
"""What our answers say of themselves in ``session_type``."""


class HollaTagsUssd(UssdGateway):
    """A short code at HollaTags. Nothing in its calls tells a press from a repeat."""

    provider = "hollatags"
    _over: ClassVar = frozenset({"end", "abort", "timeout"})

    def call(self, hook: Hook) -> Call:
        """Return the query's fields."""
        return Call({name: hook.get(name) for name in hook.form})

    def heard(self, call: Call) -> Press | Ended | None:
        """Return the press, or the end where the gateway tells it."""
        session, phone = call.get("session_id"), number_of(call, "session_msisdn")
        operation = call.get("session_operation").lower()
        if operation in self._over:
            return Ended(session, phone, completed=operation == "end")
        if operation not in {"begin", "continue"}:
            return None
        return Press(
            session,
            phone,
            to=call.get("session_from"),
            text=call.get("session_msg"),
            opens=operation == "begin",
        )

    def shown(self, call: Call, screen: Screen) -> Answer:
        """Return a screen; a session's id goes back as a number where it is one."""
        session = call.get("session_id")
        return as_json(
            session_operation="end" if screen.ends else "continue",
            session_type=TELLS_LAST if screen.ends else ASKS,
            session_id=int(session) if session.isascii() and session.isdigit() else session,
            session_msg=screen.text,
        )
