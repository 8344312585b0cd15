"""USSD, carried by Infobip: ``POST session/<id>/start``, ``PUT session/<id>/response`` or ``end``.

The session stands in the path, after our secret. The call that ends one names no phone, so it is
acknowledged and nothing more: what a dropped session left is told when its customer dials again.
"""

from urllib.parse import unquote

from channels.message import Answer
from channels.ussd_gateway import Call, Ended, Press, Screen, UssdGateway, as_json, number_of

TAKEN = 200


class InfobipUssd(UssdGateway):
    """A short code at Infobip. Nothing in its calls tells a press from a repeat."""

    provider = "infobip"

    def heard(self, call: Call) -> Press | Ended | None:
        """Return the press, or the end; which of them the path tells."""
        parts = call.rest.strip("/").split("/")
        if len(parts) != 3 or parts[0] != "session":
            return None
        session, phone = unquote(parts[1]), number_of(call, "msisdn")
        match parts[2]:
            case "start" | "response" as kind:
                code, text = call.get("shortCode"), call.get("text")
                return Press(session, phone, to=code, text=text, opens=kind == "start")
            case "end":
                return Ended(session, phone, completed=call.get("exitCode") == str(TAKEN))
        return None

    def shown(self, call: Call, screen: Screen) -> Answer:  # noqa: ARG002 - others echo it
        """Return a screen, and whether it is the last."""
        return as_json(
            shouldClose=screen.ends,
            ussdMenu=screen.text,
            responseExitCode=TAKEN,
            responseMessage="",
        )

    def acknowledged(self, call: Call) -> Answer:  # noqa: ARG002 - others echo it
        """Return that the end was taken."""
        return as_json(responseExitCode=TAKEN, responseMessage="")
