"""Join: open an account from any phone, with consent, in two minutes."""

import re
from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from core.errors import Refusal
from flows.dates import read_date
from flows.story import Ask, Choose, End, Flow, NewSecret, RepeatSecret

LONGEST_NAME = 40
_NAME = re.compile(r"[^\W\d_]+(?:[ '\u2019.-][^\W\d_]+)*\.?")
_ID = re.compile(r"[A-Z0-9]{5,20}")
_LIKE_A_DATE = re.compile(r"\s*\d{1,2}[./-]\d{1,2}[./-]\d{4}\s*")


class NotAName(Refusal):
    """What the customer typed is not a name of a person."""

    code = "not_a_name"


class NotAnIdNumber(Refusal):
    """What the customer typed is not the number of an identity document."""

    code = "not_an_id_number"


class Join(Flow):
    """Self-registration: language, consent, who you are, a PIN of your own.

    Nothing is asked before the customer has agreed. The consent step carries what the Kenya Data
    Protection Act 2019 wants said: s. 29 (who we are, what for, who sees it, your rights), s. 30
    (a lawful ground: consent, and the law on knowing one's customer), s. 32 (consent is clear, is
    proved by us, and can be withdrawn). The whole notice can be read on the phone at hand.
    """

    name = "join"
    for_strangers = True
    brings_money = frozenset({"join"})  # what waits for their number

    steps = (
        Choose("language", options=("en", "sw", "fr")),
        Choose("terms", options=("agree", "read", "decline")),
        Choose("notice", options=("agree", "decline")),
        Ask("first_name", free=True),
        Ask("last_name", free=True),
        Ask("id_number", free=True),
        Ask("born", free=True),
        Choose("details", options=("yes", "change")),
        Choose("change", options=("first_name", "last_name", "id_number", "born")),
        NewSecret("pin"),
        RepeatSecret("again"),
        End("welcome"),
        End("declined"),
        End("already"),
        End("numberless"),
        End("refused"),
    )

    paths = (
        # when                at            go to         if          unless first do
        ("open",               "start",      "already",    "known"),
        ("open",               "start",      "numberless", None, "has_number"),
        ("open",               "start",      "language",   "speechless"),
        ("open",               "start",      "terms"),
        ("en",                 "language",   "terms",      None, None, "speak"),
        ("sw",                 "language",   "terms",      None, None, "speak"),
        ("fr",                 "language",   "terms",      None, None, "speak"),

        ("agree",              "terms",      "first_name"),
        ("read",               "terms",      "notice"),
        ("decline",            ("terms", "notice"), "declined"),
        ("agree",              "notice",     "first_name"),

        # Whoever comes back to mend one answer is not asked the others again.
        ("answer",             "first_name", "details",    "complete", None, "note_first_name"),
        ("answer",             "first_name", "last_name",  None, None, "note_first_name"),
        ("answer",             "last_name",  "details",    "complete", None, "note_last_name"),
        ("answer",             "last_name",  "id_number",  None, None, "note_last_name"),
        ("answer",             "id_number",  "details",    "complete", None, "note_id_number"),
        ("answer",             "id_number",  "born",       None, None, "note_id_number"),
        ("answer",             "born",       "details",    None, None, "note_born"),

        ("yes",                "details",    "pin"),
        ("change",             "details",    "change"),
        ("first_name",         "change",     "first_name"),
        ("last_name",          "change",     "last_name"),
        ("id_number",          "change",     "id_number"),
        ("born",               "change",     "born"),

        ("chosen",             "pin",        "again"),
        ("pins_differ",        "again",      "pin"),
        ("weak_pin",           "again",      "pin"),
        ("repeated",           "again",      "welcome",    None, None, "join"),
        ("already_customer",   "again",      "refused"),
        ("too_young",          ("born", "again"), "refused"),
        ("country_not_served", "again",      "refused"),
        ("number_needed",      "again",      "refused"),
        ("consent_needed",     "again",      "refused"),
        ("no_rate",            "again",      "refused"),
    )  # fmt: skip

    writes = frozenset({"join"})

    long = frozenset({"notice"})
    widest: ClassVar[Mapping[str, object]] = {
        "first_name": "Mwanaisha Khadija",
        "last_name": "Nyambura-Wanjiru",
        "id_number": "AB12345678",
        "born": "1998-09-28",
        "account_no": "012345678901",
    }

    @property
    def has_number(self) -> bool:
        """Whether this address shows the phone number that an account needs."""
        return self.bank.has_number

    @property
    def speechless(self) -> bool:
        """Whether we do not know the customer's language yet."""
        return not self.bank.language_chosen

    @property
    def complete(self) -> bool:
        """Whether everything was answered before."""
        return "born" in self.slots

    def speak(self, language: str) -> None:
        """Speak the customer's language from now on."""
        self.bank.set_language(language)

    def note_first_name(self, said: str) -> None:
        """Remember the first name."""
        self.slots["first_name"] = read_name(said)

    def note_last_name(self, said: str) -> None:
        """Remember the last name."""
        self.slots["last_name"] = read_name(said)

    def note_id_number(self, said: str) -> None:
        """Remember the number of the identity document."""
        number = re.sub(r"[\s./-]", "", said).upper()
        fits = _ID.fullmatch(number) and any(c.isdigit() for c in number)
        if not fits or _LIKE_A_DATE.fullmatch(said):
            raise NotAnIdNumber(typed=said.strip()[:20])
        self.slots["id_number"] = number

    def note_born(self, said: str) -> None:
        """Remember the date of birth."""
        born = read_date(said)
        self.bank.check_age(born)
        self.slots["born"] = born.isoformat()

    def join(self, _: str) -> None:
        """Open the account."""
        if self.proof is None:
            raise LookupError("an account is opened only with a PIN")
        self.slots["account_no"] = self.bank.join(
            first_name=self.slots["first_name"],
            last_name=self.slots["last_name"],
            id_number=self.slots["id_number"],
            born=date.fromisoformat(self.slots["born"]),
            pin_hash=self.proof.new_hash,
            consent=True,
        )


def read_name(text: str) -> str:
    """Return a name as it is written: typed in one case, each part gets its capital.

    :raises NotAName: if there are digits or signs in it, or nothing
    """
    name = " ".join(text.split())
    if not _NAME.fullmatch(name) or not 2 <= len(name) <= LONGEST_NAME:
        raise NotAName(typed=name[:20])
    return name.title() if name in (name.lower(), name.upper()) else name
