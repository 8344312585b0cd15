"""USSD, carried by any gateway of the ``CON``/``END`` family: fields in, a line of plain text out.

Advanta, Bonga, Crossgate, MobileSasa, Hellio and gateways written after Safaricom's differ in the
names of their fields and in what the text repeats; Cellulant and Safaricom publish no definition of
theirs. So both are settings: ``ConEnd`` says how one gateway speaks.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from channels.message import Answer, Hook
from channels.ussd_gateway import Call, Press, Presses, Screen, UssdGateway, number_of

LONGEST_TRAIL = 4096

Carries = Literal["trail", "dial_string", "latest"]
"""What stands in the text: all inputs, all inputs after what was dialled, or the latest alone."""


@dataclass(frozen=True, slots=True)
class ConEnd:
    """How one gateway calls: the names of its fields, and what its text carries.

    ``dialled`` is what customers dial, where it is more than the gateway's own code field says: a
    shared code with our extension. ``number`` is a field that counts the calls of a session.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    session: str
    phone: str
    text: str
    carries: Carries
    code: str = ""
    dialled: str = ""
    number: str = ""


class GenericUssd(UssdGateway):
    """A short code at a gateway told by settings. ``name`` is its own, in path and inbox."""

    def __init__(
        self,
        *,
        name: str,
        wire: ConEnd,
        secret: str,
        signing_key: bytes | str,
        presses: Presses,
        allowed: tuple[str, ...] = (),
    ) -> None:
        self.provider = name
        self._wire = wire
        super().__init__(secret=secret, signing_key=signing_key, presses=presses, allowed=allowed)

    def call(self, hook: Hook) -> Call:
        """Return the fields of a query, of a form, or of JSON."""
        if hook.form:
            return Call({name: hook.get(name) for name in hook.form})
        return Call(hook.json())

    def heard(self, call: Call) -> Press | None:
        """Return the press; a call without the field of the text is none."""
        wire = self._wire
        if not call.has(wire.text):
            return None
        session, phone = call.get(wire.session), number_of(call, wire.phone)
        code, said = (
            call.get(wire.code) if wire.code else wire.dialled,
            call.get(wire.text, LONGEST_TRAIL),
        )
        if wire.carries == "latest":
            opens = not said or (said.startswith("*") and said.endswith("#"))
            number = call.get(wire.number) if wire.number else ""
            return Press(session, phone, to=code, text=said, opens=opens, number=number)
        if wire.carries == "dial_string":
            said = _after(said, wire.dialled or code)
        last = said.rpartition("*")[2]
        return Press(session, phone, to=code, text=last, opens=not said, trail=said)

    def shown(self, call: Call, screen: Screen) -> Answer:  # noqa: ARG002 - others echo it
        """Return a screen from byte 0 of plain text."""
        return Answer(f"{'END' if screen.ends else 'CON'} {screen.text}")


def _after(said: str, dialled: str) -> str:
    """Return the inputs after what was dialled; the sign that ends a dial string is none."""
    inputs = said.removesuffix("#")
    code = dialled.removesuffix("#")
    if inputs == code:
        return ""
    return inputs[len(code) + 1 :] if code and inputs.startswith(f"{code}*") else inputs
