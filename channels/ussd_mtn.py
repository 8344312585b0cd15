"""USSD, carried by MTN itself (MADAPI, USSD API 1.0.0).

The published definition of the answer requires ``outboundResponse`` and describes
``inboundResponse``; both are sent, with the same words.
"""

from typing import ClassVar

from channels.message import Answer
from channels.ussd_gateway import Call, Ended, Press, Screen, UssdGateway, as_json, number_of

BEGIN, CONTINUE, END, CANCEL, TIMEOUT = "0", "1", "2", "4", "5"
TAKEN = "0000"


class MtnUssd(UssdGateway):
    """A service code at MTN. Nothing in its calls tells a press from a repeat."""

    provider = "mtn"
    _over: ClassVar = {END: True, CANCEL: False, TIMEOUT: False}

    def heard(self, call: Call) -> Press | Ended | None:
        """Return the press, or the end; a notification means nothing to us."""
        session, phone = call.get("sessionId"), number_of(call, "msisdn")
        kind = call.get("messageType")
        if kind in self._over:
            return Ended(session, phone, completed=self._over[kind])
        if kind not in {BEGIN, CONTINUE}:
            return None
        return Press(
            session,
            phone,
            to=call.get("serviceCode"),
            text=call.get("ussdString"),
            opens=kind == BEGIN,
        )

    def shown(self, call: Call, screen: Screen) -> Answer:
        """Return a screen in the envelope of MTN's interfaces."""
        session = call.get("sessionId")
        return as_json(
            statusCode=TAKEN,
            statusMessage="",
            transactionId=self.token("transaction", session, call.get("ussdString"))[:32],
            data={
                "inboundResponse": screen.text,
                "outboundResponse": screen.text,
                "userInputRequired": not screen.ends,
                "messageType": int(END if screen.ends else CONTINUE),
                "serviceCode": call.get("serviceCode"),
                "msisdn": call.get("msisdn"),
            },
            _link={"self": {"href": ""}},
        )
