"""Verify me: show who one is, later where one lives and what one lives on, for higher limits."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from core.errors import Refusal
from flows.dates import read_date
from flows.story import Ask, Become, Choose, End, Flow, Path, Prove

if TYPE_CHECKING:
    from core.bank import Known

DOCUMENTS = ("national_id", "passport", "alien_card")
SOURCES = ("salary", "business", "farming", "family", "savings", "other")
IDENTIFIED, HIGHEST = 2, 3
_WIDE = "TZS 99999999.99"


class NotAPicture(Refusal):
    """Words were written where a picture is asked for."""

    code = "not_a_picture"


def _arriving() -> tuple[Path, ...]:
    """Return where the customer goes once it is them: by what they have done before."""
    at = (("open", "start"), ("proven", "unlock"))
    there = (
        ("picture", "awaits_here"),
        ("elsewhere", "awaits"),
        ("waiting", "is_looked_at"),
        ("highest", "is_highest"),
        ("offer", None),
    )
    return tuple((when, step, to, if_) for when, step in at for to, if_ in there)


class VerifyMe(Flow):
    """Say what the next tier brings, ask what is declared for it, and take the pictures.

    Where no picture can be sent it is done elsewhere: on WhatsApp, or at a branch with a code.
    """

    name = "verify_me"

    steps = (
        Prove("unlock"),
        Choose("offer", options=("begin", "not_now")),
        Choose("kind", options=DOCUMENTS),
        Ask("number", free=True),
        Ask("born", free=True),
        Choose("review", options=("yes", "change", "no")),
        Ask("home", free=True),
        Choose("source", options=SOURCES),
        Choose("home_review", options=("yes", "change", "no")),
        Ask("picture", media=True, options=("later", "anew")),
        End("checking"),
        End("elsewhere"),
        End("waiting"),
        End("highest"),
        End("left"),
        Become("reset_pin"),
    )

    paths = (
        # when                at            go to          if            unless first do
        ("open",               "start",      "unlock",      None,         "trusted"),
        *_arriving(),
        ("pin_locked",         "unlock",     "reset_pin"),

        ("not_now",            "offer",      "left"),
        ("begin",              "offer",      "kind",        "needs_identity"),
        ("begin",              "offer",      "home"),

        # Who somebody is.
        *((one,                "kind",       "number",      None,         None, "note_kind")
          for one in DOCUMENTS),
        ("answer",             "number",     "born",        None,         None, "note_number"),
        ("answer",             "born",       "review",      None,         None, "note_born"),
        ("change",             "review",     "kind"),
        ("yes",                "review",     "picture",     "takes_pictures", None, "declare"),
        ("yes",                "review",     "elsewhere",   None,         None, "declare"),

        # Where they live, and what on.
        ("answer",             "home",       "source",      None,         None, "note_home"),
        *((one,                "source",     "home_review", None,         None, "note_source")
          for one in SOURCES),
        ("change",             "home_review", "home"),
        ("yes",                "home_review", "picture",    "takes_pictures", None, "declare_home"),
        ("yes",                "home_review", "elsewhere",  None,         None, "declare_home"),
        ("no",       ("review", "home_review"), "left"),
        ("kyc_underway", ("review", "home_review"), "waiting"),

        # One picture after the other.
        ("file",               "picture",    "checking",    "is_last",    None, "take"),
        ("file",               "picture",    "picture",     None,         None, "take"),
        ("answer",             "picture",    "picture",     None,         None, "want_picture"),
        ("later",              "picture",    "elsewhere"),
        ("anew",               "picture",    "offer"),
    )  # fmt: skip

    writes = frozenset({"declare", "declare_home", "take"})
    quiet = frozenset({"kyc_underway"})

    widest: ClassVar[Mapping[str, object]] = {
        "at_once": _WIDE,
        "each_day": _WIDE,
        "holds": _WIDE,
        "wanted": HIGHEST,
        "kind": "national_id",
        "number": "199503241412100001",
        "born": "1998-09-28",
        "home": "Ngong Road, House 7, Nairobi",
        "source": "business",
        "awaited": "proof_of_address.front",
        "branch": "7Q4K-9M2X",
    }

    @property
    def takes_pictures(self) -> bool:
        """Whether a picture can be sent from here."""
        return self.bank.takes_pictures

    @property
    def awaits(self) -> bool:
        """Whether pictures are awaited."""
        return bool(self._known.awaited)

    @property
    def awaits_here(self) -> bool:
        """Whether pictures are awaited, and can be sent from here."""
        return self.takes_pictures and self.awaits

    @property
    def is_last(self) -> bool:
        """Whether no more than one picture is awaited."""
        return len(self._known.awaited) <= 1

    @property
    def is_looked_at(self) -> bool:
        """Whether all has come and is being looked at."""
        return self._known.looked_at

    @property
    def is_highest(self) -> bool:
        """Whether there is no higher tier."""
        return self._known.tier >= HIGHEST

    @property
    def needs_identity(self) -> bool:
        """Whether the next tier takes an identity document."""
        return self._known.wanted == IDENTIFIED

    def facts(self) -> Mapping[str, object]:
        """Add what the next tier brings, and which picture is awaited."""
        if self.state not in ("offer", "picture", "elsewhere"):
            return self.slots
        known = self._known
        return {
            **self.slots,
            "at_once": known.at_once,
            "each_day": known.each_day,
            "holds": known.holds,
            "wanted": known.wanted,
            "awaited": self.slots.get("asked") or (known.awaited[0] if known.awaited else ""),
            "branch": known.code,
        }

    def note_kind(self, said: str) -> None:
        """Remember which document it is."""
        self.slots["kind"] = said

    def note_number(self, said: str) -> None:
        """Remember its number."""
        self.slots["number"] = self.bank.check_id_number(self.slots["kind"], said)

    def note_born(self, said: str) -> None:
        """Remember the date of birth, if the number allows it."""
        born = read_date(said)
        self.bank.check_identity(self.slots["kind"], self.slots["number"], born)
        self.slots["born"] = born.isoformat()

    def note_home(self, said: str) -> None:
        """Remember where they live."""
        self.slots["home"] = self.bank.read_home(said)

    def note_source(self, said: str) -> None:
        """Remember what they live on."""
        self.slots["source"] = said

    def declare(self, _: str) -> None:
        """Ask for the tier with what was read back."""
        born = date.fromisoformat(self.slots["born"])
        self.bank.declare_identity(self.slots["kind"], self.slots["number"], born)

    def declare_home(self, _: str) -> None:
        """Ask for the tier with what was read back."""
        self.bank.declare_home(self.slots["home"], self.slots["source"])

    def take(self, _: str) -> None:
        """Take the picture that was sent; it is fetched, and looked at, after the turn."""
        self.slots["asked"] = self.bank.show_picture(self.slots.get("asked", ""))

    def want_picture(self, _: str) -> None:
        """Refuse words: they show nothing."""
        raise NotAPicture

    @property
    def _known(self) -> "Known":
        return self.bank.known_as()
