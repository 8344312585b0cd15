"""An untranslated refusal: the till may be closed, and nobody says so in French."""

from core.errors import Refusal
from flows.check import Fault
from tests.flows.planted import sound
from tests.flows.planted.sound import NAME, Airtime


class TillClosed(Refusal):
    """No airtime is sold at this hour."""

    code = "till_closed"


class Closed(Airtime):
    """The till has hours."""

    def note_amount(self, said: str) -> None:
        if said == "500":
            raise TillClosed
        self.slots["amount"] = said


STORIES = {NAME: Closed}
SAID = {"en": "The till is closed.", "sw": "Duka limefungwa."}
PAGES = sound.PAGES | {
    f"{language}/refusals.j2": sound.real(f"{language}/refusals.j2")
    + f"{{% block till_closed %}}{said}{{% endblock %}}"
    for language, said in SAID.items()
}
CODE, AT = Fault.UNTRANSLATED_REFUSAL, (NAME, "amount", "fr", "")
TOLD = ("Combien de crédit", "You:  500", "no words for 'till_closed' in 'fr'")
__all__ = ["AT", "CODE", "PAGES", "STORIES", "TOLD"]
