"""A message of the scheme, answered: the one thing that both doors ask of the bank."""

from collections.abc import Callable, Mapping

from core.cards.advice import advise
from core.cards.authorise import authorise
from core.cards.captures import clear
from core.cards.messages import Answer, Kind, Request
from core.cards.reversals import reverse
from core.store.unit import Unit

BY_KIND: Mapping[Kind, Callable[[Unit, Request], Answer]] = {
    "authorise": authorise,
    "advise": advise,
    "reverse": reverse,
    "clear": clear,
}


def answer(unit: Unit, request: Request) -> Answer:
    """Decide a question, or take in news; said again, a message gets the answer it got."""
    return BY_KIND[request.kind](unit, request)
