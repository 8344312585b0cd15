"""What a check finds: a value with a stable code; sentence and conversation are renderings."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Literal

Who = Literal["You", "Bank", "Note"]


class Fault(StrEnum):
    """What may be wrong with a story. The codes are stable: scripts may depend on them."""

    BROKEN_PATH = "broken_path"
    """A path, a step or an option names something that is not there."""
    UNREACHABLE = "unreachable"
    """No conversation leads to the step, or along the path."""
    DEAD_END = "dead_end"
    """Something the customer or the world may do is not sure to lead anywhere."""
    ENDLESS_LOOP = "endless_loop"
    """Steps that only lead to each other, or a circle that never waits for the customer."""
    NO_WAY_OUT = "no_way_out"
    """Menu, back or cancel is not heard on a step."""
    MONEY_WITHOUT_PROOF = "money_without_proof"
    """Money moves without the PIN having been given in this very turn."""
    MONEY_WITHOUT_READ_BACK = "money_without_read_back"
    """Money moves that was not read back and confirmed, or was changed since."""
    EFFECT_UNDECLARED = "effect_undeclared"
    """An effect writes or moves money and is not declared to."""
    SECRET_ASKED = "secret_asked"  # noqa: S105 - a code, not a secret
    """A step whose answers are kept asks for a PIN, a code or a password."""
    SECRET_KEPT = "secret_kept"  # noqa: S105
    """Something of a proof is put where a conversation is kept or shown."""
    SECRET_SHOWN = "secret_shown"  # noqa: S105
    """Words print a secret."""
    MISSING_WORDS = "missing_words"
    """A step, an option or a help has no words in a language, or they lack a fact."""
    TOO_LONG = "too_long"
    """A reply takes more screens or messages than it may, or a label is cut."""
    OPTION_CLASH = "option_clash"
    """What is shown or may be said for an option does not pick that option."""
    KEYWORD_CLASH = "keyword_clash"
    """A keyword of two stories, or one that means something else everywhere."""
    UNTRANSLATED_REFUSAL = "untranslated_refusal"
    """A refusal has no words in a language."""
    UNMENDED_REFUSAL = "unmended_refusal"
    """A refusal after which the same question can only be refused again."""
    TOO_MANY = "too_many"
    """There are more conversations than can be walked, so nothing is proved."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is said in a conversation, or a note on what happens there."""

    who: Who
    text: str

    def __str__(self) -> str:
        if self.who == "Note":
            return f"  <{self.text}>"
        first, *rest = self.text.split("\n")
        return "\n".join([f"  {self.who + ':':<5} {first}", *(f"        {line}" for line in rest)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, where it is, and the shortest conversation that meets it.

    An empty ``language`` or ``channel`` means every one of them.
    """

    code: Fault
    flow: str
    why: str
    state: str = ""
    language: str = ""
    channel: str = ""
    told: tuple[Line, ...] = ()

    @property
    def sentence(self) -> str:
        """Where it is and what is wrong, in one line."""
        place = f"{self.flow}.{self.state}" if self.state else self.flow
        heard = ", ".join(filter(None, [self.language, self.channel]))
        return f"{place}{f' ({heard})' if heard else ''}: {self.why} [{self.code}]"

    @property
    def conversation(self) -> str:
        """The conversation as text, one line per thing said; empty when there is none."""
        return "\n".join(str(line) for line in self.told)

    def __str__(self) -> str:
        return "\n".join(filter(None, [self.sentence, self.conversation]))

    def as_json(self) -> dict[str, object]:
        """Return the finding as plain values."""
        return asdict(self) | {"code": str(self.code), "sentence": self.sentence}
