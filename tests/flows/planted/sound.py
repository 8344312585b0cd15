"""The sound story that all faults are planted in: buying airtime, in three languages."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from flows import choices, manners, words
from flows.story import Ask, Choose, End, Flow, Prove
from flows.understanding import commands

NAME = "planted"
Sheet = Mapping[str, str]


class Airtime(Flow):
    """Buy airtime: how much, read back, PIN."""

    name = NAME
    steps = (
        Ask("amount", entity="amount"),
        Choose("review", options=("yes", "no"), mints=True),
        Prove("pin", options=()),
        End("bought"),
        End("cancelled"),
        End("locked"),
    )
    paths = (
        ("open", "start", "amount"),
        ("answer", "amount", "review", None, None, "note_amount"),
        ("yes", "review", "pin"),
        ("no", "review", "cancelled"),
        ("proven", "pin", "bought", None, None, "buy"),
        ("pin_locked", "pin", "locked"),
    )
    writes = moves_money = frozenset({"buy"})
    widest: ClassVar = {"amount": "TZS 99999999.99"}

    def note_amount(self, said: str) -> None:
        self.slots["amount"] = said

    def buy(self, _: str) -> None:
        self.bank.buy_airtime(self.slots["amount"], self.effect_id)  # type: ignore[attr-defined]


STORIES: dict[str, type[Flow]] = {NAME: Airtime}
SHEETS: dict[str, Sheet] = {
    "en": {
        "keywords": "buy airtime please",
        "title": "Buy airtime",
        "amount": "How much airtime?",
        "review": "Buy {{ amount|money }} of airtime?",
        "review_yes": "Yes",
        "review_no": "No",
        "pin": "Enter your PIN.",
        "bought": "Done. You have {{ amount|money }} more to talk.",
        "cancelled": "Nothing was bought.",
        "locked": "Nothing was bought, your PIN is locked.",
    },
    "sw": {
        "keywords": "nunua muda wa maongezi",
        "title": "Nunua muda",
        "amount": "Unataka muda wa kiasi gani?",
        "review": "Nunua muda wa {{ amount|money }}?",
        "review_yes": "Ndiyo",
        "review_no": "Hapana",
        "pin": "Weka PIN yako.",
        "bought": "Tayari. Una {{ amount|money }} zaidi.",
        "cancelled": "Hakuna kilichonunuliwa.",
        "locked": "Hakuna kilichonunuliwa, PIN imefungwa.",
    },
    "fr": {
        "keywords": "acheter du credit telephone",
        "title": "Acheter du crédit",
        "amount": "Combien de crédit ?",
        "review": "Acheter {{ amount|money }} de crédit ?",
        "review_yes": "Oui",
        "review_no": "Non",
        "pin": "Entrez votre code PIN.",
        "bought": "C'est fait : {{ amount|money }} de plus.",
        "cancelled": "Rien n'a été acheté.",
        "locked": "Rien n'a été acheté, le code PIN est bloqué.",
    },
}


def pages(**changes: Sheet) -> dict[str, str]:
    """Return the words as templates; a language's changes are laid over its sheet.

    An empty text takes the block away.
    """
    return {
        f"{language}/{NAME}.j2": _page({**sheet, **changes.get(language, {})})
        for language, sheet in SHEETS.items()
    }


def everywhere(block: str, text: str) -> dict[str, str]:
    """Return the words with the same text for a block in every language."""
    return pages(**{language: {block: text} for language in SHEETS})


def _page(sheet: Sheet) -> str:
    return "\n".join(
        f"{{% block {b} %}}{text}{{% endblock %}}" for b, text in sheet.items() if text
    )


PAGES = pages()


@contextmanager
def spoken(written: Mapping[str, str]) -> Iterator[None]:
    """Put pages before the real ones, for as long as it lasts."""
    found = words._template
    made = {page: words._environment().from_string(text) for page, text in written.items()}
    words._template = lambda language, page: (  # type: ignore[assignment]
        made.get(f"{language}/{page}.j2") or found(language, page)
    )
    _forget()
    try:
        yield
    finally:
        words._template = found
        _forget()


def real(page: str) -> str:
    """Return a real page, such as ``fr/refusals.j2``."""
    return Path(words.TEMPLATES, page).read_text(encoding="utf-8")


def _forget() -> None:
    for kept in (
        words._standing, choices._spoken, manners._index, commands.index,
    ):  # fmt: skip
        kept.cache_clear()
