"""USSD, carried by Arkesel (Ghana)."""

from channels.message import Answer
from channels.ussd_gateway import Call, Press, Screen, UssdGateway, as_json, number_of


class ArkeselUssd(UssdGateway):
    """An extension at Arkesel. Nothing in its calls tells a press from a repeat."""

    provider = "arkesel"

    def heard(self, call: Call) -> Press | None:
        """Return the press; the first one's text is what was dialled."""
        opens = call.is_true("newSession")
        return Press(
            call.get("sessionID"),
            number_of(call, "msisdn"),
            to=call.get("userData") if opens else "",
            text=call.get("userData"),
            opens=opens,
        )

    def shown(self, call: Call, screen: Screen) -> Answer:
        """Return a screen beside the session it belongs to."""
        return as_json(
            sessionID=call.get("sessionID"),
            userID=call.get("userID"),
            msisdn=call.get("msisdn"),
            message=screen.text,
            continueSession=not screen.ends,
        )
