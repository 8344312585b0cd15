"""USSD, carried by Hubtel (Ghana): programmable services.

Each call has a ``Sequence`` within its session, which tells a press from its repeat. What we sent
as ``ClientState`` would come back once; we need none of it. The documents spell ``Type`` in small
letters and the firm's own library in capitals, so both are taken.
"""

from channels.message import Answer
from channels.ussd_gateway import Call, Ended, Press, Screen, UssdGateway, as_json, number_of

LONGEST_LABEL = 30


class HubtelUssd(UssdGateway):
    """A service code at Hubtel."""

    provider = "hubtel"

    def heard(self, call: Call) -> Press | Ended | None:
        """Return a press, or the end by time or by the customer; neither says that it was read."""
        session, phone = call.get("SessionId"), number_of(call, "Mobile")
        match call.get("Type").lower():
            case "initiation" | "response" as kind:
                return Press(
                    session,
                    phone,
                    to=call.get("ServiceCode"),
                    text=call.get("Message"),
                    opens=kind == "initiation",
                    number=call.get("Sequence"),
                )
            case "timeout" | "release":
                return Ended(session, phone)
        return None

    def shown(self, call: Call, screen: Screen) -> Answer:  # noqa: ARG002 - others echo it
        """Return a screen; the label is what an app shows above it."""
        return as_json(
            Type="release" if screen.ends else "response",
            Message=screen.text,
            Label=screen.text.split("\n", 1)[0][:LONGEST_LABEL],
            DataType="display" if screen.ends else "input",
            FieldType="text",
        )

    def acknowledged(self, call: Call) -> Answer:  # noqa: ARG002 - others echo it
        """Return an end without words: nobody reads it."""
        return as_json(Type="release", Message="")
