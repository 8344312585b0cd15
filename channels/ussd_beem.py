"""USSD, carried by Beem Africa (Tanzania).

Mind the names: ``payload.response`` of a call is what the customer typed, and ``payload.request``
of our answer is the screen. ``request_id`` counts the calls of a session.
"""

from channels.message import Answer
from channels.ussd_gateway import Call, Ended, Press, Screen, UssdGateway, as_json, number_of


class BeemUssd(UssdGateway):
    """A short code at Beem."""

    provider = "beem"

    def heard(self, call: Call) -> Press | Ended | None:
        """Return the press, or the end where the gateway tells it."""
        session, phone = call.get("session_id"), number_of(call, "msisdn")
        payload, command = call.part("payload"), call.get("command").lower()
        if command == "terminate":
            return Ended(session, phone)
        if command not in {"initiate", "continue"}:
            return None
        return Press(
            session,
            phone,
            to="",
            text=payload.get("response"),
            opens=command == "initiate",
            number=payload.get("request_id"),
        )

    def shown(self, call: Call, screen: Screen) -> Answer:
        """Return a screen, with the count of the call it answers."""
        return as_json(
            msisdn=call.get("msisdn"),
            operator=call.get("operator"),
            session_id=call.get("session_id"),
            command="terminate" if screen.ends else "continue",
            payload={"request_id": call.part("payload").echo("request_id"), "request": screen.text},
        )
