"""An option whose label means something else everywhere: on SMS an operator acts on it, too."""

from flows.check import Fault
from flows.story import Choose, End
from tests.flows.planted.sound import NAME, Airtime, everywhere


class Eaten(Airtime):
    """Asks how many packets; none at all is offered as 0."""

    steps = (*Airtime.steps, Choose("packets", options=("none", "one")), End("nothing"))
    paths = (
        ("open", "start", "packets"),
        ("one", "packets", "amount"),
        ("none", "packets", "nothing"),
        *Airtime.paths[1:],
    )


STORIES = {NAME: Eaten}
WORDS = {"packets": "How many?", "packets_none": "0", "packets_one": "One", "nothing": "Bye."}
PAGES = {
    page: text + "".join(f"{{% block {b} %}}{said}{{% endblock %}}" for b, said in WORDS.items())
    for page, text in everywhere("keywords", "").items()
}
CODE, AT = Fault.OPTION_CLASH, (NAME, "packets", "en", "")
TOLD = ("1. 0", "'0', which is shown for 'none', is heard as 'back'")
__all__ = ["AT", "CODE", "PAGES", "STORIES", "TOLD"]
