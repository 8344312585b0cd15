"""USSD, carried by Nalo Solutions (Ghana).

``MSGTYPE`` is true for the first dial and, in our answer, for a session that goes on. Some accounts
are sent no ``SESSIONID``: their sessions are told by who dials, and a new one by ``MSGTYPE``.
"""

from channels.message import Answer
from channels.ussd_gateway import Call, Press, Screen, UssdGateway, as_json, number_of


class NaloUssd(UssdGateway):
    """An extension at Nalo. Nothing in its calls tells a press from a repeat."""

    provider = "nalo"

    def heard(self, call: Call) -> Press | None:
        """Return the press; the first one's text is what was dialled, or nothing."""
        phone = number_of(call, "MSISDN")
        return Press(
            call.get("SESSIONID") or self.token("nobody's session", phone),
            phone,
            to=call.get("USERDATA") if call.is_true("MSGTYPE") else "",
            text=call.get("USERDATA"),
            opens=call.is_true("MSGTYPE"),
        )

    def shown(self, call: Call, screen: Screen) -> Answer:
        """Return a screen beside what the gateway sent."""
        return as_json(
            USERID=call.get("USERID"),
            MSISDN=call.get("MSISDN"),
            USERDATA=call.get("USERDATA"),
            MSG=screen.text,
            MSGTYPE=not screen.ends,
        )
