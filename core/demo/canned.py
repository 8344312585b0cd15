"""What the demo's staff answer often, worded once in each language."""

from core.access.actors import Actor
from core.crm import canned
from core.store.unit import Unit

_REPLIES = (
    (
        "hello", "A first answer", None,
        {
            "en": "Hello {name}, this is {me} from Wekeza. I am looking into {case} right now.",
            "sw": "Habari {name}, mimi ni {me} wa Wekeza. Naangalia {case} sasa hivi.",
            "fr": "Bonjour {name}, ici {me} de Wekeza. Je regarde {case} tout de suite.",
        },
    ),
    (
        "wrong-number", "Money went to a wrong number", "Transfer",
        {
            "en": "We have asked for your money back, {name}. What the other person has spent we "
                  "cannot take without their word; I will tell you as soon as it is decided.",
            "sw": "Tumeomba pesa yako irudishwe, {name}. Kilichotumika hatuwezi kukichukua bila "
                  "idhini ya mwenzako; nitakujulisha mara tu itakapoamuliwa.",
            "fr": "Nous avons demandé le retour de votre argent, {name}. Ce qui a été dépensé, "
                  "nous ne pouvons le reprendre sans accord; je vous dis dès que c'est décidé.",
        },
    ),
    (
        "one-moment", "Asking for a moment", None,
        {
            "en": "One moment please, I am asking a colleague about {case}.",
            "sw": "Subiri kidogo tafadhali, namuuliza mwenzangu kuhusu {case}.",
            "fr": "Un instant s'il vous plaît, je demande à un collègue pour {case}.",
        },
    ),
)  # fmt: skip


def load(unit: Unit, lead: Actor) -> None:
    """Write them down, as the demo's supervisor would."""
    for shortcut, title, category, texts in _REPLIES:
        canned.add(unit, lead, shortcut=shortcut, title=title, category=category, texts=texts)
